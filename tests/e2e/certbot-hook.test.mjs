// SPDX-License-Identifier: MIT
// certbot has renewed a certificate: conf/certbot-deploy-hook brings it to Stickler, which shows it
// from the next connection on. Nothing that is wrong takes the place of what is right.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync,
  writeFileSync,
} from "node:fs";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { fileURLToPath } from "node:url";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { certificates, issue } from "./harness/certificates.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort } from "./harness/ports.mjs";
import { scenario } from "./harness/scenario.mjs";

const kHook = fileURLToPath(new URL("../../conf/certbot-deploy-hook", import.meta.url));
const kHost = "overleaf.example.com";

// certbot's folders and Stickler's, side by side.
function folders(t) {
  const root = mkdtempSync(path.join(tmpdir(), "stickler-certbot-"));
  cleanUp(t, () => rmSync(root, { recursive: true, force: true }));
  for (const folder of ["live", "archive", "certs"]) mkdirSync(path.join(root, folder));
  const at = (...names) => path.join(root, ...names);
  const file = at("stickler.conf");
  return { at, file, socket: at("stickler.sock") };
}

// As certbot leaves it: live/NAME is links to the newest in archive/NAME.
function renew({ at }, { name = kHost, hosts = [kHost, "localhost"], key } = {}) {
  const leaf = issue({ hosts });
  const files = { "fullchain.pem": leaf.chain, "privkey.pem": key ?? leaf.key };
  for (const folder of ["live", "archive"]) {
    rmSync(at(folder, name), { recursive: true, force: true });
    mkdirSync(at(folder, name));
  }
  for (const [file, from] of Object.entries(files)) {
    copyFileSync(from, at("archive", name, file));
    symlinkSync(`../../archive/${name}/${file}`, at("live", name, file));
  }
  return { lineage: at("live", name), leaf };
}

// Runs the hook; { status, stdout, stderr }.
function hook({ at, file }, { lineage, words = [], env = {} } = {}) {
  const environment = {
    PATH: process.env.PATH,
    STICKLER: kSticklerBinary,
    STICKLER_CONFIG: file,
    STICKLER_CERTIFICATES: at("certs"),
    STICKLER_GROUP: "daemon",
    ...(lineage ? { RENEWED_LINEAGE: lineage, RENEWED_DOMAINS: `${kHost} localhost` } : {}),
    ...env,
  };
  return new Promise((resolve) => {
    execFile(kHook, words, { env: environment }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

async function configure({ at, file, socket }) {
  const port = await freePort();
  writeFileSync(file, `
    runtime = { socket = "${socket}"; };
    listeners = { web = { bind = "127.0.0.1:${port}"; tls = { certificates = "${at("certs")}"; };
                          redirect = { host = "elsewhere.example"; }; }; };`);
  return port;
}

// The serial number of the certificate that is shown to who connects now.
async function shown(port, servername = "localhost") {
  const socket = tls.connect({ port, host: "127.0.0.1", servername, ca: certificates().ca });
  await once(socket, "secureConnect");
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

const installedFile = ({ at }, name = kHost) => at("certs", `${name}.pem`);
const contents = (leaf) => readFileSync(leaf.chain, "utf8") + readFileSync(leaf.key, "utf8");

// Stickler, running with a certificate that the hook has brought.
async function world(t) {
  const all = folders(t);
  const first = renew(all);
  const port = await configure(all);
  assert.equal((await hook(all, first)).status, 0);
  const text = readFileSync(all.file, "utf8");
  const balancer = await startStickler(t, { text });
  // The hook names the file it was started with.
  all.file = balancer.file;
  return { all, first, port };
}

scenario("a renewed certificate is shown from the next connection on", async (t) => {
  const { all, port } = await world(t);
  const before = await shown(port);
  const { status, stdout, stderr } = await hook(all, renew(all));
  assert.equal(status, 0, stderr);
  assert.match(stdout, /overleaf\.example\.com\.pem is new: overleaf\.example\.com localhost\n/);
  assert.match(stdout, /reloaded in /);
  assert.notEqual(await shown(port), before);
});

scenario("it is readable by Stickler's group and by nobody else", async (t) => {
  const all = folders(t);
  await configure(all);
  const { lineage, leaf } = renew(all);
  assert.equal((await hook(all, { lineage })).status, 0);
  const { mode, gid } = statSync(installedFile(all));
  assert.equal(mode & 0o777, 0o640);
  if (process.getuid() === 0) assert.equal(gid, 1); // daemon's
  assert.equal(readFileSync(installedFile(all), "utf8"), contents(leaf));
});

scenario("it takes the place of the old one in one step", async (t) => {
  const { all } = await world(t);
  const { ino } = statSync(installedFile(all));
  await hook(all, renew(all));
  assert.notEqual(statSync(installedFile(all)).ino, ino);
  assert.deepEqual(readdirSync(all.at("certs")), [`${kHost}.pem`]);
});

scenario("a key that does not fit is not installed, and nothing changes", async (t) => {
  const { all, first, port } = await world(t);
  const before = await shown(port);
  const { status, stderr } = await hook(all, renew(all, { key: certificates().rsa.key }));
  assert.equal(status, 1);
  assert.match(stderr, /is not installed: .*private key does not belong/);
  assert.equal(readFileSync(installedFile(all), "utf8"), contents(first.leaf));
  assert.deepEqual(readdirSync(all.at("certs")), [`${kHost}.pem`]);
  assert.equal(await shown(port), before);
});

scenario("a folder without a certificate is refused", async (t) => {
  const { all, first } = await world(t);
  const { status, stderr } = await hook(all, { lineage: all.at("live") });
  assert.equal(status, 1);
  assert.match(stderr, /live holds no certificate of certbot/);
  assert.equal(readFileSync(installedFile(all), "utf8"), contents(first.leaf));
});

scenario("while Stickler does not run, it is installed all the same", async (t) => {
  const all = folders(t);
  await configure(all);
  const { status, stdout } = await hook(all, renew(all));
  assert.equal(status, 0);
  assert.match(stdout, /Stickler does not run; it will read this when it starts/);
});

scenario("a reload that fails otherwise keeps the new certificate and says so", async (t) => {
  const { all } = await world(t);
  const { lineage, leaf } = renew(all);
  const text = readFileSync(all.file, "utf8");
  writeFileSync(all.file, text.replace("redirect = {", "rediretc = {"));
  const env = { STICKLER_CONFIG: writeSocket(all) };
  const { status, stderr } = await hook(all, { lineage, env });
  assert.equal(status, 1);
  assert.match(stderr, /not reloaded[^]*the certificates are installed, but Stickler still has/);
  assert.equal(readFileSync(installedFile(all), "utf8"), contents(leaf));
});

// A good file beside the one that is bad by now, to say where the socket is.
function writeSocket({ at, socket }) {
  const file = at("socket.conf");
  writeFileSync(file, `runtime = { socket = "${socket}"; };
    listeners = { web = { bind = "127.0.0.1:1"; redirect = { scheme = "https"; }; }; };`);
  return file;
}

scenario("by hand it takes several, each into a file of its own", async (t) => {
  const { all, port } = await world(t);
  const { lineage } = renew(all);
  const other = renew(all, { name: "git.example.com", hosts: ["git.example.com"] });
  const { status } = await hook(all, { words: [lineage, `${other.lineage}/`] });
  assert.equal(status, 0);
  assert.deepEqual(readdirSync(all.at("certs")).sort(), ["git.example.com.pem", `${kHost}.pem`]);
  assert.notEqual(await shown(port, "git.example.com"), await shown(port, kHost));
});

scenario("without certbot and without words it says how it is used", async (t) => {
  const { status, stderr } = await hook(folders(t));
  assert.equal(status, 1);
  assert.match(stderr, /certbot runs this; by hand: .* \/etc\/letsencrypt\/live\/NAME/);
});
