// SPDX-License-Identifier: MIT
// Servers that cannot be reached: what a client gets, from whom, and what the log says of it.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { freePort } from "./harness/ports.mjs";
import {
  acceptAndClose, answers, closesAfterRequest, hangingPort, junk, partialHead, RawServer,
  resetsAfterRequest,
} from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { namedServer } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

// A balancer that has not noticed yet who cannot be reached: nothing is checked. `ports` by name.
async function world(t, kind, ports, { backend = {}, ...settings } = {}) {
  const servers = Object.entries(ports).map(([name, port]) => ({ name, port }));
  const balancer = await startBalancer(t, kind, {
    servers,
    check: null,
    cookie: { name: "N" },
    edit: (config) => Object.assign(config.backends["server-pro"], backend),
    ...settings,
  });
  const ask = async ({ session, also = "", method = "GET", body = "" } = {}) => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    const fields = [...(session ? [`Cookie: N=${session}${also}`] : [])];
    if (body) fields.push(`Content-Length: ${body.length}`);
    const answer = await client.request(`${method} /`, fields, body).response({ method });
    return { status: answer.status, by: answer.get("x-served-by"), set: answer.all("set-cookie"),
      retryAfter: answer.get("retry-after"), text: answer.text, client };
  };
  return { balancer, ask };
}

const healthy = async (t, name) => (await namedServer(t, name)).port;

// A pause that would exceed the test's time: no test passes by waiting for it.
const kNever = { retry: { attempts: 3, redispatch: "always", pause: "1h" } };

for (const method of ["GET", "POST"]) {
  forEachBalancer(`a refused ${method} goes to the next server at once, with a new cookie`,
    async (t, kind) => {
      const ports = { s1: await freePort(), s2: await healthy(t, "s2") };
      const { ask, balancer } = await world(t, kind, ports);
      const body = method === "POST" ? "the whole body" : "";
      const { status, by, set, text } = await ask({ session: "s1", method, body });
      assert.deepEqual([status, by, set], [200, "s2", ["N=s2; path=/"]]);
      assert.equal(JSON.parse(text).body.bytes, body.length);
      await balancer.log.waitFor(/s2 [-0-9/]+ 200 .* --DI .*\/\+1 /);
    });
}

onlyStickler("the log says who refused and who took over", async (t, kind) => {
  const ports = { s1: await freePort(), s2: await healthy(t, "s2") };
  const { ask, balancer } = await world(t, kind, ports, kNever);
  await ask({ session: "s1" });
  await balancer.log.waitFor(/s1: the server refused the connection; trying another server/);
  await balancer.log.waitFor(/redispatched: connect refused by s1/);
});

// What a browser has under way when its server is lost must not scatter: each answer's cookie would
// move the session again.
onlyStickler("all requests of one browser move to the same server", async (t, kind) => {
  const ports = { s1: await freePort(), s2: await healthy(t, "s2"), s3: await healthy(t, "s3") };
  const { ask } = await world(t, kind, ports, kNever);
  const browsers = Array.from({ length: 12 }, (_, i) => `; sid=browser-${i}`);
  const homes = await Promise.all(browsers.map(async (also) => {
    const asked = Array.from({ length: 5 }, () => ask({ session: "s1", also }));
    const by = new Set((await Promise.all(asked)).map((answer) => answer.by));
    assert.equal(by.size, 1, `${also} was answered by ${[...by]}`);
    return [...by][0];
  }));
  assert.deepEqual([...new Set(homes)].sort(), ["s2", "s3"], "browsers spread over what is left");
});

onlyStickler("several that refuse are passed by, each tried once", async (t, kind) => {
  const ports = { s1: await freePort(), s2: await freePort(), s3: await freePort() };
  const { ask, balancer } = await world(t, kind, { ...ports, s4: await healthy(t, "s4") }, kNever);
  const { status, by } = await ask({ session: "s2" });
  assert.deepEqual([status, by], [200, "s4"]);
  await balancer.log.waitFor(/s4 [-0-9/]+ 200 .*\/\+3 /);
});

forEachBalancer("a connection attempt that hangs costs one timeouts.connect", async (t, kind) => {
  const ports = { s1: await hangingPort(t), s2: await healthy(t, "s2") };
  const { ask, balancer } = await world(t, kind, ports, { timeouts: { connect: "100ms" } });
  const { status, by } = await ask({ session: "s1" });
  assert.deepEqual([status, by], [200, "s2"]);
  await balancer.log.waitFor(/ 200 .*\/\+1 /);
});

forEachBalancer("when all hang the client gets 503", async (t, kind) => {
  const ports = { s1: await hangingPort(t) };
  const { ask, balancer } = await world(t, kind, ports, { timeouts: { connect: "50ms" } });
  assert.equal((await ask()).status, 503);
  await balancer.log.waitFor(/ 503 .* sC.*\/3 /);
});

forEachBalancer("when all refuse the client gets 503, and its connection stays usable",
  async (t, kind) => {
    const ports = { s1: await freePort(), s2: await freePort(), s3: await freePort() };
    const { ask, balancer } = await world(t, kind, ports, { timeouts: { connect: "20ms" } });
    const { status, set, client } = await ask();
    assert.deepEqual([status, set], [503, []]);
    assert.equal((await client.request("GET /").response()).status, 503);
    await balancer.log.waitFor(/ 503 .* SC.*\/\+3 /);
  });

onlyStickler("the 503 when all refuse says when to come again", async (t, kind) => {
  const retry = { attempts: 1, redispatch: "always", pause: "1ms" };
  const { ask, balancer } = await world(t, kind, { s1: await freePort() }, { retry });
  assert.ok(Number((await ask()).retryAfter) > 0);
  await balancer.log.waitFor(/503: the server refused the connection/);
});

for (const attempts of [0, 1, 4]) {
  onlyStickler(`with attempts = ${attempts} one server is tried ${attempts + 1} times`,
    async (t, kind) => {
      const retry = { attempts, redispatch: "always", pause: "1ms" };
      const { ask, balancer } = await world(t, kind, { s1: await freePort() }, { retry });
      assert.equal((await ask()).status, 503);
      await balancer.log.waitFor(new RegExp(` 503 .* SC.*/${attempts} `));
    });
}

onlyStickler("a single server that comes up between two attempts gets the request",
  async (t, kind) => {
    const retry = { attempts: 100, redispatch: "always", pause: "20ms" };
    const port = await freePort();
    const { ask, balancer } = await world(t, kind, { s1: port }, { retry });
    const answer = ask({ method: "POST", body: "kept" });
    await balancer.log.waitFor(/s1: the server refused the connection; trying again/);
    await RawServer.start(t, answers("here I am"), { port });
    assert.equal((await answer).text, "here I am");
  });

const kRedispatch = [["never", 503], ["last", 200], ["always", 200]];

for (const [redispatch, status] of kRedispatch) {
  forEachBalancer(`redispatch = "${redispatch}": a session whose server refuses gets ${status}`,
    async (t, kind) => {
      const ports = { s1: await freePort(), s2: await healthy(t, "s2") };
      const settings = { retry: { attempts: 2, redispatch }, timeouts: { connect: "50ms" } };
      const { ask } = await world(t, kind, ports, settings);
      assert.equal((await ask({ session: "s1" })).status, status);
    });
}

onlyStickler("with on_down = \"fail\" a session's refused request goes nowhere else",
  async (t, kind) => {
    const ports = { s1: await freePort(), s2: await healthy(t, "s2") };
    const retry = { attempts: 2, redispatch: "always", pause: "1ms" };
    const settings = { retry, backend: { on_down: "fail" } };
    const { ask } = await world(t, kind, ports, settings);
    assert.equal((await ask({ session: "s1" })).status, 503);
    assert.equal((await ask({ session: "s2" })).by, "s2");
  });

onlyStickler("a strict pin's refused request goes nowhere else", async (t, kind) => {
  const ports = { s1: await freePort(), s2: await healthy(t, "s2") };
  const retry = { attempts: 2, redispatch: "always", pause: "1ms" };
  const edit = (config) => {
    config.listeners.plain.routes = { git: { path_prefix: "/", server: "s1" } };
  };
  const { ask } = await world(t, kind, ports, { retry, edit });
  assert.equal((await ask({ session: "s2" })).status, 503);
});

onlyStickler("a preferring pin's refused request goes to the session's server", async (t, kind) => {
  const ports = { s1: await freePort(), s2: await healthy(t, "s2"), s3: await healthy(t, "s3") };
  const edit = (config) => {
    config.listeners.plain.routes = { git: { path_prefix: "/", server: "s1", strict: false } };
  };
  const { ask } = await world(t, kind, ports, { ...kNever, edit });
  const { status, by, set } = await ask({ session: "s3" });
  assert.deepEqual([status, by, set], [200, "s3", []]);
});

// What a server can do after the connection was made: [script, flags].
const kBroken = {
  "accepts and closes": [acceptAndClose, "SH"],
  "closes after the request": [closesAfterRequest, "SH"],
  "resets after the request": [resetsAfterRequest, "SH"],
  "sends half a head": [partialHead, "SH"],
  "sends junk": [junk, "PH"],
};

for (const [what, [script, flags]] of Object.entries(kBroken)) {
  for (const method of ["GET", "POST"]) {
    onlyStickler(`a server that ${what}: 502 for ${method}, and no other server is asked`,
      async (t, kind) => {
        const broken = await RawServer.start(t, script);
        const other = await RawServer.start(t, answers("ok"));
        const ports = { s1: broken.port, s2: other.port };
        const { ask, balancer } = await world(t, kind, ports);
        const { status, set } = await ask({ session: "s1", method, body: method[3] ? "x" : "" });
        assert.deepEqual([status, set], [502, []]);
        assert.equal(other.connections.entries.length, 0);
        assert.equal(broken.connections.entries.length, 1);
        await balancer.log.waitFor(new RegExp(` 502 .* ${flags}`));
      });
  }
}

// With checks: the balancer knows that nobody is there.
const kCheck = { http: "HEAD /status", interval: "30ms", rise: 1, fall: 1 };

onlyStickler("while no server is usable requests wait, and get the first one that comes up",
  async (t, kind) => {
    const server = await namedServer(t, "s1");
    server.stop();
    const { balancer, ask } = await world(t, kind, { s1: server.port },
      { check: kCheck, startsDown: ["s1"] });
    await balancer.waitForDown("s1");
    const waiting = [ask(), ask({ session: "s1" }), ask({ method: "POST", body: "kept" })];
    await server.start();
    for (const { status, by } of await Promise.all(waiting)) {
      assert.deepEqual([status, by], [200, "s1"]);
    }
  });

onlyStickler("while no server is usable requests wait up to timeouts.queue, then get 503",
  async (t, kind) => {
    const { balancer, ask } = await world(t, kind, { s1: await freePort() },
      { check: kCheck, startsDown: ["s1"], timeouts: { queue: "100ms" } });
    await balancer.waitForDown("s1");
    const { status, retryAfter, client } = await ask();
    assert.equal(status, 503);
    assert.ok(Number(retryAfter) > 0);
    await balancer.log.waitFor(/ 503 .* sQ/);
    await balancer.log.waitFor(/no server became usable in time \(timeouts\.queue\)/);
    assert.equal((await client.request("GET /").response()).status, 503);
  });

onlyStickler("a client that leaves while it waits for a server is asked about by nobody",
  async (t, kind) => {
    const server = await namedServer(t, "s1");
    server.stop();
    const { balancer } = await world(t, kind, { s1: server.port },
      { check: kCheck, startsDown: ["s1"] });
    await balancer.waitForDown("s1");
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    client.request("GET /gone");
    client.reset();
    await balancer.log.waitFor(/"GET \/gone HTTP\/1.1"/);
    const since = balancer.log.mark();
    await server.start();
    await balancer.waitForUp("s1", { since });
    assert.ok(server.requests.entries.every(({ url }) => url === "/status"));
  });
