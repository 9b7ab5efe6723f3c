// SPDX-License-Identifier: MIT
// The command line: what fingers type out of habit does what it did elsewhere or says why not; exit
// codes tell a good end (0) from a failure (1) and from wrong words (2).
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort, listen } from "./harness/ports.mjs";
import { scenario } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

// What the program says and how it ends, for one that ends by itself.
function stickler(...args) {
  const { status, stdout, stderr } = spawnSync(kSticklerBinary, args, {
    encoding: "utf8", timeout: 10_000,
  });
  return { status, stdout, stderr };
}

function configFiles(t, texts) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-command-line-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  return texts.map((text, index) => {
    const file = path.join(directory, `${index}.conf`);
    writeFileSync(file, text);
    return file;
  });
}

const good = (port) => `
  listeners = { web = { bind = "127.0.0.1:${port}"; redirect = { scheme = "https"; }; }; };
`;
const kBad = `
  listeners = { web = { bnid = ":1"; redirect = { scheme = "https"; }; }; };
  timeouts = { client = 10; };
`;
const kWarned = `
  listeners = { web = { bind = "127.0.0.1:1"; redirect = { scheme = "https"; }; }; };
  timeouts = { tunnel = "10s"; };
`;

for (const words of [["--version"], ["-v"], ["-vv"], ["version"]]) {
  scenario(`stickler ${words} says the version`, async () => {
    const { status, stdout } = stickler(...words);
    assert.deepEqual([status, /^stickler \d+\.\d+\.\d+\n$/.test(stdout)], [0, true]);
  });
}

for (const words of [["--help"], ["-h"], ["help"]]) {
  scenario(`stickler ${words} lists the commands`, async () => {
    const { status, stdout } = stickler(...words);
    assert.equal(status, 0);
    for (const command of ["run", "check", "demo"]) assert.match(stdout, new RegExp(command));
  });
}

const kWrongWords = [
  [[], /--help/],
  [["rnu"], /there is no command 'rnu'.*run, check, demo/],
  [["restart"], /there is no command 'restart'/],
  [["run", "--frob"], /--frob/],
  [["check", "extra"], /extra/],
  [["-f"], /-f|--config/],
  [["-D", "-f", "x"], /systemd/],
  [["-sf", "1"], /stop the old one/],
  [["-s", "reload"], /SIGTERM/],
  [["-p", "/run/x.pid", "-f", "x"], /foreground/],
  [["-x", "-f", "x"], /-x/],
];
for (const [words, hint] of kWrongWords) {
  scenario(`stickler ${words.join(" ")}: wrong words are 2, with a hint`, async () => {
    const { status, stderr } = stickler(...words);
    assert.equal(status, 2);
    assert.match(stderr, hint);
  });
}

const kChecks = [
  ["check", "-f"], ["validate", "-f"], ["-c", "-f"], ["-t", "-f"], ["check", "--config"],
  ["-V", "-c", "-f"], ["run", "-c", "-f"],
];
for (const words of kChecks) {
  scenario(`stickler ${words.join(" ")} FILE says whether it is right`, async (t) => {
    const [right, wrong] = configFiles(t, [good(1), kBad]);
    const found = stickler(...words, right);
    assert.equal(found.status, 0);
    assert.match(found.stdout, /0\.conf: OK: 1 listener/);
    const errors = stickler(...words, wrong);
    assert.equal(errors.status, 1);
    assert.match(errors.stdout, /1\.conf:2: error: .*bnid/);
    assert.match(errors.stdout, /1\.conf:3: error: .*client/);
  });
}

scenario("the flag may stand behind the file: stickler -f FILE -c", async (t) => {
  const [right, wrong] = configFiles(t, [good(1), kBad]);
  assert.equal(stickler("-f", right, "-c").status, 0);
  assert.equal(stickler("-f", wrong, "-c").status, 1);
});

scenario("a quiet check says nothing of a good file, and all of a bad one", async (t) => {
  const [right, wrong] = configFiles(t, [good(1), kBad]);
  assert.deepEqual(stickler("-c", "-q", "-f", right), { status: 0, stdout: "", stderr: "" });
  assert.match(stickler("-c", "-q", "-f", wrong).stdout, /bnid/);
});

scenario("warnings fail a check only if that is asked for", async (t) => {
  const [warned] = configFiles(t, [kWarned]);
  assert.match(stickler("check", "-f", warned).stdout, /warning: /);
  assert.equal(stickler("check", "-f", warned).status, 0);
  assert.equal(stickler("check", "--warnings-as-errors", "-f", warned).status, 1);
  assert.equal(stickler("-c", "-dW", "-f", warned).status, 1);
});

scenario("check --json is for programs", async (t) => {
  const [right, wrong] = configFiles(t, [good(1), kBad]);
  assert.equal(JSON.parse(stickler("check", "--json", "-f", right).stdout).ok, true);
  const report = JSON.parse(stickler("check", "--json", "-f", wrong).stdout);
  assert.equal(report.ok, false);
  assert.deepEqual(report.diagnostics.map(({ line }) => line), [2, 3]);
});

scenario("a configuration may come in several files, or as a directory", async (t) => {
  const files = configFiles(t, [good(1), `timeouts = { client = "5m"; };`]);
  assert.equal(stickler("check", "-f", files[0], "-f", files[1]).status, 0);
  assert.equal(stickler("check", "-f", path.dirname(files[0])).status, 0);
});

for (const words of [["run", "-f"], ["-f"], ["--config"]]) {
  scenario(`stickler ${words.join(" ")} with a bad file says everything and ends: 1`, async (t) => {
    const [wrong] = configFiles(t, [kBad]);
    const { status, stderr } = stickler(...words, wrong);
    assert.equal(status, 1);
    assert.match(stderr, /:2: error: [^]*:3: error: [^]*2 errors; nothing was changed/);
  });
}

scenario("a file that is not there is said so: 1", async () => {
  for (const words of [["run"], ["check"]]) {
    const { status, stdout, stderr } = stickler(...words, "-f", "/nowhere/at-all.conf");
    assert.equal(status, 1);
    assert.match(stdout + stderr, /\/nowhere\/at-all\.conf: error: .*No such file/);
  }
});

scenario("a port in use is named, with its listener: 1", async (t) => {
  const other = net.createServer();
  cleanUp(t, () => other.close());
  const [file] = configFiles(t, [good(await listen(other))]);
  const { status, stdout, stderr } = stickler("run", "-f", file);
  assert.equal(status, 1);
  const { port } = other.address();
  assert.match(stdout + stderr, new RegExp(`listeners\\.web: .*:${port}: another process`));
});

scenario("a second Stickler does not take a port that the first has", async (t) => {
  const text = good(await freePort());
  const first = await startStickler(t, { text });
  const second = await startStickler(t, { text, ready: false });
  assert.equal((await second.expectExit()).code, 1);
  assert.equal(first.exit, undefined);
});

scenario("an address that is not ours is named: 1", async (t) => {
  const [file] = configFiles(t, [good(1).replace("127.0.0.1", "192.0.2.1")]);
  const { status, stdout, stderr } = stickler("run", "-f", file);
  assert.equal(status, 1);
  assert.match(stdout + stderr, /192\.0\.2\.1:1\b/);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"]) {
  scenario(`${signal} ends it well: 0`, async (t) => {
    const port = await freePort();
    const running = await startStickler(t, { text: good(port) });
    const client = await RawClient.connect(t, { port });
    assert.equal((await client.request("GET /").response()).status, 302);
    running.signal(signal);
    assert.deepEqual(await running.expectExit(), { code: 0, signal: null });
  });
}
