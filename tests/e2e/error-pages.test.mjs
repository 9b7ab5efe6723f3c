// SPDX-License-Identifier: MIT
// Pages that an administrator gives in place of Stickler's own: read at start and at a reload, and
// sent with the status, framing and fields of the answer that they explain.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort } from "./harness/ports.mjs";
import { onlyStickler, scenario } from "./harness/scenario.mjs";
import { kHsts } from "./harness/settings.mjs";
import { RawClient } from "./harness/wire.mjs";

// A folder with these files.
function pages(t, files) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-pages-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

// Nobody listens where the only server should be. `settings` go to the plain listener.
async function world(t, settings, edit = () => {}) {
  const balancer = await startStickler(t, {
    servers: [{ name: "s1", port: await freePort() }],
    check: null,
    retry: { attempts: 0, redispatch: "never" },
    edit(config) {
      Object.assign(config.listeners.plain, settings);
      edit(config);
    },
  });
  return balancer;
}

async function ask(t, { ports, ca }, { bytes, line = "GET /", tls = false } = {}) {
  const to = tls ? { port: ports.https, ca } : { port: ports.plain };
  const client = await RawClient.connect(t, to);
  return (bytes ? client.send(bytes) : client.request(line)).response();
}

const kUnreadable = "GET / HTTP/1.1\r\n\r\n";

onlyStickler("a folder of pages: each status has its own, the others Stickler's", async (t) => {
  const folder = pages(t, { "400.txt": "what?", "503.html": "<p>down", "404.json": "{}" });
  const balancer = await world(t, { error_pages: folder });
  const down = await ask(t, balancer);
  assert.deepEqual([down.status, down.text, down.get("content-type")],
    [503, "<p>down", "text/html; charset=utf-8"]);
  assert.equal(down.get("retry-after"), "5");
  assert.deepEqual(down.all("strict-transport-security"), [kHsts]);
  const bad = await ask(t, balancer, { bytes: kUnreadable });
  assert.deepEqual([bad.status, bad.text, bad.get("content-type")],
    [400, "what?", "text/plain; charset=utf-8"]);
  const long = await ask(t, balancer, { line: `GET /${"x".repeat(20_000)}` });
  assert.equal(long.status, 414);
  assert.match(long.text, /<h1>414 URI Too Long<\/h1>/);
});

onlyStickler("HAProxy's error files can be brought along", async (t) => {
  const folder = pages(t, {
    "503.http": "HTTP/1.0 503 Service Unavailable\r\nCache-Control: no-cache\r\n" +
      "Connection: close\r\nContent-Type: text/plain\r\nContent-Length: 999\r\n\r\nback soon\n",
  });
  const balancer = await world(t, { error_pages: folder });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  for (let i = 0; i < 2; ++i) {
    const answer = await client.request("GET /").response();
    assert.deepEqual([answer.status, answer.text], [503, "back soon\n"]);
    assert.deepEqual(answer.all("content-type"), ["text/plain"]);
    assert.deepEqual(answer.all("content-length"), ["10"]);
    assert.equal(answer.get("connection"), undefined, "the connection is kept");
  }
});

onlyStickler("a page may refer to the request, and keeps what is its own", async (t) => {
  const text = "<p>${status} ${request_id} `${code}`";
  const balancer = await world(t, {
    error_pages: `503 ${pages(t, { "down.html": text })}/down.html`,
    response: { set: { "X-Id": "${request_id}" } },
  });
  const answer = await ask(t, balancer);
  assert.match(answer.get("x-id"), /^\w{15}$/);
  assert.equal(answer.text, `<p>503 ${answer.get("x-id")} \`\${code}\``);
});

onlyStickler("pages of the file are those of every listener that has none itself", async (t) => {
  const folder = pages(t, { "all/503.html": "for all", "own/503.html": "own" });
  const balancer = await world(t, { error_pages: `${folder}/own` }, (config) => {
    config.error_pages = `${folder}/all`;
  });
  assert.equal((await ask(t, balancer)).text, "own");
  assert.equal((await ask(t, balancer, { tls: true })).text, "for all");
});

onlyStickler("HEAD has the length of the page, and no page", async (t) => {
  const balancer = await world(t, { error_pages: pages(t, { "503.html": "12345" }) });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  client.send("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  const { bytes } = await client.drain();
  assert.match(bytes.toString(), /^HTTP\/1\.1 503 [^]*Content-Length: 5\r\n[^]*\r\n\r\n$/);
});

onlyStickler("a page of 64 kB goes out whole", async (t) => {
  const text = "0123456789abcdef".repeat(4096);
  const balancer = await world(t, { error_pages: pages(t, { "503.html": text }) });
  assert.equal((await ask(t, balancer)).text, text);
});

onlyStickler("files are read at a reload, and not before", async (t) => {
  const folder = pages(t, { "503.html": "one" });
  const balancer = await world(t, { error_pages: folder });
  writeFileSync(path.join(folder, "503.html"), "two");
  assert.equal((await ask(t, balancer)).text, "one");
  await balancer.reload();
  assert.equal((await ask(t, balancer)).text, "two");
  rmSync(path.join(folder, "503.html"));
  const mark = balancer.log.mark();
  balancer.signal("SIGHUP");
  await balancer.log.waitFor(/not reloaded, nothing was changed/, { since: mark });
  assert.equal((await ask(t, balancer)).text, "two");
});

// What `check` says of one setting.
function check(t, setting, before = "") {
  const folder = pages(t, {
    "stickler.conf": `${before}
      listeners = { web = { bind = "127.0.0.1:1"; redirect = { scheme = "https"; };
                            error_pages = ${setting}; }; };\n`,
  });
  const words = ["check", "-f", path.join(folder, "stickler.conf")];
  return spawnSync(kSticklerBinary, words, { encoding: "utf8", timeout: 10_000 });
}

scenario("check names the file that cannot be used, and why", (t) => {
  const folder = pages(t, { "503.html": "x".repeat(65_537), "page.html": "x" });
  const kWrong = {
    [`"${folder}/502.html"`]: /502\.html cannot be read: No such file or directory/,
    [`"${folder}/503.html"`]: /503\.html cannot be read: it is larger than 64k/,
    [`"${folder}"`]: /503\.html cannot be read: it is larger than 64k/,
    [`"299 ${folder}/page.html"`]: /Stickler never answers 299 by itself/,
    [`"${folder}/page.html"`]: /has a name that does not say whose page it is/,
    '"errors/"': /the path is not absolute/,
  };
  for (const [setting, said] of Object.entries(kWrong)) {
    const { status, stdout } = check(t, setting);
    assert.match(stdout, said);
    assert.equal(status, 1, setting);
  }
  assert.equal(check(t, `"503 ${folder}/page.html"`).status, 0);
});

scenario("check by root names pages that the account could not read at a reload", (t) => {
  const folder = pages(t, { "503.html": "x" });
  chmodSync(path.join(folder, "503.html"), 0o600);
  const account = `process = { user = "nobody"; };`;
  const { status, stdout } = check(t, `"${folder}"`, account);
  assert.match(stdout, /503\.html can be read by root, but not by 'nobody': the next reload/);
  assert.equal(status, 1);
  chmodSync(path.join(folder, "503.html"), 0o644);
  assert.equal(check(t, `"${folder}"`, account).status, 0);
  chmodSync(folder, 0o711);
  const unlisted = check(t, `"${folder}"`, account).stdout;
  assert.match(unlisted, /stickler-pages-\w+ can be read by root, but/);
}, { skip: process.getuid() !== 0 && "needs root" });
