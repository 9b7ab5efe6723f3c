// SPDX-License-Identifier: MIT
// An upgrade that does not happen, or should not: the server declines and HTTP goes on; nobody gets
// a tunnel who did not ask for one.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

const kWebSocket = [
  "Connection: Upgrade", "Upgrade: websocket",
  "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const kSwitching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" +
  "Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

async function world(t, kind, script) {
  const server = await RawServer.start(t, script);
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  return { server, balancer, client };
}

// Switches, asked or not, and says something on the other side.
async function switchesUnasked(server) {
  await server.requestHead();
  server.send(`${kSwitching}now you are mine`);
}

for (const status of ["200 OK", "400 Bad Request", "426 Upgrade Required"]) {
  forEachBalancer(`a server that answers ${status} goes on with HTTP`, async (t, kind) => {
    const { server, client } = await world(t, kind, answers("plain", { status }));
    for (let i = 0; i < 3; ++i) {
      const answer = await client.request("GET /socket", kWebSocket).response();
      assert.deepEqual([answer.status, answer.text], [Number(status.slice(0, 3)), "plain"]);
      assert.equal((await client.request("GET /page").response()).text, "plain");
    }
    assert.equal(server.requests.entries.length, 6);
  });
}

forEachBalancer("what comes behind a declined upgrade is the next request", async (t, kind) => {
  const { server, client } = await world(t, kind, answers("plain"));
  client.request("GET /socket", kWebSocket, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
  await client.response();
  await client.response();
  assert.deepEqual(server.requests.entries.map(({ target }) => target), ["/socket", "/next"]);
});

onlyStickler("a server that switches unasked is answered for with 502", async (t, kind) => {
  const { server, balancer, client } = await world(t, kind, switchesUnasked);
  const answer = await client.request("GET /").response();
  assert.equal(answer.status, 502);
  assert.doesNotMatch(answer.text, /mine/);
  await (await server.connections.at(0)).drain();
  await balancer.log.waitFor(/switched protocols unasked/);
  assert.equal((await client.request("GET /").response()).status, 502, "HTTP goes on");
});

for (const upgrade of ["h2c", "H2C", "websocket, h2c", "h2c,websocket"]) {
  const fields = ["Connection: Upgrade, HTTP2-Settings", `Upgrade: ${upgrade}`,
                  "HTTP2-Settings: AAMAAABkAAQAAP__"];

  onlyStickler(`an offer of "${upgrade}" is not passed on`, async (t, kind) => {
    const { server, client } = await world(t, kind, answers("plain"));
    assert.equal((await client.request("GET /", fields).response()).status, 200);
    const { raw } = await server.requests.at(0);
    assert.doesNotMatch(raw, /upgrade|h2c|http2-settings/i);
  });

  onlyStickler(`a server cannot switch after an offer of "${upgrade}"`, async (t, kind) => {
    const { client } = await world(t, kind, switchesUnasked);
    assert.equal((await client.request("GET /", fields).response()).status, 502);
  });
}

for (const [what, line, fields] of [
  ["without Connection", "GET / HTTP/1.1", ["Upgrade: websocket"]],
  ["by HTTP/1.0", "GET / HTTP/1.0", kWebSocket],
]) {
  onlyStickler(`an Upgrade ${what} is not passed on`, async (t, kind) => {
    const { server, client } = await world(t, kind, answers("plain"));
    const head = [line, "Host: h", ...fields].join("\r\n");
    assert.equal((await client.send(`${head}\r\n\r\n`).response()).status, 200);
    assert.equal((await server.requests.at(0)).get("upgrade"), undefined);
  });
}

onlyStickler("Connection names nothing but the upgrade to the server", async (t, kind) => {
  const { server, client } = await world(t, kind, answers("plain"));
  const fields = ["Connection: keep-alive, X-Hop, Upgrade", "Upgrade: websocket", "X-Hop: 1"];
  await client.request("GET /", fields).response();
  const head = await server.requests.at(0);
  assert.deepEqual(head.all("connection").map((value) => value.toLowerCase()), ["upgrade"]);
  assert.deepEqual(head.all("upgrade"), ["websocket"]);
  assert.equal(head.get("x-hop"), undefined);
});

// The body comes before the other protocol (RFC 9110 §7.8).
onlyStickler("a server that switches before it has the request's body has erred",
  async (t, kind) => {
    const { server, client } = await world(t, kind, [switchesUnasked]);
    client.request("POST /socket", [...kWebSocket, "Content-Length: 10"], "half ");
    assert.equal((await client.response()).status, 502);
    await (await server.connections.at(0)).drain();
  });

onlyStickler("a request with a body can be upgraded", async (t, kind) => {
  const { server, client } = await world(t, kind, async (side) => {
    await side.request();
    side.send(`${kSwitching}welcome`);
    side.socket.pipe(side.socket);
  });
  client.request("POST /socket", [...kWebSocket, "Content-Length: 4"], "body");
  assert.equal((await client.response()).status, 101);
  await client.readThrough("welcome");
  await client.send("ping").readThrough("ping");
  assert.equal((await server.requests.at(0)).body.toString(), "body");
});

onlyStickler("CONNECT is refused and never reaches a server", async (t, kind) => {
  const { server, client } = await world(t, kind, answers("plain"));
  const answer = await client.request("CONNECT h:443", ["Host: h:443"]).response();
  assert.ok(answer.status >= 400 && answer.status < 502, `${answer.status}`);
  assert.equal(server.connections.entries.length, 0);
});
