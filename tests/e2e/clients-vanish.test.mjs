// SPDX-License-Identifier: MIT
// Clients that leave, stall or only finish sending: a half-close is answered, who is really gone
// frees the server, and who does not read costs a bounded buffer.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { peakMemory } from "./harness/proc.mjs";
import { answers, hangingPort, RawServer, stalls } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyAsShipped, onlyStickler } from "./harness/scenario.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kMegabyte = 2 ** 20;
const kChunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

// `backend`: settings of Stickler's backend.
async function world(t, kind, script, { port, backend, server: options, ...settings } = {}) {
  const server = await RawServer.start(t, script);
  const balancer = await startBalancer(t, kind, {
    servers: [{ name: "s1", port: port ?? server.port, ...options }],
    check: null,
    haproxy: { defaults: ["option abortonclose"] },
    edit: (config) => Object.assign(config.backends["server-pro"], backend),
    ...settings,
  });
  return { server, balancer };
}

function connect(t, { ports, ca }, tls = false) {
  return RawClient.connect(t, tls ? { port: ports.https, ca } : { port: ports.plain });
}

// Answers `body` when the test says so: [script, go].
function answersLater(body) {
  const order = deferred();
  return [async (server) => {
    await server.request();
    await order.promise;
    server.answer(body);
  }, () => order.resolve()];
}

for (const tls of [false, true]) {
  const over = tls ? "over TLS" : "in the clear";

  onlyStickler(`a client that has finished sending is answered, ${over}`, async (t, kind) => {
    const [script, go] = answersLater("for you");
    const { server, balancer } = await world(t, kind, script);
    const client = await connect(t, balancer, tls);
    client.request("POST /", ["Content-Length: 4"], "text").halfClose();
    await server.requests.at(0);
    go();
    assert.equal((await client.response()).text, "for you");
    await client.expectClose();
  });

  forEachBalancer(`a client that resets while the server works frees it, ${over}`,
    async (t, kind) => {
      const { server, balancer } = await world(t, kind, stalls);
      const client = await connect(t, balancer, tls);
      client.request("GET /compile");
      await server.requests.at(0);
      client.reset();
      await (await server.connections.at(0)).drain();
      await balancer.log.waitFor(/ C[HD].. /);
    });

  onlyStickler(`a client that resets while an answer pauses frees the server, ${over}`,
    async (t, kind) => {
      const { server, balancer } = await world(t, kind, async (side) => {
        await side.request();
        side.send(`${kChunkedHead}5\r\nevent\r\n`);
      });
      const client = await connect(t, balancer, tls);
      await client.request("GET /events").readThrough("event\r\n");
      client.reset();
      await (await server.connections.at(0)).drain();
      await balancer.log.waitFor(/ CD.. /);
    });
}

onlyStickler("several requests in one flight before a half-close are all answered",
  async (t, kind) => {
    const { balancer } = await world(t, kind, answers("yes"));
    const client = await connect(t, balancer);
    client.request("GET /1").request("GET /2").request("GET /3").halfClose();
    for (let i = 0; i < 3; ++i) assert.equal((await client.response()).text, "yes");
    await client.expectClose();
  });

onlyStickler("with abort_on_close = false the server may finish", async (t, kind) => {
  const [script, go] = answersLater("finished");
  const { server, balancer } = await world(t, kind, script, {
    backend: { abort_on_close: false },
  });
  const client = await connect(t, balancer);
  client.request("GET /compile");
  await server.requests.at(0);
  client.reset();
  const other = await connect(t, balancer);
  other.request("GET /other");
  await server.requests.at(1);
  assert.equal(server.connections.entries.filter((wire) => wire.over).length, 0);
  go();
  assert.equal((await other.response()).text, "finished");
});

onlyStickler("a client that leaves the queue gives its place to the next", async (t, kind) => {
  const { server, balancer } = await world(t, kind, answersOnceTold(), {
    server: { maxconn: 1 },
  });
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => connect(t, balancer)));
  first.request("GET /first");
  const { proceed } = await server.requests.at(0);
  second.request("GET /second");
  second.reset();
  await balancer.log.waitFor(/ CQ.. .*\/second/);
  third.request("GET /third");
  proceed.resolve();
  assert.equal((await first.response()).text, "/first");
  (await server.requests.at(1)).proceed.resolve();
  assert.equal((await third.response()).text, "/third");
});

// Answers with the target, each when its request's `proceed` is resolved.
function answersOnceTold() {
  return async (server) => {
    for (;;) {
      const head = await server.wire.readHead();
      head.proceed = deferred();
      server.requests.push(head);
      await head.proceed.promise;
      server.answer(head.target);
    }
  };
}

forEachBalancer("a client that resets while a connection is made is forgotten", async (t, kind) => {
  const { balancer } = await world(t, kind, stalls, {
    port: await hangingPort(t), timeouts: { connect: "30s" },
  });
  const client = await connect(t, balancer);
  client.request("GET /");
  const other = await connect(t, balancer);
  await other.send("nonsense\r\n\r\n").response();
  client.reset();
  await balancer.log.waitFor(/ CC.. /);
});

forEachBalancer("a client that resets inside its upload frees the server", async (t, kind) => {
  const { server, balancer } = await world(t, kind, async (side) => side.requestHead());
  const client = await connect(t, balancer);
  client.request("POST /", [`Content-Length: ${kMegabyte}`], "x".repeat(1000));
  await server.requests.at(0);
  client.reset();
  await (await server.connections.at(0)).drain();
});

forEachBalancer("a client that closes inside its upload is not waited for", async (t, kind) => {
  const { server, balancer } = await world(t, kind, async (side) => side.requestHead());
  const client = await connect(t, balancer);
  client.request("POST /", [`Content-Length: ${kMegabyte}`], "x".repeat(1000));
  await server.requests.at(0);
  client.halfClose();
  await (await server.connections.at(0)).drain();
  await client.drain();
});

forEachBalancer("a client that resets inside an answer frees the server", async (t, kind) => {
  const { server, balancer } = await world(t, kind, answers("x".repeat(32 * kMegabyte)));
  const client = await connect(t, balancer);
  await client.request("GET /").readHead();
  client.reset();
  await (await server.connections.at(0)).drain();
  await balancer.log.waitFor(/ CD.. /);
});

onlyStickler("30 clients that do not read their 8 MB cost little memory", async (t, kind) => {
  const body = Buffer.alloc(8 * kMegabyte);
  const { server, balancer } = await world(t, kind, answers(body));
  const before = peakMemory(balancer.pid);
  const clients = await Promise.all(Array.from({ length: 30 }, () => connect(t, balancer)));
  for (const client of clients) client.request("GET /").stopReading();
  await server.requests.at(29);
  const reader = await connect(t, balancer);
  assert.equal((await reader.request("GET /").response()).body.length, body.length);
  assert.ok(peakMemory(balancer.pid) - before < 30 * kMegabyte);
  const slow = clients.at(-1);
  slow.resumeReading();
  assert.equal((await slow.response()).body.length, body.length);
});

onlyAsShipped("1,000 idle clients cost little memory", async (t, kind) => {
  const { balancer } = await world(t, kind, answers("ok"));
  const before = peakMemory(balancer.pid);
  for (let round = 0; round < 10; ++round) {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connect(t, balancer)));
    await Promise.all(clients.map((client) => client.request("GET /").response()));
  }
  assert.ok(peakMemory(balancer.pid) - before < 20 * kMegabyte);
});
