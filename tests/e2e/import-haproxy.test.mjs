// SPDX-License-Identifier: MIT
// stickler import-haproxy: the guide's haproxy.cfg is translated whole, and does the same under
// both programs; whatever cannot be translated is named with its line.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { kSticklerBinary, startHaproxy, startStickler } from "./harness/balancer.mjs";
import { Browser } from "./harness/browser.mjs";
import { certificates } from "./harness/certificates.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort } from "./harness/ports.mjs";
import { forEachBalancer, scenario } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { kHsts } from "./harness/settings.mjs";
import { RawClient } from "./harness/wire.mjs";

const kNames = ["server-pro-ha-1", "server-pro-ha-2", "server-pro-ha-3"];
const kSample = readFileSync(new URL("fixtures/haproxy-server-pro.cfg", import.meta.url), "utf8");

// The sample on this machine: whoever runs the tests, with their certificate. `ports` and `servers`
// if it is to run.
function sampleHere({ ports, servers = [] } = {}) {
  let text = kSample
    .replace("user haproxy", `user ${userInfo().username}`)
    .replace("group haproxy", `group ${execFileSync("id", ["-gn"], { encoding: "utf8" }).trim()}`)
    .replace("/etc/ssl/certs/ssl-key-and-certificate-bundle.pem", certificates().rsa.bundle);
  if (ports) {
    text = text.replace("bind :80", `bind 127.0.0.1:${ports.redirect}`)
      .replace("bind :443", `bind 127.0.0.1:${ports.https}`);
  }
  servers.forEach(({ port }, i) => {
    text = text.replace(`198.18.1.${i + 1}:80`, `127.0.0.1:${port}`);
  });
  return text;
}

function newFolder(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-import-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function fileOf(t, text, name = "haproxy.cfg") {
  const file = path.join(newFolder(t), name);
  writeFileSync(file, text);
  return file;
}

function stickler(words, env = {}) {
  const { status, stdout, stderr } = spawnSync(kSticklerBinary, words, {
    encoding: "utf8", timeout: 10_000, env: { ...process.env, ...env },
  });
  return { status, stdout, stderr };
}

function importOf(t, text, env) {
  return stickler(["import-haproxy", fileOf(t, text)], env);
}

function check(t, text) {
  return stickler(["check", "-f", fileOf(t, text, "stickler.conf")]);
}

// Three servers behind the sample, run by HAProxy, or as translated by Stickler.
async function world(t, kind) {
  const servers = await namedServers(t, kNames);
  const ports = { redirect: await freePort(), https: await freePort() };
  const text = sampleHere({ ports, servers });
  if (kind === "haproxy") return { servers, balancer: await startHaproxy(t, { text, ports }) };
  const translated = importOf(t, text);
  assert.deepEqual([translated.status, translated.stderr], [0, ""]);
  const balancer = await startStickler(t, { text: translated.stdout, ports });
  await Promise.all(kNames.map((name) => balancer.waitForUp(name)));
  return { servers, balancer };
}

function newBrowser(t, { httpsUrl, ca }) {
  return new Browser(t, httpsUrl, { ca });
}

scenario("the guide's haproxy.cfg is translated whole, and both programs take it", async (t) => {
  const file = fileOf(t, sampleHere());
  execFileSync("haproxy", ["-c", "-f", file]);
  const { status, stdout, stderr } = stickler(["import-haproxy", file]);
  assert.deepEqual([status, stderr], [0, ""]);
  const checked = check(t, stdout);
  assert.equal(checked.status, 0, checked.stdout);
  assert.match(checked.stdout, /OK: 2 listeners, 1 backend, 3 servers/);
});

scenario("every line of the guide's haproxy.cfg can be found in the result", async (t) => {
  const { stdout } = importOf(t, kSample);
  const lines = kSample.split("\n").map((text, i) => ({ text: text.trim(), number: i + 1 }));
  const opens = /^(global|defaults)$/; // sections become groups of several names
  for (const { text, number } of lines) {
    if (text === "" || text.startsWith("#") || opens.test(text)) continue;
    const quoted = `# ${number}: ${text.replace(/\s+/g, " ")}`;
    assert.ok(stdout.includes(quoted), `${quoted}\n${stdout}`);
  }
});

forEachBalancer("the guide's haproxy.cfg: sessions stay, and are spread", async (t, kind) => {
  const { balancer } = await world(t, kind);
  const homes = new Set();
  for (let i = 0; i < kNames.length; ++i) {
    const browser = newBrowser(t, balancer);
    const { servedBy } = await browser.get("/");
    assert.equal(browser.jar.get("server-pro-ha").split("|")[0], servedBy);
    for (let again = 0; again < 3; ++again) {
      assert.equal((await browser.get("/project")).servedBy, servedBy);
    }
    homes.add(servedBy);
  }
  assert.deepEqual([...homes].sort(), kNames);
});

forEachBalancer("the guide's haproxy.cfg: git is at the first instance", async (t, kind) => {
  const { balancer } = await world(t, kind);
  for (let i = 0; i < 4; ++i) {
    assert.equal((await newBrowser(t, balancer).get("/git/thesis.git")).servedBy, kNames[0]);
  }
});

forEachBalancer("the guide's haproxy.cfg: servers learn who asks, and how", async (t, kind) => {
  const { balancer } = await world(t, kind);
  const answer = await newBrowser(t, balancer).get("/", {
    headers: { "X-Forwarded-Proto": "gopher" },
  });
  const { headers } = answer.json;
  assert.equal(headers["x-forwarded-proto"], "https");
  assert.equal(headers["x-forwarded-for"], "127.0.0.1");
  assert.equal(answer.headers["strict-transport-security"], kHsts);
  assert.ok(kNames.includes(answer.servedBy));
});

forEachBalancer("the guide's haproxy.cfg: http leads to https", async (t, kind) => {
  const { balancer } = await world(t, kind);
  const client = await RawClient.connect(t, { port: balancer.ports.redirect });
  const answer = await client.request("GET /a?b=c", ["Host: h"]).response();
  assert.deepEqual([answer.status, answer.get("location")], [302, "https://h/a?b=c"]);
});

forEachBalancer("the guide's haproxy.cfg: health is asked by HEAD /status", async (t, kind) => {
  const { servers } = await world(t, kind);
  for (const { requests } of servers) {
    await requests.waitFor(({ method, url }) => method === "HEAD" && url === "/status");
  }
});

// Lines that have no translation, among lines that have one.
const kUntranslatable = `global
  lua-load /etc/x.lua
defaults
  mode http
  timeout client 1m
frontend www
  bind 127.0.0.1:80 accept-proxy
  acl office src 10.0.0.0/8
  http-request deny if !office
  stick-table type ip size 1m
  compression algo gzip
  default_backend app
backend app
  option httpchk HEAD /status
  http-check expect ! status 500
  cookie S insert dynamic
  server one 10.0.0.1:80 check ssl verify none
  server two 10.0.0.2:80 check slowstart 10s
  "never closed
listen database
  mode tcp
  bind 127.0.0.1:5432
peers others
  peer a 10.0.0.3:1024
`;

scenario("every line that cannot be translated is named: 1", async (t) => {
  const file = fileOf(t, kUntranslatable);
  const { status, stdout, stderr } = stickler(["import-haproxy", file]);
  assert.equal(status, 1);
  const named = stderr.split("\n").filter((line) => line.includes(": cannot translate '"));
  const numbers = new Set(named.map((line) => {
    assert.ok(line.startsWith(`${file}:`), line);
    return Number(line.slice(file.length + 1).split(":")[0]);
  }));
  assert.deepEqual([...numbers].sort((a, b) => a - b),
    [2, 7, 8, 9, 10, 11, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
  for (const line of named) assert.match(line, /: cannot translate '[^\n]+': \S.{10,}$/);
  assert.match(stderr, /not translated; the result ends with a list of them\n$/);
  const checked = check(t, stdout);
  assert.equal(checked.status, 0, checked.stdout);
});

scenario("what cannot be translated says what to do instead", async (t) => {
  const { stderr } = importOf(t, kUntranslatable);
  assert.match(stderr, /:10: .*'stick-table type ip size 1m': .*backends\.NAME\.stick/);
  assert.match(stderr, /:11: .*'compression algo gzip': .*let the servers do it/);
  assert.match(stderr, /:17: .*'ssl': .*plain port/);
});

scenario("-o writes a file that only its owner's group can read, and replaces none", async (t) => {
  const cfg = fileOf(t, kSample);
  const output = path.join(newFolder(t), "stickler.conf");
  const first = stickler(["import-haproxy", cfg, "-o", output]);
  assert.deepEqual(first, { status: 0, stdout: "", stderr: "" });
  assert.equal(statSync(output).mode & 0o007, 0);
  const text = readFileSync(output, "utf8");
  assert.equal(text, stickler(["import-haproxy", cfg]).stdout);
  writeFileSync(output, "mine");
  const second = stickler(["import-haproxy", cfg, "-o", output]);
  assert.equal(second.status, 2);
  assert.match(second.stderr, /stickler\.conf: cannot be written: it exists; --force replaces it/);
  assert.equal(readFileSync(output, "utf8"), "mine");
  assert.equal(stickler(["import-haproxy", cfg, "-o", output, "--force"]).status, 0);
  assert.equal(readFileSync(output, "utf8"), text);
});

const kWrongWords = [
  [["import-haproxy"], /file/],
  [["import-haproxy", "/nowhere/haproxy.cfg"], /haproxy\.cfg: cannot be read: No such file/],
  [["import-haproxy", "/"], /\/: cannot be read: it is a folder/],
  [["import-haproxy", "/dev/null", "--force"], /--output/],
  [["import-haproxy", "/dev/null", "-o", "/nowhere/x"], /\/nowhere\/x: cannot be written/],
  [["import-haproxy", "/dev/null", "--frob"], /--frob/],
];
for (const [words, hint] of kWrongWords) {
  scenario(`stickler ${words.join(" ")}: 2, with a hint`, async () => {
    const { status, stderr } = stickler(words);
    assert.equal(status, 2);
    assert.match(stderr, hint);
  });
}

scenario("a variable of the environment has the value it has here", async (t) => {
  const text = `listen app
  mode http
  bind 127.0.0.1:80
  server one "\${STICKLER_TEST_HOST}":80
  server two 10.0.0.2:80
`;
  const known = importOf(t, text, { STICKLER_TEST_HOST: "10.7.7.7" });
  assert.equal(known.status, 0, known.stderr);
  assert.match(known.stdout, /address = "10\.7\.7\.7:80";/);
  const unknown = importOf(t, text);
  assert.equal(unknown.status, 1);
  assert.match(unknown.stderr, /:4: cannot translate 'server one .*STICKLER_TEST_HOST is not set/);
});

scenario("import-haproxy --help says what its exit codes mean", async () => {
  const { status, stdout } = stickler(["import-haproxy", "--help"]);
  assert.equal(status, 0);
  for (const word of ["--output", "--force", "Exit code"]) assert.match(stdout, new RegExp(word));
});
