// SPDX-License-Identifier: MIT
// Servers that fail: before their answer's head the client is told so, and inside the answer it can
// tell that what it has is not all.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import {
  acceptAndClose, answers, closesAfterRequest, junk, partialHead, RawServer, resetAtOnce,
  resetsAfterRequest, saysAndCloses, saysAndResets, slowly,
} from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

const kHead = "HTTP/1.1 200 OK\r\n";
const kMegabyte = 2 ** 20;

async function world(t, kind, script, settings) {
  const server = await RawServer.start(t, script);
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, {
    servers, check: null, retry: { attempts: 0, redispatch: "never" }, ...settings,
  });
  return { server, balancer };
}

function connect(t, { ports, ca }, tls = false) {
  return RawClient.connect(t, tls ? { port: ports.https, ca } : { port: ports.plain });
}

// Reads the request, says this, and waits for what the test does to it.
const says = (bytes) => async (server) => {
  await server.request();
  server.send(bytes);
};

// [what the server does, the script, the termination flags]
const kBeforeTheHead = [
  ["closes at once", acceptAndClose, "SH"],
  ["closes after the request", closesAfterRequest, "SH"],
  ["resets after the request", resetsAfterRequest, "SH"],
  ["sends something else than HTTP", junk, "PH"],
  ["sends half a head", partialHead, "SH"],
  ["sends half a head and resets", saysAndResets("HTTP/1.1 200 OK\r\nA: b"), "SH"],
  ["sends an interim answer only", saysAndCloses("HTTP/1.1 103 Early Hints\r\n\r\n"), "SH"],
];
for (const [what, script, flags] of kBeforeTheHead) {
  forEachBalancer(`a server that ${what} costs a 502`, async (t, kind) => {
    const { balancer } = await world(t, kind, script);
    const client = await connect(t, balancer);
    assert.equal((await client.request("GET /").response()).status, 502);
    await balancer.log.waitFor(new RegExp(` 502 .* ${flags}.. `));
    if (kind === "haproxy") return; // closes a kept connection instead of answering again
    assert.equal((await client.request("GET /").response()).status, 502);
  });
}

// The log says in words what happened.
const kWords = [
  [closesAfterRequest, /502: the server closed the connection before answering/],
  [saysAndCloses(`${kHead}Content-Length: 9\r\n\r\nhalf`), /200: the server closed .* inside its/],
  [saysAndCloses(`${kHead}Content-Length: 1, 2\r\n\r\n`), /502: .*Content-Length/],
];
for (const [script, words] of kWords) {
  onlyStickler(`the log says: ${words.source}`, async (t, kind) => {
    const { balancer } = await world(t, kind, script);
    const client = await connect(t, balancer);
    await client.request("GET /").readHead();
    await balancer.log.waitFor(words);
  });
}

// What breaks an answer of which the client has begun to read: [what, the beginning, the break,
// who lets the client tell (unless both)].
const kLength = `${kHead}Content-Length: 100\r\n\r\nhalf`;
const kChunked = `${kHead}Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n`;
const kInside = [
  ["of known length, closed", kLength, (wire) => wire.halfClose()],
  ["of known length, reset", kLength, (wire) => wire.reset()],
  ["in chunks, closed between two", kChunked, (wire) => wire.halfClose()],
  ["in chunks, closed inside one", `${kChunked}ff\r\nmore`, (wire) => wire.halfClose()],
  ["in chunks, closed before its trailers end", `${kChunked}0\r\n`, (wire) => wire.halfClose()],
  ["in chunks, reset", kChunked, (wire) => wire.reset()],
  ["in chunks, garbage", kChunked, (wire) => wire.send("nonsense\r\n").halfClose()],
  ["until the end, reset", `${kHead}\r\nhalf`, (wire) => wire.reset(), ["stickler"]],
];

// The client has the beginning; now the server breaks.
async function readBroken(t, balancer, server, { tls, version = 1, breaks }) {
  const client = await connect(t, balancer, tls);
  client.send(`GET / HTTP/1.${version}\r\nHost: h\r\n\r\n`);
  const head = await client.readHead();
  await client.readThrough("half");
  breaks(await server.connections.at(0));
  return { head, ...(await client.drain()) };
}

// What came behind "half" does not end the answer.
function looksCut({ head, how, bytes }) {
  if (how === "reset" || head.get("content-length") !== undefined) return true;
  return head.get("transfer-encoding") === "chunked" && !bytes.includes("0\r\n\r\n");
}

for (const [what, beginning, breaks, who] of kInside) {
  for (const tls of [false, true]) {
    const over = tls ? "over TLS" : "in the clear";
    forEachBalancer(`an answer ${what}: the client can tell, ${over}`, async (t, kind) => {
      const { server, balancer } = await world(t, kind, says(beginning));
      const got = await readBroken(t, balancer, server, { tls, breaks });
      assert.ok(looksCut(got), `${got.how}: ${JSON.stringify(got.bytes.toString())}`);
      await balancer.log.waitFor(/ 200 .* [SP][DH].. /);
    }, who);
  }

  // A client of HTTP/1.0 takes a FIN for the end.
  onlyStickler(`an answer ${what}: HTTP/1.0 can tell by a reset`, async (t, kind) => {
    const { server, balancer } = await world(t, kind, says(beginning));
    const got = await readBroken(t, balancer, server, { version: 0, breaks });
    assert.ok(looksCut(got), got.how);
  });
}

forEachBalancer("an answer that ends with the connection is whole", async (t, kind) => {
  const { balancer } = await world(t, kind, saysAndCloses(`${kHead}\r\nall of it`));
  const client = await connect(t, balancer);
  assert.equal((await client.request("GET /").response()).text, "all of it");
  const old = await connect(t, balancer);
  const answer = await old.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n").response();
  assert.equal(answer.text, "all of it");
});

onlyStickler("a server that closes inside an upload is answered for with 502", async (t, kind) => {
  const { balancer } = await world(t, kind, async (server) => {
    await server.requestHead();
    server.wire.reset();
  });
  const client = await connect(t, balancer);
  client.request("POST /", [`Content-Length: ${8 * kMegabyte}`], Buffer.alloc(kMegabyte));
  assert.equal((await client.response()).status, 502);
});

forEachBalancer("an answer before the server closes inside an upload is heard", async (t, kind) => {
  const { balancer } = await world(t, kind, async (server) => {
    await server.requestHead();
    server.answer("too much", { status: "413 Payload Too Large", fields: ["Connection: close"] });
    server.wire.halfClose();
  });
  const client = await connect(t, balancer);
  client.request("POST /", [`Content-Length: ${8 * kMegabyte}`], Buffer.alloc(kMegabyte));
  assert.equal((await client.response()).text, "too much");
});

onlyStickler("a server that fails in one request is not held against the next", async (t, kind) => {
  const { server, balancer } = await world(t, kind, [
    saysAndCloses(kLength), junk, resetAtOnce, answers("well"),
  ]);
  const ask = async () => {
    const client = await connect(t, balancer);
    return client.request("GET /").response().catch(() => ({ status: "cut" }));
  };
  const statuses = [];
  for (let i = 0; i < 3; ++i) statuses.push((await ask()).status);
  assert.deepEqual(statuses.slice(0, 2), ["cut", 502]);
  assert.ok([502, 503].includes(statuses[2]));
  assert.equal((await ask()).text, "well");
  assert.equal(server.connections.entries.length, 4);
});

onlyStickler("bytes behind an answer never reach another client", async (t, kind) => {
  const smuggled = `${kHead}Content-Length: 7\r\n\r\nstolen!`;
  const { balancer } = await world(t, kind, slowly(
    [`${kHead}Content-Length: 2\r\n\r\nok${smuggled}`], 0));
  for (let i = 0; i < 3; ++i) {
    const client = await connect(t, balancer);
    assert.equal((await client.request("GET /").response()).text, "ok");
    assert.equal(client.pending.length, 0);
  }
});
