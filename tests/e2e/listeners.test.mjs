// SPDX-License-Identifier: MIT
// Where a listener can be reached: IPv4, IPv6, both, a Unix socket, several at once.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { startStickler } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { libconfig } from "./harness/libconfig.mjs";
import { freePort, listen } from "./harness/ports.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { scenario } from "./harness/scenario.mjs";
import { namedServer } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

function configuration(bind, { listener = {}, address = "127.0.0.1:9", workers = 2 } = {}) {
  return libconfig({
    process: { workers, stop_within: "500ms" },
    listeners: { web: { bind, backend: "app", ...listener } },
    backends: { app: { check: { off: true }, servers: { s1: { address } } } },
  });
}

// A balancer that listens at `bind`, before a server that says "here".
async function world(t, bind, options) {
  const server = await RawServer.start(t, answers("here"));
  const address = `127.0.0.1:${server.port}`;
  return startStickler(t, { text: configuration(bind, { address, ...options }) });
}

// The answer's text to a request at this address, or how connecting failed.
async function ask(t, where) {
  try {
    const client = await RawClient.connect(t, where);
    return (await client.request("GET /").response()).text;
  } catch (error) {
    return error.code;
  }
}

function directory(t) {
  const made = mkdtempSync(path.join(tmpdir(), "stickler-listeners-"));
  cleanUp(t, () => rmSync(made, { recursive: true, force: true }));
  return made;
}

const v4 = (port) => ({ port, host: "127.0.0.1" });
const v6 = (port) => ({ port, host: "::1" });
const kBinds = [
  ["a port alone is both families", (port) => `:${port}`, ["here", "here"]],
  ["0.0.0.0 is IPv4 only", (port) => `0.0.0.0:${port}`, ["here", "ECONNREFUSED"]],
  ["[::] is IPv6 only", (port) => `[::]:${port}`, ["ECONNREFUSED", "here"]],
  ["127.0.0.1 is what it says", (port) => `127.0.0.1:${port}`, ["here", "ECONNREFUSED"]],
  ["[::1] is what it says", (port) => `[::1]:${port}`, ["ECONNREFUSED", "here"]],
];
for (const [sentence, bind, expected] of kBinds) {
  scenario(`bind: ${sentence}`, async (t) => {
    const port = await freePort();
    await world(t, bind(port));
    assert.deepEqual([await ask(t, v4(port)), await ask(t, v6(port))], expected);
  });
}

scenario("several addresses of one listener all answer, of both families on one port",
  async (t) => {
    const [one, two] = [await freePort(), await freePort()];
    await world(t, [`0.0.0.0:${one}`, `[::]:${one}`, `127.0.0.1:${two}`]);
    const found = [await ask(t, v4(one)), await ask(t, v6(one)), await ask(t, v4(two))];
    assert.deepEqual(found, ["here", "here", "here"]);
  });

scenario("a Unix socket serves, and one that a dead process left is no hindrance", async (t) => {
  const socket = path.join(directory(t), "web.sock");
  for (let i = 0; i < 2; ++i) {
    const balancer = await world(t, `unix:${socket}`);
    assert.equal(await ask(t, { path: socket }), "here");
    await balancer.kill();
    assert.ok(existsSync(socket));
  }
});

scenario("a Unix socket in use is left alone: 1", async (t) => {
  const socket = path.join(directory(t), "web.sock");
  const owner = net.createServer((peer) => {
    peer.on("error", () => {}); // Stickler looks whether anybody is there
    peer.once("data", () => peer.end("HTTP/1.0 200 OK\r\n\r\nmine"));
  });
  await new Promise((resolve) => owner.listen(socket, resolve));
  cleanUp(t, () => owner.close());
  const late = await startStickler(t, { text: configuration(`unix:${socket}`), ready: false });
  assert.equal((await late.expectExit()).code, 1);
  assert.equal(await ask(t, { path: socket }), "mine");
});

scenario("a file in the way of a Unix socket is not removed: 1", async (t) => {
  const file = path.join(directory(t), "precious");
  writeFileSync(file, "data");
  const balancer = await startStickler(t, { text: configuration(`unix:${file}`), ready: false });
  assert.equal((await balancer.expectExit()).code, 1);
  assert.ok(existsSync(file));
});

scenario("a server is told the IPv6 client's address, without brackets", async (t) => {
  const port = await freePort();
  const server = await namedServer(t, "s1");
  const address = `127.0.0.1:${server.port}`;
  await startStickler(t, { text: configuration(`:${port}`, { address }) });
  const seen = (where) => ask(t, where).then((text) => JSON.parse(text).headers["x-forwarded-for"]);
  assert.equal(await seen(v6(port)), "::1");
  assert.equal(await seen(v4(port)), "127.0.0.1");
});

scenario("a server may be at an IPv6 address or a Unix socket, too", async (t) => {
  const socket = path.join(directory(t), "app.sock");
  const reply = (peer) => peer.once("data", () => {
    peer.end("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhere");
  });
  const atSocket = net.createServer(reply).listen(socket);
  const atSix = net.createServer(reply);
  cleanUp(t, () => [atSocket, atSix].forEach((server) => server.close()));
  const six = await listen(atSix, 0, "::1");
  for (const address of [`unix:${socket}`, `[::1]:${six}`]) {
    const port = await freePort();
    await startStickler(t, { text: configuration(`127.0.0.1:${port}`, { address }) });
    assert.equal(await ask(t, v4(port)), "here");
  }
});

scenario("all workers share a port: two hundred connections at once are served", async (t) => {
  const port = await freePort();
  await world(t, `:${port}`, { workers: 4 });
  const found = await Promise.all(Array.from({ length: 200 }, () => ask(t, v4(port))));
  assert.deepEqual(new Set(found), new Set(["here"]));
});

scenario("a port is free again as soon as its Stickler has ended", async (t) => {
  const port = await freePort();
  for (let i = 0; i < 3; ++i) {
    const balancer = await world(t, `:${port}`);
    assert.equal(await ask(t, v4(port)), "here");
    balancer.signal("SIGTERM");
    assert.equal((await balancer.expectExit()).code, 0);
  }
});

scenario("an answer may need no backend at all", async (t) => {
  const port = await freePort();
  const answer = { routes: { all: { path_prefix: "/", answer: { status: 200, body: "here" } } } };
  const listeners = { web: { bind: `127.0.0.1:${port}`, ...answer } };
  await startStickler(t, { text: libconfig({ listeners }) });
  assert.equal(await ask(t, v4(port)), "here");
});
