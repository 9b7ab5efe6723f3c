// SPDX-License-Identifier: MIT
// What comes before the answer: 1xx heads, permission to send a body, and refusals of it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { startBalancer } from "./harness/balancer.mjs";
import { certificates } from "./harness/certificates.mjs";
import { answers, answersEarly, RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
const kExpect = "Expect: 100-continue";

async function world(t, kind, script, settings) {
  const server = await RawServer.start(t, script);
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null, ...settings });
  return { server, balancer, client: await connect(t, balancer) };
}

function connect(t, balancer) {
  return RawClient.connect(t, { port: balancer.ports.plain });
}

// Gives permission, then takes the body.
const permits = async (server) => {
  for (;;) {
    const head = await server.requestHead();
    if (head.get("expect")) server.send(kContinue);
    server.answer(`got ${await server.wire.readBody(head)}`);
  }
};

const interim = (...heads) => async (server) => {
  for (;;) {
    await server.request();
    server.send(heads.map((head) => `HTTP/1.1 ${head}\r\n\r\n`).join("")).answer("final");
  }
};

forEachBalancer("1xx heads come before the answer, in order and with their fields",
  async (t, kind) => {
    const hints = "103 Early Hints\r\nLink: </a.css>; rel=preload\r\nlink: </b.js>";
    const { client } = await world(t, kind, interim("102 Processing", hints, "150 Odd"));
    for (let i = 0; i < 2; ++i) {
      const answer = await client.request("GET /").response();
      assert.deepEqual(answer.interim.map(({ status }) => status), [102, 103, 150]);
      assert.equal(answer.interim[1].get("link"), "</a.css>; rel=preload, </b.js>");
      assert.equal(answer.text, "final");
    }
  });

onlyStickler("what ends at the server's connection is left out of a 1xx head", async (t, kind) => {
  const fields = ["Connection: keep-alive, X-Hop", "Keep-Alive: timeout=5", "X-Hop: 1",
    "Content-Length: 5", "Proxy-Connection: keep-alive", "Set-Cookie: N=elsewhere",
    "Link: </a.css>"];
  const head = `103 Early Hints\r\n${fields.join("\r\n")}`;
  const { client } = await world(t, kind, interim(head), { cookie: { name: "N" } });
  const answer = await client.request("GET /").response();
  assert.deepEqual(answer.interim[0].fields, [["Link", "</a.css>"]]);
  assert.equal(answer.text, "final");
});

forEachBalancer("a hint is there before the answer is", async (t, kind) => {
  const go = deferred();
  const { client } = await world(t, kind, async (server) => {
    await server.request();
    server.send("HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n");
    await go.promise;
    server.answer("final");
  });
  assert.equal((await client.request("GET /").readHead()).status, 103);
  go.resolve();
  assert.equal((await client.response()).text, "final");
});

onlyStickler("a hint carries neither a session nor the fields of answers", async (t, kind) => {
  const { client } = await world(t, kind, interim("103 Early Hints\r\nA: b"));
  const answer = await client.request("GET /").response();
  assert.deepEqual(answer.interim[0].fields, [["A", "b"]]);
  assert.match(answer.get("set-cookie"), /^server-pro-ha=/);
});

onlyStickler("HTTP/1.0 does not get what it does not know: 1xx", async (t, kind) => {
  const { client } = await world(t, kind, interim("100 Continue", "103 Early Hints"));
  const answer = await client.send("GET / HTTP/1.0\r\n\r\n").response();
  assert.deepEqual([answer.interim.length, answer.text], [0, "final"]);
});

forEachBalancer("a client that asks first gets the server's word, and the next request too",
  async (t, kind) => {
    const { server, client } = await world(t, kind, permits);
    for (let i = 0; i < 2; ++i) {
      client.request("POST /", [kExpect, "Content-Length: 4"]);
      assert.equal((await client.readHead()).status, 100);
      assert.equal((await client.send("body").response()).text, "got body");
    }
    assert.equal(server.requests.entries[0].get("expect"), "100-continue");
  });

forEachBalancer("a client that asks and does not wait is served", async (t, kind) => {
  const { client } = await world(t, kind, permits);
  for (let i = 0; i < 2; ++i) {
    client.request("POST /", [kExpect, "Content-Length: 4"], "body");
    assert.equal((await client.response()).text, "got body");
  }
});

forEachBalancer("a client that asks and then sends in chunks is served", async (t, kind) => {
  const { client } = await world(t, kind, permits);
  client.request("POST /", [kExpect, "Transfer-Encoding: chunked"]);
  assert.equal((await client.readHead()).status, 100);
  client.send("4\r\nbody\r\n").send("0\r\n\r\n");
  assert.equal((await client.response()).text, "got body");
});

forEachBalancer("a server that gives no permission but answers is heard", async (t, kind) => {
  const { client } = await world(t, kind, answersEarly("no", { status: "417 Expectation Failed" }));
  client.request("POST /", [kExpect, "Content-Length: 4"]);
  const answer = await client.response();
  assert.deepEqual([answer.status, answer.interim.length], [417, 0]);
});

// Whether the body still comes nobody can know: so nothing behind the answer is a request.
onlyStickler("after a refusal instead of permission the connection ends", async (t, kind) => {
  const refusal = { status: "413 Content Too Large" };
  const { server, client } = await world(t, kind, answersEarly("no", refusal));
  client.request("POST /", [kExpect, "Content-Length: 33"]);
  const answer = await client.response();
  assert.deepEqual([answer.status, answer.get("connection")], [413, "close"]);
  client.send("GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
  assert.equal((await client.halfClose().drain()).bytes.length, 0);
  assert.deepEqual(server.requests.entries.map(({ target }) => target), ["/"]);
});

onlyStickler("the balancer's own answer comes instead of permission, too", async (t, kind) => {
  const edit = (config) => (config.listeners.plain.max_body = "1k");
  const { server, client } = await world(t, kind, permits, { edit });
  client.request("POST /", [kExpect, "Content-Length: 1025"]);
  const answer = await client.response();
  assert.deepEqual([answer.status, answer.interim.length], [413, 0]);
  assert.equal(await client.expectClose(), "fin");
  assert.equal(server.requests.entries.length, 0);
});

onlyStickler("100-continue in another case is understood; in HTTP/1.0 it is nothing",
  async (t, kind) => {
    const { client } = await world(t, kind, permits);
    client.request("POST /", ["Expect: 100-Continue", "Content-Length: 4"]);
    assert.equal((await client.readHead()).status, 100);
    assert.equal((await client.send("body").response()).text, "got body");
    client.send("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\nbody");
    const answer = await client.response();
    assert.deepEqual([answer.text, answer.interim.length], ["got body", 0]);
  });

forEachBalancer("a permission nobody asked for does no harm", async (t, kind) => {
  const { client } = await world(t, kind, interim("100 Continue", "100 Continue"));
  for (let i = 0; i < 2; ++i) {
    client.request("POST /", ["Content-Length: 4"], "body");
    assert.equal((await client.response()).text, "final");
  }
});

// curl asks first for bodies above 1 MB.
for (const [what, script, expected] of [
  ["uploads after permission", permits, "200"],
  ["uploads after waiting in vain", answers("done"), "200"],
  ["hears a refusal", answersEarly("no", { status: "413 Content Too Large" }), "413"],
]) {
  forEachBalancer(`curl ${what}`, async (t, kind) => {
    const { balancer } = await world(t, kind, script);
    const file = path.join(certificates().directory, "upload");
    writeFileSync(file, Buffer.alloc(2 * 2 ** 20));
    const args = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "--data-binary", `@${file}`];
    const { stdout } = await promisify(execFile)("curl", [
      ...args, "-H", kExpect, "--expect100-timeout", "0.2", `${balancer.plainUrl}/`,
    ]);
    assert.equal(stdout, expected);
  });
}
