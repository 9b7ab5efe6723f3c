// SPDX-License-Identifier: MIT
// Servers with a limit (maxconn): who comes too much waits, in order, and nobody waits in vain.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { answers, RawServer, upgrades } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { deferred, pause } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

// What is answered at once.
const kHere = { path: "/here", answer: { status: 204 } };
const kHaproxy = ["option abortonclose", "http-request return status 204 if { path /here }"];

// Servers that answer a request for /hold/NAME only when `release(NAME)` says so; all others at
// once. `options`: settings of each server by name.
async function world(t, kind, options, { backend = {}, routes, ...settings } = {}) {
  const gates = new Map();
  const gate = (name) => gates.get(name) ?? gates.set(name, deferred()).get(name);
  let now = 0;
  let most = 0; // requests at all servers at once
  const handler = async ({ url }, response) => {
    most = Math.max(most, ++now);
    response.on("close", () => --now);
    if (url.startsWith("/slow")) await pause(5); // tidy: waits, because the server is slow
    if (url.startsWith("/hold/")) await gate(url.slice("/hold/".length)).promise;
    return false;
  };
  const servers = await namedServers(t, Object.keys(options), { handler });
  const balancer = await startBalancer(t, kind, {
    servers: servers.map((server) => ({ ...server, ...options[server.name] })),
    cookie: { name: "N" },
    edit: (config) => {
      Object.assign(config.backends["server-pro"], backend);
      config.listeners.plain.routes = { ...routes, here: kHere };
    },
    haproxy: { backend: kHaproxy },
    ...settings,
  });
  const send = async (target, session) => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    return client.request(`GET ${target}`, session ? [`Cookie: N=${session}`] : []);
  };
  const server = (name) => servers.find((each) => each.name === name);
  // A request that occupies a place of this server until it is released.
  const hold = async (name, on) => {
    const client = await send(`/hold/${name}`, on);
    await server(on).requests.waitFor(({ url }) => url === `/hold/${name}`);
    return client;
  };
  // A request that has to wait; returns when the balancer has read it: its only worker takes turns.
  const queue = async (target, session) => {
    const client = await send(target, session);
    await (await send("/here")).response();
    return client;
  };
  const urls = (name) => server(name).requests.entries.map(({ url }) => url)
    .filter((url) => url !== "/status");
  const release = (name) => gate(name).resolve();
  return { server, balancer, send, queue, hold, urls, release, most: () => most };
}

// The answers in a short form.
async function answered(client) {
  const head = await client.response();
  return { status: head.status, by: head.get("x-served-by"), head };
}

forEachBalancer("a session waits for its own server though another is free", async (t, kind) => {
  const { send, queue, hold, urls, release } = await world(t, kind, { s1: { maxconn: 1 }, s2: {} });
  const first = await hold("a", "s1");
  const second = await send("/b", "s1");
  assert.equal((await answered(await send("/c"))).by, "s2");
  assert.deepEqual(urls("s1"), ["/hold/a"]);
  release("a");
  assert.equal((await answered(first)).by, "s1");
  assert.equal((await answered(second)).by, "s1");
  assert.deepEqual(urls("s1"), ["/hold/a", "/b"]);
});

for (const [who, sessions, kinds] of [
  ["sessions", ["s1", "s1", "s1", "s1"]],
  ["new clients", [undefined, undefined, undefined, undefined]],
  // HAProxy has two queues.
  ["sessions and new clients in one line", [undefined, "s1", undefined, "s1"], ["stickler"]],
]) {
  forEachBalancer(`first come, first served: ${who}`, async (t, kind) => {
    const { queue, hold, urls, release } = await world(t, kind, { s1: { maxconn: 1 } });
    const clients = [await hold("a", "s1")];
    for (const [i, session] of sessions.entries()) clients.push(await queue(`/${i}`, session));
    release("a");
    await Promise.all(clients.map(answered));
    assert.deepEqual(urls("s1"), ["/hold/a", "/0", "/1", "/2", "/3"]);
  }, kinds);
}

forEachBalancer("a new client gets the first place that becomes free", async (t, kind) => {
  const options = { s1: { maxconn: 1 }, s2: { maxconn: 1 } };
  const { queue, hold, release } = await world(t, kind, options);
  await hold("a", "s1");
  await hold("b", "s2");
  const waiting = await queue("/c");
  release("b");
  assert.equal((await answered(waiting)).by, "s2");
});

forEachBalancer("a server never has more than maxconn requests at once, over all workers",
  async (t, kind) => {
    const settings = { workers: 2, check: null };
    const { send, most } = await world(t, kind, { s1: { maxconn: 2 } }, settings);
    const one = async (_, i) => answered(await send(`/slow/${i}`, i % 2 ? "s1" : undefined));
    const got = await Promise.all(Array.from({ length: 30 }, one));
    assert.ok(got.every(({ status }) => status === 200));
    assert.equal(most(), 2);
  });

forEachBalancer("whose wait exceeds the queue limit gets 503", async (t, kind) => {
  const { send, hold, balancer } = await world(t, kind, { s1: { maxconn: 1 } },
    { timeouts: { queue: "50ms" } });
  await hold("a", "s1");
  for (const session of ["s1", undefined]) {
    assert.equal((await answered(await send("/b", session))).status, 503);
  }
  await balancer.log.waitFor(/ 503 .* sQ/);
});

onlyStickler("the 503 of the queue says when to come again, and the log says which limit it was",
  async (t, kind) => {
    const { send, hold, balancer } = await world(t, kind, { s1: { maxconn: 1 } },
      { timeouts: { queue: "50ms" } });
    await hold("a", "s1");
    const client = await send("/b", "s1");
    const { head } = await answered(client);
    assert.ok(Number(head.fields.find(([name]) => name === "Retry-After")[1]) > 0);
    await balancer.log.waitFor(/timeouts\.queue/);
    assert.equal((await answered(client.request("GET /c"))).status, 503, "kept open");
  });

forEachBalancer("a client that gives up waiting leaves the queue", async (t, kind) => {
    const { send, queue, hold, urls, release } = await world(t, kind, { s1: { maxconn: 1 } });
  await hold("a", "s1");
  const impatient = await queue("/impatient", "s1");
  impatient.reset();
  const patient = await send("/patient", "s1");
  release("a");
  assert.equal((await answered(patient)).status, 200);
  assert.deepEqual(urls("s1"), ["/hold/a", "/patient"]);
});

onlyStickler("sessions that wait for a server that goes down go elsewhere at once",
  async (t, kind) => {
    const options = { s1: { maxconn: 1 }, s2: {} };
    const { queue, hold, server, balancer } = await world(t, kind, options);
    await hold("a", "s1");
    const waiting = [await queue("/b", "s1"), await queue("/c", "s1")];
    server("s1").stop();
    for (const client of waiting) {
      const { by, head } = await answered(client);
      assert.equal(by, "s2");
      assert.ok(head.fields.some(([name, value]) => name === "Set-Cookie" && /N=s2/.test(value)));
    }
    await balancer.log.waitFor(/redispatched: .*s1/);
  });

onlyStickler("with on_down = \"fail\" those who wait for a server that goes down get 503",
  async (t, kind) => {
    const options = { s1: { maxconn: 1 }, s2: {} };
    const backend = { on_down: "fail" };
    const { queue, hold, server } = await world(t, kind, options, { backend });
    await hold("a", "s1");
    const waiting = await queue("/b", "s1");
    server("s1").stop();
    assert.equal((await answered(waiting)).status, 503);
  });

// on_full with max_queue = 1: what the second one that would wait gets.
for (const [onFull, second] of [["wait", "s1"], ["fail", 503], ["move", "s2"]]) {
  onlyStickler(`on_full = "${onFull}": a session beyond max_queue gets ${second}`,
    async (t, kind) => {
      const { send, queue, hold, release, balancer } = await world(t, kind,
        { s1: { maxconn: 1 }, s2: {} }, { backend: { on_full: onFull, max_queue: 1 } });
      const holder = await hold("a", "s1");
      const first = await queue("/b", "s1");
      const beyond = await send("/c", "s1");
      if (onFull === "wait") release("a");
      const got = await answered(beyond);
      assert.equal(typeof second === "number" ? got.status : got.by, second);
      if (onFull !== "wait") await balancer.log.waitFor(/s1 is full/);
      release("a");
      for (const client of [holder, first]) assert.equal((await answered(client)).by, "s1");
    });
}

onlyStickler("a place that a draining server frees goes to its sessions, never to a new client",
  async (t, kind) => {
    const options = { s1: { maxconn: 1, weight: 0 }, s2: { maxconn: 1 } };
    const { queue, hold, release } = await world(t, kind, options);
    const held = await hold("a", "s1");
    await hold("b", "s2");
    const newcomer = await queue("/new");
    release("a");
    await answered(held);
    release("b");
    assert.equal((await answered(newcomer)).by, "s2");
  });

onlyStickler("a backup's place does not go to a client that waits for an active server",
  async (t, kind) => {
    const options = { s1: { maxconn: 1 }, b1: { maxconn: 1, backup: true } };
    const { queue, hold, release } = await world(t, kind, options);
    await hold("a", "s1");
    const held = await hold("b", "b1");
    const newcomer = await queue("/new");
    release("b");
    await answered(held);
    release("a");
    assert.equal((await answered(newcomer)).by, "s1");
  });

onlyStickler("a strict pin waits for its own server, too", async (t, kind) => {
  const routes = { git: { path_prefix: "/git/", server: "s1" } };
  const options = { s1: { maxconn: 1 }, s2: {} };
  const { queue, hold, release } = await world(t, kind, options, { routes });
  await hold("a", "s1");
  const pinned = await queue("/git/x", "s2");
  release("a");
  assert.equal((await answered(pinned)).by, "s1");
});

forEachBalancer("a tunnel occupies its place until it ends", async (t, kind) => {
  const tunnel = upgrades((wire) => wire.readToEnd().then(() => wire.halfClose()));
  const server = await RawServer.start(t, [tunnel, answers("mine")]);
  const servers = [{ name: "s1", port: server.port, maxconn: 1 }];
  const balancer = await startBalancer(t, kind, { servers, check: null });
  const open = () => RawClient.connect(t, { port: balancer.ports.plain });
  const editor = await open();
  editor.request("GET /", ["Connection: Upgrade", "Upgrade: x"]);
  assert.equal((await editor.response()).status, 101);
  const waiting = (await open()).request("GET /");
  editor.send("still here").halfClose();
  assert.equal((await waiting.response()).text, "mine");
  assert.equal((await server.connections.at(0)).over, true);
});
