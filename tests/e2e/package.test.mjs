// SPDX-License-Identifier: MIT
// The Debian package: it builds, Debian's judge finds nothing, and on a Debian 12 it is installed,
// runs, is upgraded over what an administrator has changed, and goes without leaving anything.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { after, before } from "node:test";
import {
  appendFileSync, chownSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, readlinkSync,
  rmSync, statSync, writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cleanUp } from "./harness/cleanup.mjs";
import { DebianRoot, noDebianRoot } from "./harness/debian_root.mjs";
import { carryOut, stagesOf } from "./harness/dockerfile.mjs";
import { freePort } from "./harness/ports.mjs";
import { Program } from "./harness/program.mjs";
import { scenario } from "./harness/scenario.mjs";

const kRepository = fileURLToPath(new URL("../../", import.meta.url));
const kBuilt = path.join(kRepository, "build/package");
const kConfig = "etc/stickler/stickler.conf";
const kEnabled = "etc/systemd/system/multi-user.target.wants/stickler.service";
const inDebian = { skip: noDebianRoot() };

let deb;
let root;

before(() => {
  // As the tests compile, so that a compiler cache has it.
  execFileSync("./stickler.sh", ["package"], {
    cwd: kRepository, env: { ...process.env, STICKLER_CMAKE: "-DSTICKLER_WERROR=ON" },
    stdio: ["ignore", "ignore", "inherit"],
  });
  [deb] = built(/^stickler_.*\.deb$/);
});

after(() => root?.remove());

function built(pattern) {
  return readdirSync(kBuilt).filter((file) => pattern.test(file))
    .map((file) => path.join(kBuilt, file));
}

function field(name) {
  return execFileSync("dpkg-deb", ["--field", deb, name], { encoding: "utf8" }).trim();
}

// Names without versions and alternatives.
function names(relations) {
  return relations.split(",").map((relation) => /^\s*([^\s(|]+)/.exec(relation)?.[1])
    .filter(Boolean);
}

function succeeded({ status, stdout, stderr }) {
  assert.equal(status, 0, stdout + stderr);
  return stdout;
}

// A Debian with what the package needs, but without it.
function empty() {
  root?.remove();
  root = DebianRoot.make(names(field("Depends")));
}

// A Debian with the package as it is right after its installation.
function installed() {
  empty();
  const before = root.files();
  succeeded(root.dpkg("--install", deb));
  return { root, before };
}

// The package once more, with a higher version.
function newer(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-newer-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  const tree = path.join(folder, "tree");
  execFileSync("dpkg-deb", ["--raw-extract", deb, tree]);
  const control = path.join(tree, "DEBIAN/control");
  const text = readFileSync(control, "utf8");
  writeFileSync(control, text.replace(/^Version: .*$/m, "Version: 99.0-1"));
  const file = path.join(folder, "newer.deb");
  execFileSync("dpkg-deb", ["--root-owner-group", "--build", tree, file], { stdio: "ignore" });
  return file;
}

const state = () => root.dpkg("--status", "stickler").stdout;

scenario("lintian finds neither errors nor warnings", async () => {
  const words = ["--allow-root", "--fail-on", "error,warning", ...built(/\.changes$/)];
  const { status, stdout, stderr } = spawnSync("lintian", words, { encoding: "utf8" });
  assert.equal(status, 0, stdout + stderr);
});

scenario("it is built with what stickler.sh installs, and has the program's version", async () => {
  const script = readFileSync(path.join(kRepository, "stickler.sh"), "utf8");
  const wanted = /^build_packages=\(([^)]*)\)/m.exec(script)[1].split(/\s+/);
  const control = readFileSync(path.join(kRepository, "debian/control"), "utf8");
  const needed = names(/^Build-Depends:([^]*?)^\S/m.exec(control)[1]);
  // The compiler is there wherever Debian packages are built.
  const missing = wanted.filter((name) => name !== "g++" && !needed.includes(name));
  assert.deepEqual(missing, []);
  const cmake = readFileSync(path.join(kRepository, "CMakeLists.txt"), "utf8");
  const version = /^project\(stickler VERSION (\S+)/m.exec(cmake)[1];
  assert.equal(field("Version").replace(/-\d+$/, ""), version);
});

scenario("installed, it has an account, a service and a good configuration", async () => {
  const { root } = installed();
  assert.match(state(), /^Status: install ok installed$/m);
  const [account] = /^stickler:.*$/m.exec(readFileSync(root.path("etc/passwd"), "utf8"));
  assert.match(account, /:\/nonexistent:\/usr\/sbin\/nologin$/);
  assert.equal(readlinkSync(root.path(kEnabled)), "/lib/systemd/system/stickler.service");
  const [, , uid, gid] = account.split(":");
  const keys = statSync(root.path("etc/stickler/certs"));
  assert.deepEqual([keys.uid, keys.gid, keys.mode & 0o777], [0, Number(gid), 0o750]);
  assert.notEqual(uid, "0");
  assert.match(succeeded(root.run("stickler", "check")), /stickler\.conf: OK/);
  assert.match(succeeded(root.run("stickler", "--version")), /^stickler \d/);
  assert.match(root.run("/usr/share/stickler/certbot-deploy-hook").stderr, /certbot runs this/);
}, inDebian);

// Runs what a service or container runs, as their account, with the configuration as installed but
// for the port; and asks it.
async function expectAnswer(t, { user, command }) {
  const port = await freePort();
  const config = readFileSync(root.path(kConfig), "utf8");
  assert.match(config, /bind *= "127\.0\.0\.1:8080"/);
  writeFileSync(root.path(kConfig), config.replaceAll(":8080", `:${port}`));
  const as = ["setpriv", `--reuid=${user}`, `--regid=${user}`, "--init-groups"];
  const stickler = new Program(t, "stickler", "chroot", [root.folder, ...as, ...command]);
  await stickler.log.waitFor(/ready: /);
  const answer = await fetch(`http://127.0.0.1:${port}/`);
  assert.deepEqual([answer.status, /^Stickler runs\./.test(await answer.text())], [200, true]);
}

scenario("installed, it answers", async (t) => {
  installed();
  // As systemd does: RuntimeDirectory=.
  succeeded(root.run("install", "-d", "-o", "stickler", "-g", "stickler", "/run/stickler"));
  await expectAnswer(t, { user: "stickler", command: ["stickler", "run"] });
}, inDebian);

scenario("the last stage of the Dockerfile makes an image that answers", async (t) => {
  const [, stage] = stagesOf(readFileSync(path.join(kRepository, "Dockerfile"), "utf8"));
  empty();
  const image = carryOut(stage, root, (from, pattern, to) => {
    copyFileSync(deb, path.join(to, path.basename(deb)));
  });
  assert.match(succeeded(root.run("id", "stickler")), /^uid=843\(stickler\) gid=843\(stickler\)/);
  assert.deepEqual(readdirSync(root.path("tmp")), []);
  await expectAnswer(t, image);
}, inDebian);

scenario("an upgrade keeps what the administrator has changed", async (t) => {
  const { root } = installed();
  appendFileSync(root.path(kConfig), "# ours\n");
  writeFileSync(root.path("etc/stickler/certs/ours.pem"), "a key");
  chownSync(root.path("etc/stickler/certs"), 0, 0);
  succeeded(root.run("dpkg-statoverride", "--add", "root", "root", "700", "/etc/stickler/certs"));
  succeeded(root.dpkg("--install", newer(t)));
  assert.match(state(), /^Version: 99\.0-1$/m);
  assert.match(readFileSync(root.path(kConfig), "utf8"), /# ours\n$/);
  assert.equal(readFileSync(root.path("etc/stickler/certs/ours.pem"), "utf8"), "a key");
  assert.equal(statSync(root.path("etc/stickler/certs")).gid, 0);
}, inDebian);

scenario("removed, its configuration stays; purged, only its account does", async () => {
  const { root, before } = installed();
  succeeded(root.dpkg("--remove", "stickler"));
  const remains = left(before, root);
  assert.ok(remains.includes(kConfig) && !remains.includes("usr/sbin/stickler"));
  succeeded(root.dpkg("--purge", "stickler"));
  assert.deepEqual(left(before, root), []);
  assert.match(readFileSync(root.path("etc/passwd"), "utf8"), /^stickler:/m);
  succeeded(root.dpkg("--install", deb));
  assert.match(state(), /^Status: install ok installed$/m);
}, inDebian);

// The files that were not there before, but for folders and copies that adduser makes.
function left(before, root) {
  const known = new Set(before);
  return root.files().filter((line) => !known.has(line) && !line.startsWith("d "))
    .map((line) => line.split(" ").at(-1)).filter((file) => !/^etc\/(sub)?[gu]?\w+-$/.test(file));
}

scenario("purged, keys that somebody has put there are not touched", async () => {
  const { root } = installed();
  writeFileSync(root.path("etc/stickler/certs/ours.pem"), "a key");
  succeeded(root.dpkg("--purge", "stickler"));
  assert.equal(readFileSync(root.path("etc/stickler/certs/ours.pem"), "utf8"), "a key");
}, inDebian);
