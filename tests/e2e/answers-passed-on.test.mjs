// SPDX-License-Identifier: MIT
// What a server answers arrives as it was meant: fields, bodies of any size and framing, trailers,
// and answers without bodies. And bodies that go bad half-way end for both sides.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { startBalancer } from "./harness/balancer.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { deferred, within } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

// Fields that the balancer or its settings add.
const kOurs = /^(strict-transport-security|x-served-by|set-cookie)$/i;
const kChunked = "Transfer-Encoding: chunked";

async function world(t, kind, script, settings) {
  const server = await RawServer.start(t, script);
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null, ...settings });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  return { server, balancer, client };
}

// Answers each request with these bytes.
const says = (...parts) => async (server) => {
  for (;;) {
    await server.request();
    for (const part of parts) server.send(part);
  }
};

const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");

onlyStickler("fields keep order, names and bytes", async (t, kind) => {
  const fields = [
    "b: 1", "Set-Cookie: x=1; path=/", "A: 2", "B: 3", "set-cookie: y=2", "a_b:", "C: \xe9",
  ];
  const sent = ["HTTP/1.1 200 Fine so far", ...fields, "Content-Length: 2", "", "hi"];
  const answer = Buffer.from(sent.join("\r\n"), "latin1");
  const { client } = await world(t, kind, says(answer), { cookie: null });
  const got = await client.request("GET /").response();
  assert.equal(got.start, "HTTP/1.1 200 Fine so far");
  const lines = got.fields.filter(([name]) => !/^(strict-|x-served)/i.test(name));
  const expected = [...fields, "Content-Length: 2"].map((field) => /^([^:]*): ?(.*)$/.exec(field));
  assert.deepEqual(lines, expected.map(([, name, value]) => [name, value]));
});

onlyStickler("fields that concern the server's connection go no further", async (t, kind) => {
  const own = ["Connection: X-Gone, keep-alive", "X-Gone: 1", "Keep-Alive: timeout=5",
    "Proxy-Connection: keep-alive", "Upgrade: h2c", "TE: x", "Trailer: X"];
  const answer = ["HTTP/1.1 200 OK", ...own, "A: b", "Content-Length: 2", "", "hi"].join("\r\n");
  const { client } = await world(t, kind, says(answer));
  const got = await client.request("GET /").response();
  const names = got.fields.map(([name]) => name).filter((name) => !kOurs.test(name));
  assert.deepEqual(names, ["A", "Content-Length"]);
});

for (const size of [0, 1, 4096, 16384, 65535, 65536, 1_000_000]) {
  forEachBalancer(`a body of ${size} bytes arrives, by length, in chunks, and to the end`,
    async (t, kind) => {
      const body = randomBytes(size);
      const chunks = size === 0 ? [] : [`${size.toString(16)}\r\n`, body, "\r\n"];
      const { balancer, server } = await world(t, kind, [
        says(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`, body),
        says(`HTTP/1.1 200 OK\r\n${kChunked}\r\n\r\n`, ...chunks, "0\r\n\r\n"),
        async (one) => {
          await one.request();
          one.send("HTTP/1.0 200 OK\r\n\r\n").send(body).wire.halfClose();
        },
      ]);
      for (let i = 0; i < 3; ++i) {
        const client = await RawClient.connect(t, { port: balancer.ports.https, ca: balancer.ca });
        assert.equal(hash((await client.request("GET /").response()).body), hash(body));
        server.connections.entries[i].close();
      }
    });
}

forEachBalancer("trailers arrive on both sides", async (t, kind) => {
  const { server, client } = await world(t, kind,
    says(`HTTP/1.1 200 OK\r\n${kChunked}\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\nX-b: 2\r\n\r\n`));
  client.request("POST /", [kChunked], "2\r\nho\r\n0\r\nX-Up: 3\r\nX-Up: 4\r\n\r\n");
  const lower = (lines) => lines.map((line) => line.toLowerCase());
  assert.deepEqual(lower((await client.response()).trailers), ["x-sum: 1", "x-b: 2"]);
  assert.deepEqual(lower(server.requests.entries[0].trailers), ["x-up: 3", "x-up: 4"]);
  assert.equal((await client.request("GET /").response()).text, "hi");
});

const kEmpty = [
  ["HEAD with a length", "HEAD", "200 OK\r\nContent-Length: 1000", "1000"],
  ["HEAD of chunks", "HEAD", `200 OK\r\n${kChunked}`, undefined],
  ["HEAD without a length", "HEAD", "200 OK", undefined],
  ["304 with a length", "GET", "304 Not Modified\r\nContent-Length: 1000", "1000"],
  ["304 without one", "GET", "304 Not Modified\r\nETag: x", undefined],
  ["204", "GET", "204 No Content", undefined],
  ["204 to a POST", "POST", "204 No Content", undefined],
];
for (const [what, method, head, length] of kEmpty) {
  forEachBalancer(`${what} has no body, and the connection goes on`, async (t, kind) => {
    const { client } = await world(t, kind, says(`HTTP/1.1 ${head}\r\n\r\n`));
    for (let i = 0; i < 3; ++i) {
      const answer = await client.request(`${method} /`).response({ method });
      assert.equal(answer.status, Number(head.slice(0, 3)));
      assert.equal(answer.get("content-length"), length);
    }
  });
}

// A 205 has no body by its meaning, but a length like others.
forEachBalancer("205 is framed as others are", async (t, kind) => {
  const { client } = await world(t, kind, answers("", { status: "205 Reset Content" }));
  for (let i = 0; i < 2; ++i) {
    const answer = await client.request("POST /").response();
    assert.deepEqual([answer.status, answer.text], [205, ""]);
  }
});

const kBadLater = ["zz\r\nx\r\n", "-1\r\nx\r\n", "1\nx\r\n", "1\r\nxy\r\n", "0\r\nA : b\r\n\r\n"];
for (const bad of kBadLater) {
  const text = JSON.stringify(bad);

  onlyStickler(`a request whose later chunk is ${text} is refused, no server gets its end`,
    async (t, kind) => {
      const [begun, rest] = [deferred(), deferred()];
      const { server, client } = await world(t, kind, async (one) => {
        await one.requestHead();
        begun.resolve(await one.wire.readThrough("a\r\n"));
        rest.resolve((await one.wire.drain()).bytes.toString());
      });
      client.request("POST /", [kChunked], "1\r\na\r\n");
      await within(begun.promise, "the first chunk");
      client.send(`${bad}GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n`);
      const { bytes } = await client.drain();
      assert.deepEqual(bytes.toString().match(/^HTTP\/1\.1 \d+/gm), ["HTTP/1.1 400"]);
      assert.doesNotMatch(await within(rest.promise, "the server's end"), /^0\r\n/m);
      assert.equal(server.requests.entries.length, 1);
    });

  onlyStickler(`an answer whose later chunk is ${text} is cut`, async (t, kind) => {
    const { server, client } = await world(t, kind,
      says(`HTTP/1.1 200 OK\r\n${kChunked}\r\n\r\n1\r\na\r\n`));
    await client.request("GET /").readThrough("1\r\na\r\n");
    server.connections.entries[0].send(`${bad}0\r\n\r\n`);
    assert.doesNotMatch((await client.drain()).bytes.toString(), /^0\r\n\r\n$/m);
  });
}
