// SPDX-License-Identifier: MIT
// Every time limit ends what it is for, with its own answer, and the log names it; it ends nothing
// else. Limits are scaled down, and tests ask which one fired, never when.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { freePort } from "./harness/ports.mjs";
import { Program } from "./harness/program.mjs";
import {
  answers, answersEarly, hangingPort, RawServer, slowly, stalls,
} from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { kDefaults } from "./harness/settings.mjs";
import { pause } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kMegabyte = 2 ** 20;
const kShort = "300ms";

// A balancer before one server that runs `script`, and a client of the listener in the clear.
async function world(t, kind, script, { port, ...settings } = {}) {
  const server = await RawServer.start(t, script ?? answers());
  const servers = [{ name: "s1", port: port ?? server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null, ...settings });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  return { server, balancer, client };
}

// What Stickler's log says of a limit, or the termination flags of HAProxy's line.
function logged(kind, limit, flags) {
  return kind === "haproxy" ? new RegExp(` ${flags}.. `) : new RegExp(`timeouts\\.${limit}\\b`);
}

onlyStickler("queue: with no server up the answer is 503 with Retry-After", async (t, kind) => {
  const { balancer, client } = await world(t, kind, null, {
    port: await freePort(), check: kDefaults.check, startsDown: ["s1"], timeouts: { queue: kShort },
  });
  const answer = await client.request("GET /").response();
  assert.equal(answer.status, 503);
  assert.match(answer.get("retry-after"), /^\d+$/);
  await balancer.log.waitFor(logged(kind, "queue"));
  assert.equal((await client.request("GET /").response()).status, 503, "the connection is kept");
});

forEachBalancer("queue: a full server is waited for, then 503", async (t, kind) => {
  const server = await RawServer.start(t, stalls);
  const servers = [{ name: "s1", port: server.port, maxconn: 1 }];
  const balancer = await startBalancer(t, kind, {
    servers, check: null, timeouts: { queue: kShort },
  });
  const first = await RawClient.connect(t, { port: balancer.ports.plain });
  first.request("GET /first");
  await server.requests.at(0);
  const second = await RawClient.connect(t, { port: balancer.ports.plain });
  assert.equal((await second.request("GET /second").response()).status, 503);
  await balancer.log.waitFor(logged(kind, "queue", "sQ"));
});

forEachBalancer("connect: a host that does not answer costs a 503", async (t, kind) => {
  const { balancer, client } = await world(t, kind, null, {
    port: await hangingPort(t),
    timeouts: { connect: kShort },
    retry: { attempts: 1, redispatch: "always" },
  });
  assert.equal((await client.request("GET /").response()).status, 503);
  await balancer.log.waitFor(logged(kind, "connect", "sC"));
});

forEachBalancer("server: silence before the answer is a 504", async (t, kind) => {
  const { balancer, client } = await world(t, kind, stalls, { timeouts: { server: kShort } });
  assert.equal((await client.request("GET /").response()).status, 504);
  await balancer.log.waitFor(logged(kind, "server", "sH"));
});

forEachBalancer("server: silence inside the answer cuts it short", async (t, kind) => {
  const script = slowly(["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"], 0);
  const { balancer, client } = await world(t, kind, script, { timeouts: { server: kShort } });
  await client.request("GET /").readHead();
  assert.equal((await client.drain()).bytes.toString(), "half");
  await balancer.log.waitFor(logged(kind, "server", "sD"));
});

forEachBalancer("server: a slow but moving answer is never cut", async (t, kind) => {
  const pieces = ["HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n", ..."12345678"];
  const { client } = await world(t, kind, slowly(pieces, 150), { timeouts: { server: "600ms" } });
  assert.equal((await client.request("GET /").response()).text, "12345678");
});

forEachBalancer("client: a long compile outlives the client's limit", async (t, kind) => {
  const compile = async (server) => {
    await server.request();
    await pause(1000); // tidy: waits, because the server works
    server.answer("compiled");
  };
  const { client } = await world(t, kind, compile, {
    timeouts: { client: kShort, head: kShort, keepalive: kShort },
  });
  client.request("POST /compile", ["Content-Length: 4"], "text");
  assert.equal((await client.response()).text, "compiled");
});

forEachBalancer("client: who stops reading the answer is cut off", async (t, kind) => {
  const script = answers("x".repeat(64 * kMegabyte));
  const { server, balancer, client } = await world(t, kind, script, {
    timeouts: { client: kShort },
  });
  client.request("GET /").stopReading();
  await balancer.log.waitFor(logged(kind, "client", "cD"));
  await (await server.connections.at(0)).drain();
});

for (const [what, bytes] of [["a partial head", "GET / HTTP/1.1\r\nHost:"],
                             ["a partial request line", "GE"]]) {
  forEachBalancer(`head: ${what} is answered 408`, async (t, kind) => {
    const { server, client } = await world(t, kind, null, { timeouts: { head: kShort } });
    const answer = await client.send(bytes).response();
    assert.equal(answer.status, 408);
    assert.equal(answer.get("connection"), "close");
    await client.expectClose();
    assert.equal(server.connections.entries.length, 0);
  });
}

onlyStickler("head: the limit is total, so that a trickle does not help", async (t, kind) => {
  const { balancer, client } = await world(t, kind, null, { timeouts: { head: "500ms" } });
  const trickle = async () => {
    client.send("GET / HTTP/1.1\r\n");
    while (!client.over) {
      client.send("X: y\r\n");
      await pause(50); // tidy: waits, because the client is slow
    }
  };
  await trickle();
  await balancer.log.waitFor(logged(kind, "head"));
});

// HAProxy answers 408 unless told otherwise, which browsers that connect early take for an answer.
onlyStickler("head: a connection that was never used is closed in silence", async (t, kind) => {
  const { balancer, client } = await world(t, kind, null, { timeouts: { head: kShort } });
  assert.equal(await client.expectClose(), "fin");
  assert.deepEqual(balancer.log.entries.filter((line) => /BADREQ|408/.test(line)), []);
});

forEachBalancer("keepalive: between two requests the end is silent", async (t, kind) => {
  const timeouts = { keepalive: kShort };
  const { balancer, client } = await world(t, kind, null, { timeouts });
  await client.request("GET /").response();
  assert.equal(await client.expectClose(), "fin");
  assert.deepEqual(balancer.log.entries.filter((line) => /BADREQ/.test(line)), []);
});

// Without the goodbye OpenSSL reports an unexpected end.
for (const [when, request] of [["before", ""], ["after", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"]]) {
  onlyStickler(`keepalive: a TLS client is told the end, ${when} its first request`,
    async (t, kind) => {
      const { balancer } = await world(t, kind, null, {
        timeouts: { head: kShort, keepalive: kShort },
      });
      const to = `127.0.0.1:${balancer.ports.https}`;
      const openssl = new Program(t, "openssl", "openssl", ["s_client", "-quiet", "-connect", to], {
        stdio: "pipe",
      });
      openssl.process.stdin.write(request);
      assert.equal((await openssl.expectExit()).code, 0);
    });
}

forEachBalancer("head: a second request that stalls is answered 408", async (t, kind) => {
  const timeouts = { keepalive: "5s", head: kShort };
  const { client } = await world(t, kind, null, { timeouts });
  await client.request("GET /").response();
  assert.equal((await client.send("GET / HT").response()).status, 408);
});

onlyStickler("body: the log says that the client stopped sending", async (t, kind) => {
  const { server, balancer, client } = await world(t, kind, null, { timeouts: { body: kShort } });
  client.request("POST /", ["Transfer-Encoding: chunked"], "5\r\nhal");
  assert.equal((await client.response()).status, 408);
  await balancer.log.waitFor(logged(kind, "body"));
  await (await server.connections.at(0)).drain();
});

onlyStickler("handshake: who does not finish it is closed, and the log says so",
  async (t, kind) => {
    const { balancer } = await world(t, kind, null, { timeouts: { handshake: kShort } });
    const silent = await RawClient.connect(t, { port: balancer.ports.https });
    await silent.send("\x16\x03\x01").expectClose();
    await balancer.log.waitFor(logged(kind, "handshake"));
  });

onlyStickler("discard: an upload that nobody wants is not read for ever", async (t, kind) => {
  const { client } = await world(t, kind, answersEarly("no", { status: "403 Forbidden" }), {
    timeouts: { discard: kShort },
  });
  client.request("POST /", [`Content-Length: ${kMegabyte}`], "begun");
  assert.equal((await client.response()).status, 403);
  await client.expectClose();
});

onlyStickler("a listener and a backend have limits of their own", async (t, kind) => {
  const { balancer, client } = await world(t, kind, stalls, {
    timeouts: { server: "30s", head: "30s" },
    edit(config) {
      config.listeners.plain.timeouts = { head: kShort };
      config.backends["server-pro"].timeouts = { server: kShort };
    },
  });
  assert.equal((await client.request("GET /").response()).status, 504);
  await client.close();
  const slow = await RawClient.connect(t, { port: balancer.ports.plain });
  assert.equal((await slow.send("GET").response()).status, 408);
});
