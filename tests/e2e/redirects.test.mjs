// SPDX-License-Identifier: MIT
// Someone comes by http and is sent to https: same host, same path, same query.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

const kServers = [{ name: "s1", port: 9 }]; // nobody is to be asked

async function world(t, kind, redirect = {}) {
  const edit = (config) => Object.assign(config.listeners.redirect.redirect, redirect);
  return startBalancer(t, kind, { servers: kServers, check: null, edit });
}

function connect(t, balancer) {
  return RawClient.connect(t, { port: balancer.ports.redirect });
}

async function locationOf(t, balancer, line, fields = ["Host: h"]) {
  const client = await connect(t, balancer);
  const answer = await client.request(line, fields).response({ method: line.split(" ")[0] });
  return answer.get("location") ?? answer.status;
}

const kTargets = [
  "/", "/project/0123?a=b&c=%20", "/?", "/%2f..%2f", "/a//b", "//evil/x", "/?https://evil/",
];
for (const target of kTargets) {
  forEachBalancer(`${target} is found at https`, async (t, kind) => {
    const balancer = await world(t, kind);
    assert.equal(await locationOf(t, balancer, `GET ${target}`), `https://h${target}`);
  });
}

for (const method of ["HEAD", "POST", "OPTIONS", "PURGE"]) {
  forEachBalancer(`${method} is redirected, too`, async (t, kind) => {
    const balancer = await world(t, kind);
    assert.equal(await locationOf(t, balancer, `${method} /a`), "https://h/a");
  });
}

forEachBalancer("OPTIONS * and whole addresses are redirected to what they mean",
  async (t, kind) => {
    const balancer = await world(t, kind);
    assert.equal(await locationOf(t, balancer, "OPTIONS *"), "https://h/");
    assert.equal(await locationOf(t, balancer, "GET http://h/a?b"), "https://h/a?b");
  });

// HAProxy keeps the port of http, where nobody speaks TLS, and redirects to nowhere without a Host.
onlyStickler("the port of http is not that of https", async (t, kind) => {
  const balancer = await world(t, kind);
  const location = (host) => locationOf(t, balancer, "GET /a", [`Host: ${host}`]);
  assert.equal(await location("h:80"), "https://h/a");
  assert.equal(await location("h:8080"), "https://h/a");
  assert.equal(await location("h:"), "https://h/a");
  assert.equal(await location("[::1]"), "https://[::1]/a");
  assert.equal(await location("[::1]:8080"), "https://[::1]/a");
});

onlyStickler("who does not say where is told nothing: 400", async (t, kind) => {
  const balancer = await world(t, kind);
  for (const request of ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.0\r\n\r\n"]) {
    const client = await connect(t, balancer);
    assert.equal((await client.send(request).response()).status, 400);
    assert.equal(await client.expectClose(), "fin");
  }
});

for (const code of [301, 302, 303, 307, 308]) {
  onlyStickler(`${code} may be the redirect's code`, async (t, kind) => {
    const client = await connect(t, await world(t, kind, { code }));
    const answer = await client.request("GET /a").response();
    assert.deepEqual([answer.status, answer.get("location")], [code, "https://localhost/a"]);
    const remembered = code === 301 || code === 308;
    assert.equal(answer.get("cache-control"), remembered ? undefined : "no-cache");
  });
}

const kParts = [
  [{ host: "www.example.com" }, "https://www.example.com/a?b"],
  [{ port: 8443 }, "https://h:8443/a?b"],
  [{ path: "/moved" }, "https://h/moved"],
  [{ scheme: "http", host: "g" }, "http://g/a?b"],
  [{ host: "g", port: 1, path: "/x" }, "https://g:1/x"],
];
for (const [redirect, location] of kParts) {
  onlyStickler(`a redirect with ${JSON.stringify(redirect)} leads to ${location}`,
    async (t, kind) => {
      const balancer = await world(t, kind, redirect);
      assert.equal(await locationOf(t, balancer, "GET /a?b"), location);
    });
}

forEachBalancer("one connection is redirected again and again, HEAD without a body",
  async (t, kind) => {
    const client = await connect(t, await world(t, kind));
    for (let i = 0; i < 3; ++i) {
      const head = await client.request(`HEAD /${i}`).response({ method: "HEAD" });
      assert.equal(head.get("location"), `https://localhost/${i}`);
      const get = await client.request(`GET /${i}`).response();
      assert.deepEqual([get.status, get.get("content-length")], [302, "0"]);
    }
  });

onlyStickler("a redirected POST's body is not taken for a request", async (t, kind) => {
  const client = await connect(t, await world(t, kind));
  const body = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";
  client.request("POST /1", [`Content-Length: ${body.length}`]);
  assert.equal((await client.response()).get("location"), "https://localhost/1");
  client.send(body).request("GET /2");
  assert.equal((await client.response()).get("location"), "https://localhost/2");
});

forEachBalancer("HTTP/1.0 is redirected and closed", async (t, kind) => {
  const client = await connect(t, await world(t, kind));
  const answer = await client.send("GET /a HTTP/1.0\r\nHost: h\r\n\r\n").response();
  assert.deepEqual([answer.status, answer.get("location")], [302, "https://h/a"]);
  assert.equal(await client.expectClose(), "fin");
});
