// SPDX-License-Identifier: MIT
// What servers are told about the client, and what clients are told about the balancer: forwarded
// fields that nobody can forge, HSTS, X-Served-By.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { answers, answersOnceThenCloses, RawServer, stalls } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { kHsts } from "./harness/settings.mjs";
import { RawClient } from "./harness/wire.mjs";

const kForged = [
  "X-Forwarded-For: 6.6.6.6", "X-Forwarded-Proto: gopher", "X-Forwarded-Host: evil.example",
];

async function world(t, kind, { forwarded, edit = () => {}, script, ...settings } = {}) {
  const server = await RawServer.start(t, script ?? answers());
  const balancer = await startBalancer(t, kind, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    edit(config) {
      for (const name of ["plain", "https"]) {
        Object.assign(config.listeners[name].forwarded, forwarded);
      }
      edit(config);
    },
    ...settings,
  });
  return { server, balancer };
}

// What the server gets of this request, as a head.
async function forward(t, { server, balancer }, { fields = [], line = "GET /", tls = false } = {}) {
  const { https, plain } = balancer.ports;
  const to = tls ? { port: https, ca: balancer.ca } : { port: plain };
  const client = await RawClient.connect(t, to);
  const mark = server.requests.mark();
  await client.request(line, fields).response();
  return server.requests.at(mark);
}

forEachBalancer("X-Forwarded-For: the client's address is a line of its own, at the end",
  async (t, kind) => {
    const got = await forward(t, await world(t, kind), { fields: kForged });
    assert.deepEqual(got.all("x-forwarded-for"), ["6.6.6.6", "127.0.0.1"]);
  });

for (const tls of [false, true]) {
  const scheme = tls ? "https" : "http";

  forEachBalancer(`X-Forwarded-Proto: ${scheme} takes the place of what the client says`,
    async (t, kind) => {
      const got = await forward(t, await world(t, kind), { fields: kForged, tls });
      assert.deepEqual(got.all("x-forwarded-proto"), [scheme]);
    });
}

onlyStickler("X-Forwarded-Host: the Host takes the place of what the client says",
  async (t, kind) => {
    const fields = ["Host: site.example:8080", ...kForged];
    const got = await forward(t, await world(t, kind), { fields });
    assert.deepEqual(got.all("x-forwarded-host"), ["site.example:8080"]);
  });

onlyStickler("X-Forwarded-For can take the place of what the client says", async (t, kind) => {
  const all = await world(t, kind, { forwarded: { for: "replace" } });
  const got = await forward(t, all, { fields: [...kForged, "x-forwarded-for: 7.7.7.7"] });
  assert.deepEqual(got.all("x-forwarded-for"), ["127.0.0.1"]);
});

onlyStickler("forwarded fields can be left as they come", async (t, kind) => {
  const forwarded = { for: "off", proto: false, host: false };
  const all = await world(t, kind, { forwarded });
  const got = await forward(t, all, { fields: kForged });
  assert.equal(got.get("x-forwarded-for"), "6.6.6.6");
  assert.equal(got.get("x-forwarded-proto"), "gopher");
  assert.equal(got.get("x-forwarded-host"), "evil.example");
  assert.doesNotMatch((await forward(t, all)).raw, /x-forwarded/i);
});

const kTrusting = [["its address", "127.0.0.1"], ["its network", "127.0.0.0/8"]];
for (const [how, network] of kTrusting) {
  onlyStickler(`a proxy that is trusted by ${how} says where the client is`, async (t, kind) => {
    const all = await world(t, kind, { forwarded: { trust: [network] } });
    const got = await forward(t, all, { fields: kForged });
    assert.deepEqual(got.all("x-forwarded-for"), ["6.6.6.6", "127.0.0.1"]);
    assert.deepEqual(got.all("x-forwarded-proto"), ["gopher"]);
    assert.deepEqual(got.all("x-forwarded-host"), ["evil.example"]);
  });
}

onlyStickler("a trusted proxy's clients are kept where others' lists are replaced",
  async (t, kind) => {
    const forwarded = { for: "replace", trust: ["127.0.0.1"] };
    const got = await forward(t, await world(t, kind, { forwarded }), { fields: kForged });
    assert.deepEqual(got.all("x-forwarded-for"), ["6.6.6.6", "127.0.0.1"]);
  });

onlyStickler("a trusted proxy that says nothing gets what is true here", async (t, kind) => {
  const all = await world(t, kind, { forwarded: { trust: ["127.0.0.1"] } });
  const got = await forward(t, all);
  assert.deepEqual(got.all("x-forwarded-proto"), ["http"]);
  assert.deepEqual(got.all("x-forwarded-host"), ["localhost"]);
});

onlyStickler("who is not trusted is not believed", async (t, kind) => {
  const all = await world(t, kind, { forwarded: { trust: ["127.0.0.2", "10.0.0.0/8", "::1"] } });
  const got = await forward(t, all, { fields: kForged });
  assert.deepEqual(got.all("x-forwarded-proto"), ["http"]);
  assert.deepEqual(got.all("x-forwarded-host"), ["localhost"]);
});

onlyStickler("an IPv6 client is named without brackets, and can be trusted", async (t, kind) => {
  const edit = (config) => {
    const { plain } = config.listeners;
    plain.bind = plain.bind.replace("127.0.0.1", "[::1]");
    plain.forwarded.trust = ["::/64"];
  };
  const { server, balancer } = await world(t, kind, { edit });
  const client = await RawClient.connect(t, { port: balancer.ports.plain, host: "::1" });
  await client.request("GET /", kForged).response();
  const got = await server.requests.at(0);
  assert.deepEqual(got.all("x-forwarded-for"), ["6.6.6.6", "::1"]);
  assert.deepEqual(got.all("x-forwarded-proto"), ["gopher"]);
});

onlyStickler("an IPv4 client of a listener for both families is named as IPv4", async (t, kind) => {
  const edit = ({ listeners: { plain } }) => {
    plain.bind = plain.bind.replace("127.0.0.1", "");
    plain.forwarded.trust = ["127.0.0.0/8"];
  };
  const got = await forward(t, await world(t, kind, { edit }), { fields: kForged });
  assert.deepEqual(got.all("x-forwarded-for"), ["6.6.6.6", "127.0.0.1"]);
  assert.deepEqual(got.all("x-forwarded-proto"), ["gopher"]);
});

forEachBalancer("the Host of an absolute target is what the server gets", async (t, kind) => {
  const got = await forward(t, await world(t, kind), {
    line: "GET http://site.example/page?x", fields: ["Host: site.example"],
  });
  assert.equal(got.get("host"), "site.example");
  assert.match(got.target, /\/page\?x$/);
});

onlyStickler("an absolute target arrives as a path", async (t, kind) => {
  const got = await forward(t, await world(t, kind), {
    line: "GET http://site.example", fields: ["Host: site.example"],
  });
  assert.deepEqual([got.target, got.get("x-forwarded-host")], ["/", "site.example"]);
});

onlyStickler("HTTP/1.0 without Host: the server gets one, and no X-Forwarded-Host is made up",
  async (t, kind) => {
    const { server, balancer } = await world(t, kind);
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    assert.equal((await client.send("GET / HTTP/1.0\r\n\r\n").response()).status, 200);
    const got = await server.requests.at(0);
    assert.equal(got.all("host").length, 1);
    assert.equal(got.get("x-forwarded-host"), undefined);
  });

forEachBalancer("HSTS and X-Served-By are on every answer of a server", async (t, kind) => {
  const script = answers("", { status: "404 Not Found", fields: ["X-Served-By: inner"] });
  const { balancer } = await world(t, kind, { script });
  const client = await RawClient.connect(t, { port: balancer.ports.https, ca: balancer.ca });
  const answer = await client.request("GET /").response();
  assert.deepEqual(answer.all("strict-transport-security"), [kHsts]);
  assert.deepEqual(answer.all("x-served-by"), ["inner", "s1"]);
});

forEachBalancer("a server's own HSTS is replaced", async (t, kind) => {
  const script = answers("", { fields: ["strict-transport-security: max-age=0"] });
  const { balancer } = await world(t, kind, { script });
  const client = await RawClient.connect(t, { port: balancer.ports.https, ca: balancer.ca });
  const answer = await client.request("GET /").response();
  assert.deepEqual(answer.all("strict-transport-security"), [kHsts]);
});

// Each makes the balancer answer itself.
const kOwnAnswers = [
  [504, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", stalls],
  [502, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", (server) => server.wire.close()],
  [400, "GET / HTTP/1.1\r\n\r\n", answersOnceThenCloses],
  [408, "GET / HT", answersOnceThenCloses],
];
for (const [status, bytes, script] of kOwnAnswers) {
  onlyStickler(`an own ${status} carries HSTS, and no server's name`, async (t, kind) => {
    const timeouts = { server: "300ms", head: "300ms" };
    const { balancer } = await world(t, kind, { script, timeouts });
    const client = await RawClient.connect(t, { port: balancer.ports.https, ca: balancer.ca });
    const answer = await client.send(bytes).response();
    assert.equal(answer.status, status);
    assert.deepEqual(answer.all("strict-transport-security"), [kHsts]);
    assert.equal(answer.get("x-served-by"), undefined);
    assert.doesNotMatch(answer.text, /s1|stickler/i);
  });
}
