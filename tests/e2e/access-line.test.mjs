// SPDX-License-Identifier: MIT
// What an access line says of each way a request can end: the same as HAProxy's of the same
// request, but for the times.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { gist, isAccessLine, parseAccessLine } from "./harness/access_lines.mjs";
import { freePort } from "./harness/ports.mjs";
import * as scripts from "./harness/raw_server.mjs";
import { forEachBalancer } from "./harness/scenario.mjs";
import { deferred, pause } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const { answers, RawServer } = scripts;
const kSession = ["Cookie: server-pro-ha=s1"];
const kUpgrade = ["Connection: Upgrade", "Upgrade: chat"];
const kAbort = { defaults: ["option abortonclose"] }; // Stickler's way

async function world(t, kind, script, { server: options, ...settings } = {}) {
  const server = await RawServer.start(t, script);
  const servers = [{ name: "s1", port: server.port, ...options }];
  const balancer = await startBalancer(t, kind, {
    servers, check: null, haproxy: kAbort, ...settings,
  });
  return { server, balancer, connect: () => RawClient.connect(t, { port: balancer.ports.plain }) };
}

const lineAt = (balancer, index = 0) => {
  let seen = 0;
  return balancer.log.waitFor((line) => isAccessLine(line) && seen++ === index);
};

async function expectLine(balancer, expected, index) {
  assert.equal(gist(await lineAt(balancer, index)), expected);
}

// Each is one request of a client, and the gist of its line.
const kEnds = [
  {
    sentence: "an answer",
    line: "s1 n/n/n/n/n 200 --NI 1/1/0/0/0 0/0",
    script: answers("hello"),
  },
  {
    sentence: "an answer to a session",
    line: "s1 n/n/n/n/n 200 --VU 1/1/0/0/0 0/0",
    script: answers("hello"),
    fields: kSession,
  },
  {
    sentence: "a server that closes unanswered",
    line: "s1 n/n/n/-/n 502 SHNN 1/1/0/0/0 0/0",
    script: scripts.closesAfterRequest,
  },
  {
    sentence: "a server that speaks something else",
    line: "s1 n/n/n/-/n 502 PHNN 1/1/0/0/0 0/0",
    script: scripts.junk,
  },
  {
    sentence: "a server that says nothing",
    line: "s1 n/n/n/-/n 504 sHNN 1/1/0/0/0 0/0",
    script: scripts.stalls,
    settings: { timeouts: { server: "200ms" } },
  },
  {
    sentence: "a server that closes inside its answer",
    line: "s1 n/n/n/n/n 200 SDNI 1/1/0/0/0 0/0",
    script: scripts.saysAndCloses("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
  },
  {
    sentence: "a server that falls silent inside its answer",
    line: "s1 n/n/n/n/n 200 sDNI 1/1/0/0/0 0/0",
    script: scripts.slowly(["HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"], 0),
    settings: { timeouts: { server: "200ms" } },
  },
];

for (const { sentence, line, script, fields, settings } of kEnds) {
  forEachBalancer(`the line of ${sentence}`, async (t, kind) => {
    const { balancer, connect } = await world(t, kind, script, settings);
    (await connect()).request("GET /", fields);
    await expectLine(balancer, line);
  });
}

// Bytes as a client may send them, and the gist of the line.
const kUnreadable = [
  ["that is none", "GET / HTTP/1.1\r\nBad Name: x\r\n\r\n", "400 PR--"],
  ["that never comes whole", "GET / HTTP/1.1\r\nHo", "408 cR--"],
];

for (const [what, bytes, end] of kUnreadable) {
  forEachBalancer(`the line of a request ${what}`, async (t, kind) => {
    const { balancer, connect } = await world(t, kind, answers(), { timeouts: { head: "200ms" } });
    (await connect()).send(bytes);
    await expectLine(balancer, `<NOSRV> -/-/-/-/n ${end} 1/1/0/0/0 0/0`);
    assert.equal(parseAccessLine(await lineAt(balancer)).request, "<BADREQ>");
  });
}

forEachBalancer("the line of a client that leaves inside its request's head", async (t, kind) => {
  const { balancer, connect } = await world(t, kind, answers());
  (await connect()).send("GET / HTTP/1.1\r\nHo").halfClose();
  await expectLine(balancer, "<NOSRV> -/-/-/-/n 400 CR-- 1/1/0/0/0 0/0");
});

forEachBalancer("the line of a redirect", async (t, kind) => {
  const { balancer } = await world(t, kind, answers(), { cookie: null });
  (await RawClient.connect(t, { port: balancer.ports.redirect })).request("GET /a?b");
  await expectLine(balancer, "<NOSRV> n/-/-/-/n 302 LR-- 1/1/0/0/0 0/0");
  const { frontend, backend, request } = parseAccessLine(await lineAt(balancer));
  assert.deepEqual([frontend, backend, request], ["redirect", "redirect", "GET /a?b HTTP/1.1"]);
});

forEachBalancer("the line of a server that refuses", async (t, kind) => {
  const servers = [{ name: "s1", port: await freePort() }];
  const retry = { attempts: 0, redispatch: "never" };
  const balancer = await startBalancer(t, kind, { servers, check: null, retry });
  (await RawClient.connect(t, { port: balancer.ports.plain })).request("GET /", kSession);
  await expectLine(balancer, "s1 n/n/-/-/n 503 SCVN 1/1/0/0/0 0/0");
});

forEachBalancer("the line of a server that never takes the connection", async (t, kind) => {
  const servers = [{ name: "s1", port: await scripts.hangingPort(t) }];
  const balancer = await startBalancer(t, kind, {
    servers, check: null, timeouts: { connect: "200ms" },
    retry: { attempts: 1, redispatch: "always" },
  });
  (await RawClient.connect(t, { port: balancer.ports.plain })).request("GET /");
  await expectLine(balancer, "s1 n/n/-/-/n 503 sCNN 1/1/0/0/1 0/0");
});

forEachBalancer("the line of a session that moved has a '+'", async (t, kind) => {
  const other = await RawServer.start(t, answers());
  const servers = [{ name: "s1", port: await freePort() }, { name: "s2", port: other.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null });
  (await RawClient.connect(t, { port: balancer.ports.plain })).request("GET /", kSession);
  await expectLine(balancer, "s2 n/n/n/n/n 200 --DI 1/1/0/0/+1 0/0");
});

forEachBalancer("the line of a client that leaves inside the answer", async (t, kind) => {
  const begins = scripts.slowly(["HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\nabc"], 0);
  const { balancer, connect } = await world(t, kind, begins);
  const client = await connect();
  await client.request("GET /").readThrough("abc");
  client.reset();
  await expectLine(balancer, "s1 n/n/n/n/n 200 CDNI 1/1/0/0/0 0/0");
});

forEachBalancer("the line of a client that leaves while the server works has no status",
  async (t, kind) => {
    const { server, balancer, connect } = await world(t, kind, scripts.stalls);
    const client = await connect();
    client.request("GET /");
    await server.requests.at(0);
    client.reset();
    const line = parseAccessLine(await lineAt(balancer));
    assert.deepEqual([line.status, line.bytes, line.flags[0]], [-1, 0, "C"]);
  });

// ---- queues ----

forEachBalancer("lines of requests that waited tell how many were before them", async (t, kind) => {
  const order = deferred();
  const { server, balancer, connect } = await world(t, kind, async (side) => {
    for (;;) {
      await side.request();
      await order.promise;
      side.answer();
    }
  }, { server: { maxconn: 1 } });
  (await connect()).request("GET /first");
  await server.requests.at(0);
  const waits = async (path, fields) => {
    (await connect()).request(`GET ${path}`, fields);
    await pause(100); // tidy: waits, because nothing tells that a request has been queued
  };
  await waits("/any-1");
  await waits("/any-2");
  await waits("/s1", kSession);
  order.resolve();
  const lines = [];
  for (let i = 0; i < 4; ++i) lines.push(parseAccessLine(await lineAt(balancer, i)));
  const queues = Object.fromEntries(lines.map(({ request, queues: q }) => [request, q]));
  assert.deepEqual(queues, {
    "GET /first HTTP/1.1": "0/0",
    "GET /any-1 HTTP/1.1": "0/1",
    "GET /any-2 HTTP/1.1": "0/2",
    "GET /s1 HTTP/1.1": "1/0",
  });
});

forEachBalancer("the line of a request that waited in vain", async (t, kind) => {
  const { server, balancer, connect } = await world(t, kind, scripts.stalls, {
    server: { maxconn: 1 }, timeouts: { queue: "200ms" },
  });
  (await connect()).request("GET /first");
  await server.requests.at(0);
  (await connect()).request("GET /any");
  await expectLine(balancer, "<NOSRV> n/n/-/-/n 503 sQNN 2/2/1/0/0 0/1", 0);
  (await connect()).request("GET /s1", kSession);
  await expectLine(balancer, "s1 n/n/-/-/n 503 sQVN 3/3/1/1/0 1/0", 1);
});

forEachBalancer("the line of a client that left the queue", async (t, kind) => {
  const { server, balancer, connect } = await world(t, kind, scripts.stalls, {
    server: { maxconn: 1 },
  });
  (await connect()).request("GET /first");
  await server.requests.at(0);
  const client = await connect();
  client.request("GET /second");
  await pause(100); // tidy: waits, because nobody tells that a request waits
  client.reset();
  const line = parseAccessLine(await lineAt(balancer));
  assert.deepEqual([line.server, line.status, line.flags, line.queues],
    ["<NOSRV>", -1, "CQNN", "0/1"]);
});

// ---- counts ----

forEachBalancer("connections and requests are counted as they are when the line is written",
  async (t, kind) => {
    const order = deferred();
    const { server, balancer, connect } = await world(t, kind, async (side) => {
      const { target } = await side.request();
      if (target === "/slow") await order.promise;
      side.answer();
    });
    await connect(); // says nothing
    (await connect()).request("GET /slow");
    (await connect()).request("GET /slow");
    await server.requests.at(1);
    (await connect()).request("GET /quick");
    await expectLine(balancer, "s1 n/n/n/n/n 200 --NI 4/4/2/2/0 0/0");
    order.resolve();
    await expectLine(balancer, "s1 n/n/n/n/n 200 --NI 4/4/0/0/0 0/0", 2);
  });

// ---- tunnels ----

const kTunnels = [
  ["that both sides end", "--NI", async (client) => client.halfClose()],
  ["whose client is reset", "CDNI", async (client) => client.reset()],
  ["that falls silent", "cDNI", async () => {}],
];

for (const [what, flags, end] of kTunnels) {
  forEachBalancer(`the line of a tunnel ${what} comes at its end`, async (t, kind) => {
    const script = scripts.upgrades(async (wire) => {
      wire.send("hello");
      await wire.drain().catch(() => {});
      wire.halfClose();
    });
    const { balancer, connect } = await world(t, kind, script, { timeouts: { tunnel: "300ms" } });
    const client = await connect();
    await client.request("GET /socket", kUpgrade).readThrough("hello");
    await end(client);
    await expectLine(balancer, `s1 n/n/n/n/n 101 ${flags} 1/1/0/0/0 0/0`);
  });
}

// ---- the request ----

const kTargets = [
  ["/a{b}|c^`<>\\~!$&'()*+,;=", "/a{b}|c^`<>\\~!$&'()*+,;="],
  ['/"x"', "/#22x#22"],
];

for (const [sent, logged] of kTargets) {
  forEachBalancer(`the target ${sent} is logged as ${logged}`, async (t, kind) => {
    const { balancer, connect } = await world(t, kind, answers());
    (await connect()).request(`GET ${sent}`);
    assert.equal(parseAccessLine(await lineAt(balancer)).request, `GET ${logged} HTTP/1.1`);
  });
}

forEachBalancer("a line ends at 1023 bytes", async (t, kind) => {
  const { balancer, connect } = await world(t, kind, answers());
  (await connect()).request(`GET /${"x".repeat(3000)}`);
  const line = await balancer.log.waitFor(/ "GET \/x+$/);
  assert.equal(line.length, 1023);
});
