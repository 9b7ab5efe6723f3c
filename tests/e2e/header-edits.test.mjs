// SPDX-License-Identifier: MIT
// Fields that an administrator removes, sets and adds: at a listener, a route, a backend, with
// variables, and in that order.
import assert from "node:assert/strict";
import { startStickler } from "./harness/balancer.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

const kBackend = "server-pro";

// `edit(listener, route, backend)` configures; the listener in the clear and the one with TLS are
// alike, and the route takes what begins with /routed.
async function world(t, edit, script = answers("ok", { fields: ["X-From: server"] })) {
  const server = await RawServer.start(t, script);
  const balancer = await startStickler(t, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    cookie: null,
    edit({ listeners, backends }) {
      for (const listener of [listeners.plain, listeners.https]) {
        delete listener.response;
        const route = { path_prefix: "/routed" };
        listener.routes = { special: route };
        edit(listener, route, backends[kBackend]);
      }
    },
  });
  return { server, balancer };
}

// The head that the server gets and the answer that the client gets.
async function ask(t, { server, balancer: { ports, ca } }, { tls, fields, line = "GET /" } = {}) {
  const to = tls ? { port: ports.https, ca } : { port: ports.plain };
  const client = await RawClient.connect(t, to);
  const mark = server.requests.mark();
  const answer = await client.request(line, fields).response();
  return { answer, request: await server.requests.at(mark) };
}

// [variable, its value in the clear, and over TLS], at the route.
const kVariables = [
  ["client", "127.0.0.1"],
  ["server", "s1"],
  ["backend", kBackend],
  ["route", "special"],
  ["listener", "plain", "https"],
  ["scheme", "http", "https"],
  ["host", "site.example:81"],
  ["tls_version", undefined, "TLSv1.3"],
];
for (const [name, plain, secure = plain] of kVariables) {
  onlyStickler(`\${${name}} has its value in requests and answers, everywhere`, async (t) => {
    const set = (place) => ({ set: { [`X-At-${place}`]: `${name}=\${${name}}` } });
    const all = await world(t, (listener, route, backend) => {
      for (const [place, group] of Object.entries({ listener, route, backend })) {
        Object.assign(group, { request: set(place), response: set(place) });
      }
    });
    for (const [tls, value] of [[false, plain], [true, secure]]) {
      const expected = value && `${name}=${value}`;
      const fields = ["Host: site.example:81"];
      const { request, answer } = await ask(t, all, { tls, line: "GET /routed", fields });
      for (const head of [request, answer]) {
        for (const place of ["listener", "route", "backend"]) {
          assert.equal(head.get(`x-at-${place}`), expected, `${place}, tls: ${tls}`);
        }
      }
    }
  });
}

onlyStickler("several variables and text make one value", async (t) => {
  const all = await world(t, (listener) => {
    listener.request = { set: { "X-All": "<${client}> ${scheme}://${host}/ $ {} ${server}" } };
  });
  const { request } = await ask(t, all);
  assert.equal(request.get("x-all"), "<127.0.0.1> http://localhost/ $ {} s1");
});

onlyStickler("a value with a variable that has none here is left out, and what was there is gone",
  async (t) => {
    const all = await world(t, (listener) => {
      listener.request = { set: { "X-Route": "via ${route}" }, add: { "X-TLS": "${tls_version}" } };
    });
    const { request } = await ask(t, all, { fields: ["X-Route: forged"] });
    assert.deepEqual([request.get("x-route"), request.get("x-tls")], [undefined, undefined]);
  });

onlyStickler("set replaces every line of the name in any case, add leaves them", async (t) => {
  const all = await world(t, (listener) => {
    listener.request = { set: { "X-Set": "mine" }, add: { "X-Add": "mine" } };
  });
  const fields = ["x-set: 1", "X-SET: 2", "x-add: 1", "X-ADD: 2"];
  const { request } = await ask(t, all, { fields });
  assert.deepEqual(request.all("x-set"), ["mine"]);
  assert.deepEqual(request.all("x-add"), ["1", "2", "mine"]);
});

onlyStickler("remove takes every line of the name, in requests and answers", async (t) => {
  const script = answers("ok", { fields: ["x-powered-by: a", "X-Powered-By: b", "X-Kept: c"] });
  const all = await world(t, (listener) => {
    listener.request = { remove: ["X-Debug", "Accept-Encoding"] };
    listener.response = { remove: ["X-POWERED-BY"] };
  }, script);
  const { request, answer } = await ask(t, all, {
    fields: ["x-debug: 1", "X-Kept: 2", "X-DEBUG: 3", "accept-encoding: br"],
  });
  assert.deepEqual(request.all("x-debug").concat(request.all("accept-encoding")), []);
  assert.equal(request.get("x-kept"), "2");
  assert.deepEqual([answer.get("x-powered-by"), answer.get("x-kept")], [undefined, "c"]);
});

onlyStickler("the listener comes first, then the route, then the backend", async (t) => {
  const all = await world(t, (listener, route, backend) => {
    listener.request = { set: { "X-Who": "listener" }, add: { "X-List": "listener" } };
    route.request = { set: { "X-Who": "route" }, add: { "X-List": "route" } };
    backend.request = { add: { "X-List": "backend" } };
    listener.response = listener.request;
    route.response = route.request;
    backend.response = { set: { "X-Who": "backend" }, add: { "X-List": "backend" } };
  });
  const { request, answer } = await ask(t, all, { line: "GET /routed" });
  assert.deepEqual(request.all("x-who"), ["route"]);
  assert.deepEqual(request.all("x-list"), ["listener", "route", "backend"]);
  assert.deepEqual(answer.all("x-who"), ["backend"]);
  const elsewhere = await ask(t, all);
  assert.deepEqual(elsewhere.request.all("x-who"), ["listener"]);
  assert.deepEqual(elsewhere.request.all("x-list"), ["listener", "backend"]);
});

onlyStickler("what the balancer itself adds can be changed, too", async (t) => {
  const all = await world(t, (listener) => {
    listener.request = { remove: ["X-Forwarded-Host"], set: { "X-Forwarded-For": "hidden" } };
  });
  const { request } = await ask(t, all);
  assert.deepEqual(request.all("x-forwarded-for"), ["hidden"]);
  assert.equal(request.get("x-forwarded-host"), undefined);
});

onlyStickler("the Host that a server sees can be set", async (t) => {
  const all = await world(t, (listener, route, backend) => {
    backend.request = { set: { Host: "inner.example" } };
  });
  const { request } = await ask(t, all);
  assert.deepEqual(request.all("host"), ["inner.example"]);
  assert.deepEqual(request.all("x-forwarded-host"), ["localhost"]);
});

onlyStickler("own answers carry what listener and route set, if it has a value", async (t) => {
  const all = await world(t, (listener, route) => {
    listener.response = { set: { "X-Scheme": "${scheme}", "X-Server": "${server}" } };
    route.answer = { status: 403, body: "closed" };
    route.response = { add: { "X-Route": "${route}" } };
  });
  const client = await RawClient.connect(t, { port: all.balancer.ports.plain });
  const answer = await client.request("GET /routed").response();
  assert.deepEqual([answer.status, answer.text], [403, "closed"]);
  assert.deepEqual([answer.get("x-scheme"), answer.get("x-route")], ["http", "special"]);
  assert.equal(answer.get("x-server"), undefined);
});

onlyStickler("the fields of a fixed answer know the variables, too", async (t) => {
  const all = await world(t, (listener, route) => {
    const set = { "X-Asked": "${scheme}://${host}/", "X-Server": "${server}", "X-Plain": "1" };
    route.answer = { status: 403, set };
  });
  const client = await RawClient.connect(t, { port: all.balancer.ports.plain });
  const answer = await client.request("GET /routed").response();
  assert.deepEqual([answer.get("x-asked"), answer.get("x-plain")], ["http://localhost/", "1"]);
  assert.equal(answer.get("x-server"), undefined);
});

onlyStickler("a client cannot break a value by its Host", async (t) => {
  const all = await world(t, (listener) => {
    listener.response = { set: { "X-Host": "${host}" } };
  });
  const client = await RawClient.connect(t, { port: all.balancer.ports.plain });
  const bad = await client.send("GET / HTTP/1.1\r\nHost: a\rX-Evil: 1\r\n\r\n").response();
  assert.equal(bad.status, 400);
  assert.equal(bad.get("x-evil"), undefined);
});

onlyStickler("fields that nobody edits keep their order, names and bytes", async (t) => {
  const fields = ["X-b:  two  words ", "x-A: 1", "X-B: \"quoted, \tlist\"", "X-Empty:", "X-a: 2"];
  const script = answers("ok", { fields: fields.map((field) => field.trimEnd()) });
  const { request, answer } = await ask(t, await world(t, () => {}, script), { fields });
  for (const head of [request, answer]) {
    const kept = head.fields.filter(([name]) => /^x-(a|b|empty)$/i.test(name));
    assert.deepEqual(kept, [["X-b", "two  words"], ["x-A", "1"], ["X-B", "\"quoted, \tlist\""],
                            ["X-Empty", ""], ["X-a", "2"]]);
  }
});
