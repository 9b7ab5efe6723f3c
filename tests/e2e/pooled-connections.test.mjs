// SPDX-License-Identifier: MIT
// Connections to servers are kept and shared by all clients, and no client ever notices when one of
// them ends.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { answers, answersOnceThenCloses, RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { deferred, Timeline } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

// A balancer before one scripted server, and `ask(line, …)`: one request of a client of its own.
async function world(t, kind, script, { backend = {}, ...settings } = {}) {
  const server = await RawServer.start(t, script);
  const balancer = await startBalancer(t, kind, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    cookie: null,
    edit: (config) => Object.assign(config.backends["server-pro"], backend),
    ...settings,
  });
  const open = () => RawClient.connect(t, { port: balancer.ports.plain });
  const ask = async (line = "GET /", fields, body) => {
    const client = await open();
    return client.request(line, fields, body).response({ method: line.split(" ")[0] });
  };
  return { server, balancer, open, ask };
}

// Answers the first request of a connection; what happens at the second one is up to `then`.
function keepsUntilSecond(then) {
  return async (server) => {
    await server.request();
    server.answer("first");
    await server.request();
    await then(server);
  };
}

onlyStickler("clients one after the other share one connection", async (t, kind) => {
  const { server, ask } = await world(t, kind, answers("ok"));
  for (let i = 0; i < 5; ++i) assert.equal((await ask()).text, "ok");
  assert.equal(server.connections.entries.length, 1);
  assert.equal(server.requests.entries.length, 5);
});

onlyStickler("a POST with a body and a chunked answer leave a connection that serves on",
  async (t, kind) => {
    const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n";
    const { server, ask } = await world(t, kind, async (side) => {
      for (;;) {
        await side.request();
        side.send(chunked);
      }
    });
    assert.equal((await ask("POST /", ["Content-Length: 4"], "body")).text, "ok");
    const framed = ["Transfer-Encoding: chunked"];
    assert.equal((await ask("POST /", framed, "4\r\nbody\r\n0\r\n\r\n")).text, "ok");
    assert.equal((await ask()).text, "ok");
    assert.equal(server.connections.entries.length, 1);
  });

for (const [what, answer] of [
  ["HEAD", { line: "HEAD /", text: "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" }],
  ["204", { text: "HTTP/1.1 204 No Content\r\n\r\n" }],
  ["304", { text: "HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n" }],
  ["a 1xx first", { text: "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n" }],
  ["HTTP/1.0 that keeps alive",
    { text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n" }],
]) {
  onlyStickler(`a connection is kept after ${what}`, async (t, kind) => {
    const { server, ask } = await world(t, kind, async (side) => {
      for (;;) {
        await side.request();
        side.send(answer.text);
      }
    });
    for (let i = 0; i < 3; ++i) await ask(answer.line);
    assert.equal(server.connections.entries.length, 1);
  });
}

for (const [what, text] of [
  ["Connection: close", "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok"],
]) {
  forEachBalancer(`a connection is not used again after ${what}`, async (t, kind) => {
    const { server, ask } = await world(t, kind, async (side) => {
      await side.request();
      side.send(text);
    });
    for (let i = 0; i < 3; ++i) assert.equal((await ask()).text, "ok");
    assert.equal(server.connections.entries.length, 3);
    for (const wire of server.connections.entries) await wire.drain();
  });
}

onlyStickler("an idle connection is closed after keepalive, before the server does it",
  async (t, kind) => {
    const { server, ask } = await world(t, kind, answers("ok"), { backend: { keepalive: "50ms" } });
    await ask();
    await (await server.connections.at(0)).expectClose();
    assert.equal((await ask()).text, "ok");
    assert.equal(server.connections.entries.length, 2);
  });

// Sends `count` requests that are all under way before the first is answered.
async function burst({ server, open }, gate, count) {
  const clients = await Promise.all(Array.from({ length: count }, open));
  for (const client of clients) client.request("GET /");
  await server.requests.at(count - 1);
  gate.resolve();
  await Promise.all(clients.map((client) => client.response()));
}

function answersBehind(gate) {
  return async (server) => {
    for (;;) {
      await server.request();
      await gate.promise;
      server.answer("ok");
    }
  };
}

onlyStickler("no more than max_idle connections are kept", async (t, kind) => {
  const gate = deferred();
  const ended = new Timeline("connections that were closed");
  const script = (side) => {
    side.socket.on("end", () => ended.push(side));
    return answersBehind(gate)(side);
  };
  const all = await world(t, kind, script, { backend: { max_idle: 1 } });
  await burst(all, gate, 3);
  await ended.at(1);
  await all.ask();
  assert.equal(all.server.connections.entries.length, 3, "the last one was kept and used");
  assert.equal(ended.entries.length, 2);
});

onlyStickler("max_idle = 0 keeps none", async (t, kind) => {
  const { server, ask } = await world(t, kind, answers("ok"), { backend: { max_idle: 0 } });
  for (let i = 0; i < 3; ++i) {
    assert.equal((await ask()).text, "ok");
    await (await server.connections.at(i)).expectClose();
  }
  assert.equal(server.connections.entries.length, 3);
});

forEachBalancer("nobody notices that servers close idle connections", async (t, kind) => {
  const { server, open } = await world(t, kind, answersOnceThenCloses);
  const client = await open();
  for (let i = 0; i < 5; ++i) {
    client.request("POST /", ["Content-Length: 1"], "x");
    assert.equal((await client.response()).status, 200);
    await (await server.connections.at(i)).drain(); // the balancer has seen the end
  }
});

onlyStickler("a connection on which the server speaks unasked is discarded", async (t, kind) => {
  const { server, ask } = await world(t, kind, async (side) => {
    await side.request();
    side.answer("ok");
    side.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
    await side.request();
  });
  for (let i = 0; i < 3; ++i) {
    assert.equal((await ask()).text, "ok");
    await (await server.connections.at(i)).drain();
  }
});

onlyStickler("a 408 that an idle server says before it closes reaches nobody", async (t, kind) => {
  const { server, ask } = await world(t, kind, async (side) => {
    await side.request();
    side.answer("ok");
    side.send("HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    side.wire.halfClose();
  });
  for (let i = 0; i < 3; ++i) {
    assert.equal((await ask()).text, "ok");
    await (await server.connections.at(i)).drain();
  }
});

const kEnds = {
  closes: async (side) => side.wire.halfClose(),
  resets: async (side) => side.wire.reset(),
};

for (const [how, end] of Object.entries(kEnds)) {
  const script = () => [keepsUntilSecond(end), answers("second")];

  for (const line of ["GET /", "HEAD /", "PUT /", "DELETE /", "OPTIONS /"]) {
    onlyStickler(`a server that ${how} a kept connection at ${line}: repeated on a fresh one`,
      async (t, kind) => {
        const { server, balancer, ask } = await world(t, kind, script());
        await ask();
        assert.equal((await ask(line)).status, 200);
        assert.equal(server.connections.entries.length, 2);
        assert.equal(server.requests.entries.at(-1).method, line.split(" ")[0]);
        await balancer.log.waitFor(/s1: the server closed the connection.*trying again/);
      });
  }

  for (const line of ["POST /", "PATCH /", "FROBNICATE /"]) {
    onlyStickler(`a server that ${how} a kept connection at ${line}: 502, never repeated`,
      async (t, kind) => {
        const { server, balancer, ask } = await world(t, kind, script());
        await ask();
        assert.equal((await ask(line, ["Content-Length: 4"], "once")).status, 502);
        assert.equal(server.requests.entries.length, 2);
        await balancer.log.waitFor(/ 502 .* SH-- .*"[A-Z]+ \/ HTTP\/1\.1"/);
      });
  }
}

onlyStickler("a small PUT is repeated whole, with its body", async (t, kind) => {
  const { server, ask } = await world(t, kind, [keepsUntilSecond(kEnds.closes), answers("ok")]);
  await ask();
  const body = "x".repeat(3000);
  assert.equal((await ask("PUT /", [`Content-Length: ${body.length}`], body)).text, "ok");
  const [, first, second] = server.requests.entries;
  assert.equal(first.raw, second.raw);
  assert.equal(second.body.toString(), body);
});

onlyStickler("a connection that dies after the first byte of its answer is no reason to repeat",
  async (t, kind) => {
    const dies = keepsUntilSecond(async (side) => {
      side.send("H");
      side.wire.halfClose();
    });
    const { server, ask } = await world(t, kind, [dies, answers("again")]);
    await ask();
    assert.equal((await ask()).status, 502);
    assert.equal(server.requests.entries.length, 2);
  });

onlyStickler("when a fresh connection ends the same way, too, the client gets its 502",
  async (t, kind) => {
    const { server, ask } = await world(t, kind, [
      keepsUntilSecond(kEnds.closes),
      async (side) => {
        await side.request();
        side.wire.halfClose();
      },
    ]);
    await ask();
    assert.equal((await ask()).status, 502);
    assert.equal(server.connections.entries.length, 2);
  });

onlyStickler("one client's kept connections dying at once cost each request at most one repeat",
  async (t, kind) => {
    const gate = deferred();
    const all = await world(t, kind, answersBehind(gate));
    await burst(all, gate, 4);
    for (const wire of all.server.connections.entries) wire.reset();
    const got = await Promise.all(Array.from({ length: 4 }, () => all.ask()));
    assert.deepEqual(got.map(({ status }) => status), [200, 200, 200, 200]);
  });

// Answers checks with what `health` says, and requests on connections that it keeps.
function checkedAndKept(health) {
  return async (server) => {
    for (;;) {
      const { target } = await server.request();
      server.answer("ok", { status: target === "/status" ? health.status : "200 OK" });
      server.wire.leadsToRequests ||= target !== "/status";
    }
  };
}

onlyStickler("connections from before a server was down are not used after", async (t, kind) => {
  const health = { status: "200 OK" };
  const check = { http: "GET /status", interval: "20ms", timeout: "5s", rise: 1, fall: 1 };
  const { server, balancer, ask } = await world(t, kind, checkedAndKept(health), { check });
  await ask();
  await ask();
  health.status = "503 Service Unavailable";
  await balancer.waitForDown("s1");
  const since = balancer.log.mark();
  health.status = "200 OK";
  await balancer.waitForUp("s1", { since });
  assert.equal((await ask()).text, "ok");
  const used = server.connections.entries.filter((wire) => wire.leadsToRequests);
  assert.equal(used.length, 2);
});
