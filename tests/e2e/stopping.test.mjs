// SPDX-License-Identifier: MIT
// SIGTERM: nothing new is taken, what runs may finish, what does not end is cut, and the address is
// free for the next process at once. A second SIGTERM or SIGINT cuts at once; SIGQUIT never does.
import assert from "node:assert/strict";
import net from "node:net";
import { once } from "node:events";
import { startBalancer, startStickler } from "./harness/balancer.mjs";
import { answers, hangingPort, RawServer, stalls, upgrades } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kUpgrade = ["Connection: Upgrade", "Upgrade: websocket"];
const kStopping = /no new connections/;

async function world(t, kind, script, { within: stopWithin = "30s", port, ...settings } = {}) {
  const server = await RawServer.start(t, script);
  const balancer = await startBalancer(t, kind, {
    servers: [{ name: "s1", port: port ?? server.port }],
    check: null,
    workers: 2,
    edit: (config) => (config.process.stop_within = stopWithin),
    ...settings,
  });
  return { server, balancer };
}

function connect(t, { ports, ca }, tls = false) {
  return RawClient.connect(t, tls ? { port: ports.https, ca } : { port: ports.plain });
}

async function terminate(balancer, signal = "SIGTERM") {
  balancer.signal(signal);
  await balancer.log.waitFor(kStopping);
}

async function endsWell(balancer) {
  assert.deepEqual(await balancer.expectExit(), { code: 0, signal: null });
}

async function refused(port) {
  const [error] = await once(net.connect(port, "127.0.0.1"), "error");
  return error.code === "ECONNREFUSED";
}

for (const signal of ["SIGTERM", "SIGINT", "SIGQUIT"]) {
  onlyStickler(`${signal} ends a balancer that has nothing to do, with 0`, async (t, kind) => {
    const { balancer } = await world(t, kind, answers());
    await terminate(balancer, signal);
    await endsWell(balancer);
    await balancer.log.waitFor(/stopped/);
  });
}

for (const tls of [false, true]) {
  const over = tls ? "over TLS" : "in the clear";

  onlyStickler(`kept connections are closed at once, ${over}`, async (t, kind) => {
    const { balancer } = await world(t, kind, answers());
    const used = await connect(t, balancer, tls);
    const unused = await connect(t, balancer, tls);
    await used.request("GET /").response();
    await terminate(balancer);
    assert.equal(await used.expectClose(), "fin");
    assert.equal(await unused.expectClose(), "fin");
    await endsWell(balancer);
  });

  onlyStickler(`a running request is answered, and then the end, ${over}`, async (t, kind) => {
    const order = deferred();
    const { server, balancer } = await world(t, kind, async (side) => {
      await side.request();
      await order.promise;
      side.answer("finished");
    });
    const client = await connect(t, balancer, tls);
    client.request("GET /compile");
    await server.requests.at(0);
    await terminate(balancer);
    order.resolve();
    const answer = await client.response();
    assert.deepEqual([answer.text, answer.get("connection")], ["finished", "close"]);
    await client.expectClose();
    await endsWell(balancer);
  });

  onlyStickler(`a tunnel goes on until the limit, then it is cut, ${over}`, async (t, kind) => {
    const echo = upgrades(async (wire) => void wire.socket.pipe(wire.socket));
    const { balancer } = await world(t, kind, echo, { within: "700ms" });
    const client = await connect(t, balancer, tls);
    assert.equal((await client.request("GET /", kUpgrade).response()).status, 101);
    await terminate(balancer);
    await client.send("still here?").readThrough("still here?");
    await client.expectClose();
    await balancer.log.waitFor(/1 connections were still open after 700ms/);
    await endsWell(balancer);
  });
}

onlyStickler("an upload that runs arrives whole", async (t, kind) => {
  const { server, balancer } = await world(t, kind, answers("stored"));
  const client = await connect(t, balancer);
  client.request("POST /", ["Content-Length: 20000"], Buffer.alloc(10_000));
  await server.connections.at(0);
  await terminate(balancer);
  assert.equal((await client.send(Buffer.alloc(10_000)).response()).text, "stored");
  await endsWell(balancer);
});

onlyStickler("a download that runs arrives whole", async (t, kind) => {
  const body = Buffer.alloc(16 * 2 ** 20);
  const { balancer } = await world(t, kind, answers(body));
  const client = await connect(t, balancer);
  const head = await client.request("GET /").readHead();
  client.stopReading();
  await terminate(balancer);
  client.resumeReading();
  assert.equal((await client.readBody(head)).length, body.length);
  await endsWell(balancer);
});

onlyStickler("who connects meanwhile is refused, and the address is free", async (t, kind) => {
  const { server, balancer } = await world(t, kind, stalls);
  const client = await connect(t, balancer);
  client.request("GET /");
  await server.requests.at(0);
  await terminate(balancer);
  const other = await connect(t, balancer).catch(() => null);
  if (other) await other.drain(); // it may have come before the listener had closed
  assert.ok(await refused(balancer.ports.plain));
  const { ports } = balancer;
  const servers = [{ name: "s1", port: server.port }];
  const next = await startStickler(t, { servers, check: null, ports });
  assert.notEqual(next.pid, balancer.pid);
  balancer.signal("SIGTERM");
  await endsWell(balancer);
});

// What may be under way when the second signal comes.
const kBusy = [
  ["a request at a silent server", stalls, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["half an upload", stalls, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf"],
  ["half a head", stalls, "GET / HTTP/1.1\r\n"],
];
for (const [what, script, bytes] of kBusy) {
  onlyStickler(`the second signal cuts ${what}`, async (t, kind) => {
    const { balancer } = await world(t, kind, script);
    const client = await connect(t, balancer);
    client.send(bytes);
    const other = await connect(t, balancer);
    await other.request("BAD REQUEST").response();
    await terminate(balancer);
    balancer.signal("SIGTERM");
    await client.drain();
    await endsWell(balancer);
  });
}

const kTwice = [["SIGTERM", "SIGINT"], ["SIGINT", "SIGTERM"], ["SIGQUIT", "SIGTERM"]];
for (const [first, second] of kTwice) {
  onlyStickler(`${second} behind ${first} cuts what is open`, async (t, kind) => {
    const { server, balancer } = await world(t, kind, stalls);
    const client = await connect(t, balancer);
    client.request("GET /");
    await server.requests.at(0);
    await terminate(balancer, first);
    balancer.signal(second);
    await client.drain();
    await balancer.log.waitFor(/: open connections are cut/);
    await endsWell(balancer);
  });
}

onlyStickler("SIGQUIT, however often, lets a running request finish", async (t, kind) => {
  const order = deferred();
  const { server, balancer } = await world(t, kind, async (side) => {
    await side.request();
    await order.promise;
    side.answer("finished");
  });
  const client = await connect(t, balancer);
  client.request("GET /compile");
  await server.requests.at(0);
  await terminate(balancer, "SIGQUIT");
  balancer.signal("SIGQUIT");
  await balancer.log.waitFor(/Quit: still waiting for what is open/);
  order.resolve();
  assert.equal((await client.response()).text, "finished");
  await endsWell(balancer);
});

onlyStickler("the second signal cuts a connection that is being made", async (t, kind) => {
  const { balancer } = await world(t, kind, stalls, {
    port: await hangingPort(t), timeouts: { connect: "50s" },
  });
  const client = await connect(t, balancer);
  client.request("GET /");
  await terminate(balancer);
  balancer.signal("SIGTERM");
  await client.drain();
  await endsWell(balancer);
});

onlyStickler("the second signal cuts who waits for a server", async (t, kind) => {
  const server = await RawServer.start(t, stalls);
  const balancer = await startBalancer(t, kind, {
    servers: [{ name: "s1", port: server.port, maxconn: 1 }],
    check: null,
    timeouts: { queue: "50s" },
    edit: (config) => (config.process.stop_within = "30s"),
  });
  const clients = await Promise.all([1, 2].map(() => connect(t, balancer)));
  for (const client of clients) client.request("GET /");
  await server.requests.at(0);
  await terminate(balancer);
  balancer.signal("SIGTERM");
  for (const client of clients) await client.drain();
  await endsWell(balancer);
});
