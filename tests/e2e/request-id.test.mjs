// SPDX-License-Identifier: MIT
// The id of a request: servers get it, the access log has it, answers may carry it, and the page of
// an error refers to it.
import assert from "node:assert/strict";
import { startStickler } from "./harness/balancer.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

const kOurs = /^[0-9a-hjkmnp-tv-z]{15}$/;

// `listener` is more of the plain listener's settings.
async function world(t, listener = {}, settings = {}) {
  const server = await RawServer.start(t, settings.script ?? answers("ok"));
  const balancer = await startStickler(t, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    ...settings,
    edit(config) {
      config.log.format = "json";
      Object.assign(config.listeners.plain, { routes: { old: { path_prefix: "/old" } } }, listener);
      config.listeners.plain.routes.old.redirect = { host: "new.example" };
    },
  });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  return { server, balancer, client };
}

async function loggedFor(balancer, target) {
  const has = (line) => line.startsWith("{") && JSON.parse(line).target === target;
  return JSON.parse(await balancer.log.waitFor(has));
}

// What the server got of one request, and what was logged.
async function ids(all, target, fields) {
  const mark = all.server.requests.mark();
  await all.client.request(`GET ${target}`, fields).response();
  const seen = (await all.server.requests.at(mark)).all("x-request-id");
  return { seen, logged: (await loggedFor(all.balancer, target)).request_id };
}

onlyStickler("each request has an id of its own, at the server as in the log", async (t) => {
  const all = await world(t);
  const every = [];
  for (const target of ["/1", "/2", "/3"]) {
    const { seen, logged } = await ids(all, target);
    assert.deepEqual(seen, [logged]);
    assert.match(logged, kOurs);
    every.push(logged);
  }
  assert.equal(new Set(every).size, 3);
});

onlyStickler("what clients say is replaced, as they might say what others said", async (t) => {
  const fields = ["X-Request-ID: mine", "x-request-id: 2"];
  const { seen, logged } = await ids(await world(t), "/1", fields);
  assert.deepEqual(seen, [logged]);
  assert.match(logged, kOurs);
});

const kTrusting = { forwarded: { trust: ["127.0.0.1"] } };

onlyStickler("what a trusted proxy says is kept, to the letter and in its place", async (t) => {
  const all = await world(t, kTrusting);
  const id = "Root=1-67891233-abcdef012345678912345678";
  const fields = ["X-First: 1", `x-REQUEST-id: ${id}`, "X-Last: 2"];
  const { seen, logged } = await ids(all, "/1", fields);
  assert.deepEqual([seen, logged], [[id], id]);
  const { fields: got } = all.server.requests.entries[0];
  const names = got.map(([name]) => name).filter((name) => /^x-(first|request|last)/i.test(name));
  assert.deepEqual(names, ["X-First", "x-REQUEST-id", "X-Last"]);
});

const kUnusable = {
  "none": [],
  "an empty one": ["X-Request-ID:"],
  "one of 129 bytes": [`X-Request-ID: ${"x".repeat(129)}`],
  "markup": ["X-Request-ID: <script>alert(1)</script>"],
  "a quote": ["X-Request-ID: a\"b"],
  "a blank": ["X-Request-ID: a b"],
  "more than ASCII": ["X-Request-ID: \u00e9"],
  "two": ["X-Request-ID: a", "X-Request-ID: b"],
};
for (const [what, fields] of Object.entries(kUnusable)) {
  onlyStickler(`a trusted proxy that sends ${what} gets one of ours`, async (t) => {
    const { seen, logged } = await ids(await world(t, kTrusting), "/1", fields);
    assert.deepEqual(seen, [logged]);
    assert.match(logged, kOurs);
  });
}

onlyStickler("requests and answers may carry it where the administrator likes", async (t) => {
  const all = await world(t, {
    request: { set: { "X-Trace": "<${request_id}>" } },
    response: { set: { "X-Request-ID": "${request_id}" } },
  });
  const answer = await all.client.request("GET /1").response();
  const id = (await loggedFor(all.balancer, "/1")).request_id;
  assert.equal(answer.get("x-request-id"), id);
  assert.equal(all.server.requests.entries[0].get("x-trace"), `<${id}>`);
  const redirect = await all.client.request("GET /old").response();
  assert.equal(redirect.status, 302);
  assert.equal(redirect.get("x-request-id"), (await loggedFor(all.balancer, "/old")).request_id);
});

onlyStickler("the field may have another name, or there is none", async (t) => {
  const renamed = await world(t, { request_id: "X-Correlation-ID" });
  await renamed.client.request("GET /1", ["X-Request-ID: its"]).response();
  const got = renamed.server.requests.entries[0];
  const { request_id: id } = await loggedFor(renamed.balancer, "/1");
  assert.deepEqual([got.get("x-correlation-id"), got.get("x-request-id")], [id, "its"]);

  const off = await world(t, { request_id: "off", response: { set: { "X-Id": "${request_id}" } } });
  const answer = await off.client.request("GET /1", ["X-Request-ID: its"]).response();
  assert.deepEqual(off.server.requests.entries[0].all("x-request-id"), ["its"]);
  assert.equal((await loggedFor(off.balancer, "/1")).request_id, null);
  assert.equal(answer.get("x-id"), undefined);
});

// Bytes by what is wrong with them, and what the log says of them.
const kFailing = {
  "a request that cannot be read": ["GET / HTTP/1.1\r\n\r\n", 400],
  "one that nobody answers": ["GET / HTTP/1.1\r\nHost: h\r\n\r\n", 502],
};
for (const [what, [bytes, status]] of Object.entries(kFailing)) {
  onlyStickler(`${what} has an id, too: on its page, in its lines`, async (t) => {
    const script = (server) => server.wire.close();
    const { balancer, client } = await world(t, {}, { script });
    const answer = await client.send(bytes).response();
    assert.equal(answer.status, status);
    const [, id] = /Reference: (\w+)</.exec(answer.text);
    const isIt = (line) => line.startsWith("{") && JSON.parse(line).status === status;
    assert.equal(JSON.parse(await balancer.log.waitFor(isIt)).request_id, id);
    assert.ok(balancer.log.entries.some((line) => line.endsWith(` [${id}]`)));
  });
}
