// SPDX-License-Identifier: MIT
// Health checks: what servers are asked, what counts as healthy, and what the log says of it.
import assert from "node:assert/strict";
import https from "node:https";
import { readFileSync } from "node:fs";
import { startBalancer } from "./harness/balancer.mjs";
import { certificates } from "./harness/certificates.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort, listen } from "./harness/ports.mjs";
import { answers, junk, RawServer, saysAndCloses, stalls } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { namedServer } from "./harness/servers.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

// Often, but with patience: a busy machine must not make a server ill.
const kFast = { http: "HEAD /status", interval: "20ms", timeout: "5s", rise: 1, fall: 1 };

// Servers whose state the test itself will wait for.
async function world(t, kind, servers, check, settings = {}) {
  const balancer = await startBalancer(t, kind, {
    servers,
    check: { ...kFast, ...check },
    cookie: { name: "N" },
    startsDown: servers.map(({ name }) => name),
    ...settings,
  });
  const open = () => RawClient.connect(t, { port: balancer.ports.plain });
  const ask = async (session, target = "/") => {
    const client = await open();
    client.request(`GET ${target}`, session ? [`Cookie: N=${session}`] : []);
    return (await client.response()).get("x-served-by");
  };
  return { balancer, open, ask };
}

// A server whose answers to checks the test sets: server.says(status, body).
async function checkedServer(t, name) {
  let [status, text] = [200, "web is alive"];
  const handler = ({ url }, response) => {
    if (url !== "/status") return false;
    response.statusCode = status;
    response.end(text);
    return true;
  };
  const server = await namedServer(t, name, { handler });
  return Object.assign(server, { says: (...answer) => ([status, text = ""] = answer) });
}

onlyStickler("a check is a whole HTTP/1.1 request that says who asks", async (t, kind) => {
  const server = await RawServer.start(t, answers());
  const { balancer } = await world(t, kind, [{ name: "s1", port: server.port }]);
  await balancer.waitForUp("s1");
  const { raw } = await server.requests.at(0);
  assert.equal(raw, `HEAD /status HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n` +
    "User-Agent: stickler-check\r\nConnection: close\r\n\r\n");
});

onlyStickler("method, path, host and port of a check can be set", async (t, kind) => {
  const monitor = await RawServer.start(t, answers());
  const server = await namedServer(t, "s1");
  const check = { http: "GET /health?deep=1", host: "overleaf.example.com", port: monitor.port };
  const { balancer, ask } = await world(t, kind, [server], check);
  await balancer.waitForUp("s1");
  const request = await monitor.requests.at(0);
  assert.equal(request.start, "GET /health?deep=1 HTTP/1.1");
  assert.equal(request.get("host"), "overleaf.example.com");
  assert.equal(await ask(), "s1");
});

const kExpectations = [
  [200, [200], [201, 204, 301, 304, 404, 500, 503]],
  ["200-299", [200, 204, 299], [302, 404, 500]],
  [["200-399", "401"], [200, 302, 399, 401], [400, 404, 500]],
];

for (const [expect, healthy, ill] of kExpectations) {
  onlyStickler(`expect = ${JSON.stringify(expect)}: statuses ${healthy} are healthy, not ${ill}`,
    async (t, kind) => {
      const server = await checkedServer(t, "s1");
      const { balancer } = await world(t, kind, [server], { expect });
      for (const [i, bad] of ill.entries()) {
        const good = healthy[i % healthy.length];
        const since = balancer.log.mark();
        server.says(good);
        if (i > 0) await balancer.log.waitFor(new RegExp(`s1 is UP: .*: ${good} in`), { since });
        else await balancer.waitForUp("s1");
        server.says(bad);
        await balancer.log.waitFor(new RegExp(`s1 is DOWN: .*: ${bad} in`), { since });
      }
    });
}

onlyStickler("an instance that closes is noticed by its body, though it still says 200",
  async (t, kind) => {
    const [closing, other] = [await checkedServer(t, "s1"), await checkedServer(t, "s2")];
    const { balancer, ask } = await world(t, kind, [closing, other],
      { http: "GET /status", body: "web is alive" });
    await balancer.waitForUp("s1");
    await balancer.waitForUp("s2");
    closing.says(200, "web is closing");
    const line = await balancer.waitForDown("s1");
    assert.match(line, /200 in \d+ ms, but the body lacks "web is alive"/);
    assert.equal(await ask("s1"), "s2");
    const since = balancer.log.mark();
    closing.says(200, "well, web is alive again");
    await balancer.waitForUp("s1", { since });
    assert.equal(await ask("s1"), "s1");
  });

// Statuses of the checks one after the other (the last one for all further).
async function sequence(t, statuses) {
  let next = 0;
  const handler = ({ url }, response) => {
    if (url !== "/status") return false;
    response.statusCode = statuses[Math.min(next++, statuses.length - 1)];
    response.end();
    return true;
  };
  return namedServer(t, "s1", { handler });
}

onlyStickler("`fall` failures in a row take a server down, fewer do not", async (t, kind) => {
  const server = await sequence(t, [200, 500, 500, 200, 500, 500, 200, 500, 500, 500]);
  const { balancer } = await world(t, kind, [server], { fall: 3 });
  assert.match(await balancer.waitForDown("s1"), /\(3 of 3 failed\)/);
  assert.ok(server.requests.entries.length >= 10);
});

onlyStickler("`rise` good checks in a row bring a server up, fewer do not", async (t, kind) => {
  const server = await sequence(t, [500, 200, 500, 200, 200, 500, 200, 200, 200]);
  const { balancer } = await world(t, kind, [server], { rise: 3, fall: 2 });
  await balancer.waitForDown("s1");
  assert.match(await balancer.waitForUp("s1"), /\(3 of 3 passed\)/);
  assert.ok(server.requests.entries.length >= 9);
});

onlyStickler("the first check decides at once, whatever rise and fall say", async (t, kind) => {
  const [good, bad] = [await checkedServer(t, "s1"), await checkedServer(t, "s2")];
  bad.says(500);
  const slow = { rise: 5, fall: 5, interval: "1h" };
  const { balancer } = await world(t, kind, [good, bad], slow);
  await balancer.waitForUp("s1");
  await balancer.waitForDown("s2");
});

// A server that does not answer checks until the gate opens.
async function unchecked(t, name) {
  const gate = deferred();
  const handler = async ({ url }) => {
    if (url === "/status") await gate.promise;
    return false;
  };
  return { gate, server: await namedServer(t, name, { handler }) };
}

const kPatient = { timeout: "20s" };
const isRequest = ({ url }) => url === "/mine";

onlyStickler("before its first check a server gets no request; the request waits for the verdict",
  async (t, kind) => {
    const { gate, server } = await unchecked(t, "s1");
    const { ask } = await world(t, kind, [server], kPatient);
    const answer = ask(undefined, "/mine");
    await server.requests.at(0);
    assert.equal(server.requests.entries.some(isRequest), false);
    gate.resolve();
    assert.equal(await answer, "s1");
  });

onlyStickler("a session waits for the first check of its server; new clients go to others",
  async (t, kind) => {
    const { gate, server } = await unchecked(t, "s1");
    const other = await checkedServer(t, "s2");
    const { balancer, ask } = await world(t, kind, [server, other], kPatient);
    await balancer.waitForUp("s2");
    const mine = ask("s1", "/mine");
    assert.equal(await ask(), "s2");
    assert.equal(await ask(), "s2");
    assert.equal(server.requests.entries.some(isRequest), false);
    gate.resolve();
    assert.equal(await mine, "s1");
  });

onlyStickler("a session whose server fails its first check moves", async (t, kind) => {
  const other = await checkedServer(t, "s2");
  const { balancer, ask } = await world(t, kind, [{ name: "s1", port: await freePort() }, other]);
  await balancer.waitForDown("s1");
  assert.equal(await ask("s1"), "s2");
});

// What a check meets, and what the log says.
const kFailures = [
  ["nobody listens", async () => freePort(), /connection refused/],
  ["silence", async (t) => (await RawServer.start(t, stalls)).port, /no answer within 100ms/],
  ["junk", async (t) => (await RawServer.start(t, junk)).port, /malformed answer/],
  ["half a head", async (t) => (await RawServer.start(t, saysAndCloses("HTTP/1.1 20"))).port,
    /closed within the head/],
  ["a close without an answer", async (t) => (await RawServer.start(t, saysAndCloses(""))).port,
    /closed without an answer/],
];

for (const [what, port, reason] of kFailures) {
  onlyStickler(`a check that meets ${what} takes the server down, and the log says so once`,
    async (t, kind) => {
      const { balancer } = await world(t, kind, [{ name: "s1", port: await port(t) }],
        { timeout: "100ms" });
      assert.match(await balancer.waitForDown("s1"), reason);
      await balancer.log.waitFor(/backend server-pro has no usable server/);
      assert.equal(balancer.log.entries.filter((line) => /is DOWN/.test(line)).length, 1);
    });
}

onlyStickler("state changes are logged once each, with the reason, however often checks repeat",
  async (t, kind) => {
    const server = await checkedServer(t, "s1");
    const { balancer } = await world(t, kind, [server]);
    await balancer.waitForUp("s1");
    server.says(503);
    await balancer.waitForDown("s1");
    await server.requests.at(server.requests.mark() + 5);
    const since = balancer.log.mark();
    server.says(200);
    await balancer.waitForUp("s1", { since });
    await server.requests.at(server.requests.mark() + 5);
    const lines = balancer.log.entries.filter((line) => /s1 is (UP|DOWN)|no usable/.test(line));
    assert.equal(lines.length, 4, lines.join("\n"));
  });

onlyStickler("a TCP check asks nothing but a connection", async (t, kind) => {
  const server = await RawServer.start(t, stalls);
  const { balancer } = await world(t, kind, [{ name: "s1", port: server.port }],
    { http: undefined, tcp: true });
  assert.match(await balancer.waitForUp("s1"), /connected in/);
  assert.equal(server.requests.entries.length, 0);
  server.stop();
  assert.match(await balancer.waitForDown("s1"), /connection refused/);
});

// An https server beside the plain one, for checks only.
async function tlsPort(t) {
  const { bundle } = certificates().ecdsa;
  const pem = readFileSync(bundle);
  const server = https.createServer({ cert: pem, key: pem }, (_, response) => response.end());
  cleanUp(t, () => server.close());
  return listen(server);
}

for (const [what, check, reason] of [
  ["a TLS check is a handshake", { http: undefined, tls: true }, /TLS handshake in/],
  ["an HTTP check goes over TLS if told to", { tls: true }, /HEAD \/status: 200 in/],
]) {
  onlyStickler(what, async (t, kind) => {
    const server = await namedServer(t, "s1");
    const { balancer } = await world(t, kind, [server], { ...check, port: await tlsPort(t) });
    assert.match(await balancer.waitForUp("s1"), reason);
    const plain = await world(t, kind, [server], check);
    assert.match(await plain.balancer.waitForDown("s1"), /TLS handshake:/);
  });
}

onlyStickler("a server whose name does not resolve is down and said to be; others serve",
  async (t, kind) => {
    const other = await checkedServer(t, "s2");
    const servers = [{ name: "s1", host: "no-such-host.invalid", port: 80 }, other];
    const { balancer, ask } = await world(t, kind, servers);
    assert.match(await balancer.waitForDown("s1"), /'no-such-host\.invalid' does not resolve/);
    await balancer.waitForUp("s2");
    assert.equal(await ask("s1"), "s2");
  });

onlyStickler("a server may be addressed by name", async (t, kind) => {
  const server = await checkedServer(t, "s1");
  const { balancer, ask } = await world(t, kind, [{ ...server, host: "localhost" }]);
  await balancer.waitForUp("s1");
  assert.equal(await ask(), "s1");
});

forEachBalancer("a request under way goes on though its server goes down", async (t, kind) => {
  const gate = deferred();
  const slow = (request) => request.url === "/slow";
  let status = 200;
  const handler = async (request, response) => {
    if (slow(request)) await gate.promise;
    else response.statusCode = status;
    return false;
  };
  const server = await namedServer(t, "s1", { handler });
  const { balancer, ask } = await world(t, kind, [server], { interval: "50ms" });
  const answer = ask("s1", "/slow");
  await server.requests.waitFor(slow);
  status = 500;
  await balancer.waitForDown("s1");
  gate.resolve();
  assert.equal(await answer, "s1");
});
