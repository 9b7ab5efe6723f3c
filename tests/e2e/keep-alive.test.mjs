// SPDX-License-Identifier: MIT
// One connection, many requests: they are answered in order however they come, and the connection
// lives as long as client and protocol version allow.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { answers, RawServer, slowly } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

async function world(t, kind, script, settings = {}) {
  const server = await RawServer.start(t, script);
  const servers = [{ name: "s1", port: server.port }];
  return { server, balancer: await startBalancer(t, kind, { servers, check: null, ...settings }) };
}

function connect(t, balancer, { tls = false } = {}) {
  const { https, plain } = balancer.ports;
  return RawClient.connect(t, tls ? { port: https, ca: balancer.ca } : { port: plain });
}

// Says what it was asked, with the body it got.
const repeats = async (server) => {
  for (;;) {
    const { method, target, body } = await server.request();
    server.answer(`${method} ${target} ${body}`);
  }
};

async function texts(client, count) {
  const found = [];
  while (found.length < count) found.push((await client.response()).text);
  return found;
}

const kChunked = ["Transfer-Encoding: chunked"];

for (const tls of [false, true]) {
  const over = tls ? "over TLS" : "in the clear";

  forEachBalancer(`a hundred requests one after the other share a connection, ${over}`,
    async (t, kind) => {
      const { balancer } = await world(t, kind, repeats);
      const client = await connect(t, balancer, { tls });
      for (let i = 0; i < 100; ++i) {
        assert.equal((await client.request(`GET /${i}`).response()).text, `GET /${i} `);
      }
    });

  forEachBalancer(`requests sent all at once are answered in order, ${over}`, async (t, kind) => {
    const { balancer } = await world(t, kind, repeats);
    const client = await connect(t, balancer, { tls });
    const expected = [];
    for (let i = 0; i < 50; ++i) {
      client.request(`GET /${i}`);
      client.request(`POST /${i}`, ["Content-Length: 4"], "body");
      client.request(`PUT /${i}`, kChunked, "2\r\nbo\r\n2\r\ndy\r\n0\r\n\r\n");
      expected.push(`GET /${i} `, `POST /${i} body`, `PUT /${i} body`);
    }
    assert.deepEqual(await texts(client, expected.length), expected);
  });
}

forEachBalancer("requests behind bodies of many sizes are found, all in one flight",
  async (t, kind) => {
    const { balancer } = await world(t, kind, async (server) => {
      for (;;) server.answer(`${(await server.request()).body.length}`);
    });
    const client = await connect(t, balancer);
    const sizes = [1, 4095, 4096, 4097, 16383, 16384, 16385, 65536, 200_000];
    const parts = sizes.flatMap((size) => {
      const body = "x".repeat(size);
      const chunked = `${size.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
      return [
        `POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${size}\r\n\r\n${body}`,
        `POST / HTTP/1.1\r\nHost: h\r\n${kChunked}\r\n\r\n${chunked}`,
      ];
    });
    client.send(parts.join(""));
    const expected = sizes.flatMap((size) => [`${size}`, `${size}`]);
    assert.deepEqual(await texts(client, expected.length), expected);
  });

forEachBalancer("a request that comes byte by byte is understood", async (t, kind) => {
  const { balancer } = await world(t, kind, repeats);
  const client = await connect(t, balancer);
  client.socket.setNoDelay(true);
  const fields = "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n";
  for (const byte of `POST /slow HTTP/1.1\r\n${fields}`) await client.sendAll(byte);
  assert.equal((await client.response()).text, "POST /slow abc");
});

forEachBalancer("an answer that comes byte by byte is understood", async (t, kind) => {
  const bytes = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  const { balancer } = await world(t, kind, slowly([...bytes], 1));
  const client = await connect(t, balancer);
  assert.equal((await client.request("GET /").response()).text, "abc");
});

forEachBalancer("Connection: close is answered, said back, and done", async (t, kind) => {
  const { balancer } = await world(t, kind, repeats);
  const client = await connect(t, balancer);
  const answer = await client.request("GET /", ["Connection: Close"]).response();
  assert.deepEqual([answer.text, answer.get("connection")], ["GET / ", "close"]);
  assert.equal(await client.expectClose(), "fin");
});

// Waiting for the rest of what it sends would cost a descriptor for each client that is slow to go.
// (The kernel of a socket that is gone answers with a reset, which the write after it meets.)
onlyStickler("who has said Connection: close is not waited for", async (t, kind) => {
  const { balancer } = await world(t, kind, repeats, { timeouts: { discard: "1h" } });
  const client = await connect(t, balancer);
  await client.request("POST /", ["Connection: close", "Content-Length: 4"], "body").response();
  assert.equal(await client.expectClose(), "fin");
  await client.sendAll("more");
  await client.sendAll("more");
  assert.match(client.error?.code ?? "no error", /EPIPE|ECONNRESET/);
});

forEachBalancer("what is sent behind Connection: close is not served", async (t, kind) => {
  const { server, balancer } = await world(t, kind, repeats);
  const client = await connect(t, balancer);
  client.request("GET /", ["Connection: close"]).request("GET /behind");
  assert.equal((await client.response()).text, "GET / ");
  await client.drain();
  assert.deepEqual(server.requests.entries.map(({ target }) => target), ["/"]);
});

forEachBalancer("a server that closes does not end the client's connection", async (t, kind) => {
  const { balancer } = await world(t, kind, async (server) => {
    await server.request();
    server.answer("one", { fields: ["Connection: close"] });
    server.wire.halfClose();
  });
  const client = await connect(t, balancer);
  for (let i = 0; i < 3; ++i) {
    const answer = await client.request("GET /").response();
    assert.deepEqual([answer.text, answer.get("connection")], ["one", undefined]);
  }
});

forEachBalancer("HTTP/1.0 is answered and closed", async (t, kind) => {
  const { balancer } = await world(t, kind, repeats);
  const client = await connect(t, balancer);
  const answer = await client.send("GET / HTTP/1.0\r\n\r\n").response();
  assert.deepEqual([answer.status, answer.text], [200, "GET / "]);
  assert.equal(await client.expectClose(), "fin");
});

forEachBalancer("HTTP/1.0 with keep-alive is kept alive, and told so", async (t, kind) => {
  const { balancer } = await world(t, kind, repeats);
  const client = await connect(t, balancer);
  for (let i = 0; i < 3; ++i) {
    client.send(`GET /${i} HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n`);
    const answer = await client.response();
    assert.equal(answer.text, `GET /${i} `);
    assert.equal(answer.get("connection"), "keep-alive");
  }
});

// HAProxy sends chunks to a client that does not know them.
onlyStickler("HTTP/1.0 gets chunks as they are, without their framing, to the end",
  async (t, kind) => {
    const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    const { balancer } = await world(t, kind, async (server) => {
      await server.request();
      server.send(`${chunked}3\r\nabc\r\n2\r\nde\r\n0\r\nX: y\r\n\r\n`);
    });
    const client = await connect(t, balancer);
    const fields = "Host: h\r\nConnection: keep-alive\r\n\r\n";
    const answer = await client.send(`GET / HTTP/1.0\r\n${fields}`).response();
    assert.equal(answer.get("transfer-encoding"), undefined);
    assert.equal(answer.get("connection"), "close");
    assert.equal(answer.text, "abcde");
  });

// Node takes a reset for an end if it comes together with data: hence the wait for the data.
onlyStickler("HTTP/1.0 can tell chunks that are cut: by a reset", async (t, kind) => {
  const { server, balancer } = await world(t, kind, async (server) => {
    await server.request();
    server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  });
  const client = await connect(t, balancer);
  await client.send("GET / HTTP/1.0\r\n\r\n").readThrough("\r\n\r\nabc");
  server.connections.entries[0].halfClose();
  assert.equal(await client.expectClose(), "reset");
});

onlyStickler("the server is spoken to in HTTP/1.1, whatever the client speaks", async (t, kind) => {
  const { server, balancer } = await world(t, kind, repeats);
  const client = await connect(t, balancer);
  await client.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n").response();
  const [head] = server.requests.entries;
  assert.equal(head.start, "GET / HTTP/1.1");
  assert.equal(head.get("host"), "h");
});

forEachBalancer("a client that has finished sending gets the rest of its answers",
  async (t, kind) => {
    const { balancer } = await world(t, kind, repeats);
    const client = await connect(t, balancer);
    client.request("GET /1").request("GET /2").request("GET /3").halfClose();
    assert.deepEqual(await texts(client, 3), ["GET /1 ", "GET /2 ", "GET /3 "]);
    assert.equal(await client.expectClose(), "fin");
  });

// An error of the balancer's own ends no connection that can go on.
forEachBalancer("after a 502 the connection goes on", async (t, kind) => {
  const { balancer } = await world(t, kind, [
    async (server) => {
      await server.request();
      server.send("garbage\r\n\r\n").wire.halfClose();
    },
    answers("fine"),
  ]);
  const client = await connect(t, balancer);
  assert.equal((await client.request("GET /").response()).status, 502);
  assert.equal((await client.request("GET /").response()).text, "fine");
});

forEachBalancer("what is wrong behind a good request is refused after its answer",
  async (t, kind) => {
    const { server, balancer } = await world(t, kind, repeats);
    const client = await connect(t, balancer);
    client.request("POST /good", ["Content-Length: 4"], "body").send("BAD\r\n\r\n");
    assert.equal((await client.response()).text, "POST /good body");
    assert.equal((await client.response()).status, 400);
    await client.expectClose();
    assert.equal(server.requests.entries.length, 1);
  });

onlyStickler("after an early answer the rest of the body is read, and the next request served",
  async (t, kind) => {
    const { balancer } = await world(t, kind, async (server) => {
      for (;;) server.answer(`${(await server.requestHead()).method} answered`);
    });
    const client = await connect(t, balancer);
    for (const [field, begin, end] of [
      ["Content-Length: 8", "body", "rest"], [...kChunked, "4\r\nbody\r\n", "0\r\n\r\n"],
    ]) {
      client.request("POST /", [field], begin);
      assert.deepEqual(await texts(client, 1), ["POST answered"]);
      client.send(end).request("GET /");
      assert.deepEqual(await texts(client, 1), ["GET answered"]);
    }
  });

forEachBalancer("HTTP/1.0 may send a body, of the length that it says", async (t, kind) => {
  const { balancer } = await world(t, kind, repeats);
  const client = await connect(t, balancer);
  const fields = "Connection: keep-alive\r\nContent-Length: 4\r\n\r\n";
  for (let i = 0; i < 2; ++i) {
    client.send(`POST /${i} HTTP/1.0\r\n${fields}body`);
    assert.equal((await client.response()).text, `POST /${i} body`);
  }
});
