// SPDX-License-Identifier: MIT
// Requests that are unusual but clear reach the server as they were meant, and the request behind
// them is answered, too.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

// What the balancer itself adds is no concern here.
const kOurs = /^(x-forwarded-\w+|x-request-id|host): /i;

async function world(t, kind, settings) {
  const server = await RawServer.start(t, answers("ok\r\n"));
  const servers = [{ name: "s1", port: server.port }];
  return { server, balancer: await startBalancer(t, kind, { servers, check: null, ...settings }) };
}

// Sends these bytes and another request, and returns what the server got of the first one: its
// lines without those that are ours, and its body.
async function forwarded(t, { server, balancer }, bytes) {
  const mark = server.requests.mark();
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  client.send(Buffer.from(bytes, "latin1")).request("GET /behind", ["Connection: close"]);
  const { bytes: all } = await client.drain();
  client.close();
  assert.equal(all.toString().match(/^HTTP\/1\.[01] 200/gm)?.length, 2, all.toString());
  const [first, second] = server.requests.since(mark);
  assert.equal(second.target, "/behind");
  const lines = first.raw.trimEnd().split("\r\n").filter((line) => !kOurs.test(line));
  return first.body.length > 0 ? [...lines, `body ${first.body}`] : lines;
}

// [sentence, request, what the server gets].
const post = (...fields) => ["POST / HTTP/1.1", "Host: h", ...fields].join("\r\n") + "\r\n\r\n";
const get = (line, ...fields) => {
  return [`${line} HTTP/1.1`, "Host: h", ...fields].join("\r\n") + "\r\n\r\n";
};
const kChunked = "Transfer-Encoding: chunked";
const kTargets = [
  "/", "//", "//evil/x", "/a/../b", "/%67it/", "/?", "/?a=b&c=d?e", "/a;b=c", "/%00", "/%", "/a%zz",
  "/\"<>[]\\^`{|}", "/~u/@:!$&'()*+,;=-._", `/${"x".repeat(8000)}`, "/a:b", "/http://h/",
];
const kMethods = ["OPTIONS", "TRACE", "PATCH", "PROPFIND", "get", "M-SEARCH", "X!#$%&'*+-.^_`|~9"];
const kCases = [
  ...kTargets.map((target) => [`GET ${target}`, get(`GET ${target}`), [`GET ${target} HTTP/1.1`]]),
  ...kMethods.map((method) => [method, get(`${method} /`), [`${method} / HTTP/1.1`]]),
  ["OPTIONS *", get("OPTIONS *"), ["OPTIONS * HTTP/1.1"]],
  ["absolute form", get("GET http://h/a?b"), ["GET /a?b HTTP/1.1"]],
  ["absolute form without a path", get("GET http://h"), ["GET / HTTP/1.1"]],
  ["absolute form of OPTIONS", get("OPTIONS http://h"), ["OPTIONS * HTTP/1.1"]],
  ["absolute form, another case", get("GET HTTP://H/"), ["GET / HTTP/1.1"]],
  ["absolute form, default port", get("GET http://h:80/"), ["GET / HTTP/1.1"]],
  ["a leading empty line", "\r\n" + get("GET /"), ["GET / HTTP/1.1"]],
  ["a field without value", get("GET /", "A:"), ["GET / HTTP/1.1", "A: "]],
  ["space around a value", get("GET /", "A: \t b \t"), ["GET / HTTP/1.1", "A: b"]],
  ["no space before a value", get("GET /", "A:b"), ["GET / HTTP/1.1", "A: b"]],
  ["UTF-8 and TAB in a value", get("GET /", "A: \xc3\xa9\tx"),
    ["GET / HTTP/1.1", "A: \xc3\xa9\tx"]],
  ["an underscore in a name", get("GET /", "a_b: c"), ["GET / HTTP/1.1", "a_b: c"]],
  ["a name of every sign", get("GET /", "!#$%&'*+-.^_`|~: c"),
    ["GET / HTTP/1.1", "!#$%&'*+-.^_`|~: c"]],
  ["fields in order, doubled, any case", get("GET /", "b: 1", "A: 2", "B: 3", "a: 4", "b: 1"),
    ["GET / HTTP/1.1", "b: 1", "A: 2", "B: 3", "a: 4", "b: 1"]],
  ["a length", post("Content-Length: 3") + "abc",
    ["POST / HTTP/1.1", "Content-Length: 3", "body abc"]],
  ["a length of nothing", post("Content-Length: 0"), ["POST / HTTP/1.1", "Content-Length: 0"]],
  ["no length at all", post(), ["POST / HTTP/1.1"]],
  ["GET with a body", get("GET /", "Content-Length: 3") + "abc",
    ["GET / HTTP/1.1", "Content-Length: 3", "body abc"]],
  ["DELETE with a body", get("DELETE /", "Content-Length: 3") + "abc",
    ["DELETE / HTTP/1.1", "Content-Length: 3", "body abc"]],
  ["a body that looks like a request", post("Content-Length: 18") + "GET /x HTTP/1.1\r\n\r",
    ["POST / HTTP/1.1", "Content-Length: 18", "body GET /x HTTP/1.1\r\n\r"]],
  ["chunks", post(kChunked) + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    ["POST / HTTP/1.1", kChunked, "body abcde"]],
  ["no chunk", post(kChunked) + "0\r\n\r\n", ["POST / HTTP/1.1", kChunked]],
  ["chunked in another case", post("transfer-encoding: CHUNKED") + "1\r\na\r\n0\r\n\r\n",
    ["POST / HTTP/1.1", kChunked, "body a"]],
  ["sizes in any case, with zeros",
    post(kChunked) + "A\r\n0123456789\r\n00a\r\n0123456789\r\n00\r\n\r\n",
    ["POST / HTTP/1.1", kChunked, "body 01234567890123456789"]],
  ["chunk extensions", post(kChunked) + "3;a;b=c;d=\"e\\\"f;\"\r\nabc\r\n0;x=y\r\n\r\n",
    ["POST / HTTP/1.1", kChunked, "body abc"]],
];

for (const [what, request, expected] of kCases) {
  onlyStickler(`forwarded as meant: ${what.slice(0, 50)}`, async (t, kind) => {
    assert.deepEqual(await forwarded(t, await world(t, kind), request), expected);
  });
}

onlyStickler("a head of just the size that is allowed passes", async (t, kind) => {
  const it = await world(t, kind);
  const head = (value) => get("GET /", `A: ${value}`);
  const value = "x".repeat(65536 - head("").length);
  assert.deepEqual(await forwarded(t, it, head(value)), ["GET / HTTP/1.1", `A: ${value}`]);
});

onlyStickler("100 fields pass", async (t, kind) => {
  const fields = Array.from({ length: 99 }, (_, i) => `A${i}: b`);
  const got = await forwarded(t, await world(t, kind), get("GET /", ...fields));
  assert.deepEqual(got, ["GET / HTTP/1.1", ...fields]);
});

onlyStickler("a listener's own limits hold for its heads", async (t, kind) => {
  const limits = { max_head: "1k", max_fields: 10, max_target: "256" };
  const edit = (config) => Object.assign(config.listeners.plain, limits);
  const { balancer } = await world(t, kind, { edit });
  const status = async (line, ...fields) => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    return (await client.request(line, fields).response()).status;
  };
  assert.equal(await status("GET /", `A: ${"x".repeat(900)}`), 200);
  assert.equal(await status("GET /", `A: ${"x".repeat(1100)}`), 431);
  assert.equal(await status("GET /", ...Array(9).fill("A: b")), 200);
  assert.equal(await status("GET /", ...Array(10).fill("A: b")), 431);
  assert.equal(await status(`GET /${"x".repeat(255)}`), 200);
  assert.equal(await status(`GET /${"x".repeat(256)}`), 414);
});

forEachBalancer("fields that concern one connection only do not reach the server",
  async (t, kind) => {
    const { server, balancer } = await world(t, kind);
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    client.request("GET /", ["Connection: keep-alive", "A: b"]);
    assert.equal((await client.response()).status, 200);
    const [head] = server.requests.entries;
    assert.equal(head.get("connection"), undefined);
    assert.equal(head.get("a"), "b");
  });

// HAProxy passes on all but Connection's own words.
onlyStickler("fields named in Connection go no further, but identity and framing do",
  async (t, kind) => {
    const named = "Connection: X-Gone, x-also,, Content-Length, Cookie, close-not";
    const gone = ["X-Gone: 1", "X-Also: 2", "Keep-Alive: timeout=5", "Proxy-Connection: keep-alive",
      "TE: trailers", "Trailer: X-T", "Upgrade: h2c"];
    const stays = ["X-Stays: 3", "Cookie: a=b", "Content-Length: 3"];
    const request = post(named, ...gone, ...stays) + "abc";
    const got = await forwarded(t, await world(t, kind), request);
    assert.deepEqual(got, ["POST / HTTP/1.1", ...stays, "body abc"]);
  });
