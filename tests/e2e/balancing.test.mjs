// SPDX-License-Identifier: MIT
// Who gets a client that belongs to nobody yet: the algorithms, weights, backups, draining.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kThree = { s1: {}, s2: {}, s3: {} };

// `options`: settings of each server by name. A request for /hold is answered when `release` says.
async function world(t, kind, options, { backend = {}, ...settings } = {}) {
  const gate = deferred();
  const handler = async (request) => {
    if (request.url === "/hold") await gate.promise;
    return false;
  };
  const servers = await namedServers(t, Object.keys(options), { handler });
  const balancer = await startBalancer(t, kind, {
    servers: servers.map((server) => ({ ...server, ...options[server.name] })),
    cookie: { name: "N" },
    edit: (config) => Object.assign(config.backends["server-pro"], backend),
    ...settings,
  });
  const open = (from) => {
    return RawClient.connect(t, { port: balancer.ports.plain, localAddress: from });
  };
  // Who answers a new client, by its address or without.
  const ask = async (from, fields) => {
    const client = await open(from);
    return (await client.request("GET /", fields).response()).get("x-served-by");
  };
  // `count` new clients, one after the other.
  const askTimes = async (count, from) => {
    const got = [];
    for (let i = 0; i < count; ++i) got.push(await ask(from));
    return got;
  };
  // A request that stays under way; who has it.
  const hold = async () => {
    const marks = servers.map(({ requests }) => requests.mark());
    (await open()).request("GET /hold");
    const arrivals = servers.map(async ({ name, requests }, i) => {
      await requests.waitFor(({ url }) => url === "/hold", { since: marks[i] });
      return name;
    });
    return Promise.any(arrivals);
  };
  return { servers, balancer, ask, askTimes, hold, release: gate.resolve };
}

function count(names) {
  return names.reduce((all, name) => ({ ...all, [name]: (all[name] ?? 0) + 1 }), {});
}

forEachBalancer("roundrobin takes equal servers in strict turn", async (t, kind) => {
  const { askTimes } = await world(t, kind, kThree);
  const got = await askTimes(9);
  assert.deepEqual(got.slice(3), got.slice(0, -3));
  assert.equal(new Set(got.slice(0, 3)).size, 3);
});

forEachBalancer("roundrobin shares by weight", async (t, kind) => {
  const options = { s1: { weight: 1 }, s2: { weight: 2 }, s3: { weight: 3 } };
  const { askTimes } = await world(t, kind, options);
  assert.deepEqual(count(await askTimes(12)), { s1: 2, s2: 4, s3: 6 });
});

forEachBalancer("roundrobin interleaves: no server gets its share in a row", async (t, kind) => {
  const { askTimes } = await world(t, kind, { s1: { weight: 4 }, s2: { weight: 2 } });
  assert.doesNotMatch((await askTimes(12)).join(" "), /s1 s1 s1/);
});

forEachBalancer("sessions do not move roundrobin's pointer", async (t, kind) => {
  const { ask } = await world(t, kind, kThree);
  const got = [];
  for (let i = 0; i < 6; ++i) {
    got.push(await ask());
    await ask(undefined, ["Cookie: N=s1"]);
  }
  assert.deepEqual(count(got), { s1: 2, s2: 2, s3: 2 });
});

forEachBalancer("roundrobin is one turn over all workers", async (t, kind) => {
  const { askTimes } = await world(t, kind, kThree, { workers: 2 });
  assert.deepEqual(count(await askTimes(12)), { s1: 4, s2: 4, s3: 4 });
});

forEachBalancer("leastconn takes who has the fewest requests under way", async (t, kind) => {
  const { hold, askTimes } = await world(t, kind, kThree, { balance: "leastconn" });
  const held = [await hold(), await hold()];
  const free = ["s1", "s2", "s3"].find((name) => !held.includes(name));
  assert.equal(new Set(held).size, 2);
  assert.deepEqual(await askTimes(4), [free, free, free, free]);
});

forEachBalancer("leastconn takes idle servers in turn", async (t, kind) => {
  const { askTimes } = await world(t, kind, kThree, { balance: "leastconn" });
  assert.deepEqual(count(await askTimes(6)), { s1: 2, s2: 2, s3: 2 });
});

forEachBalancer("leastconn shares by weight", async (t, kind) => {
  const options = { s1: { weight: 1 }, s2: { weight: 3 } };
  const { hold } = await world(t, kind, options, { balance: "leastconn" });
  const held = [];
  for (let i = 0; i < 8; ++i) held.push(await hold());
  assert.deepEqual(count(held), { s1: 2, s2: 6 });
});

forEachBalancer("first fills one server up to its maxconn before it takes the next",
  async (t, kind) => {
    const options = { s1: { maxconn: 2 }, s2: { maxconn: 1 }, s3: { maxconn: 5 } };
    const { hold, askTimes } = await world(t, kind, options, { balance: "first" });
    assert.deepEqual(await askTimes(3), ["s1", "s1", "s1"]);
    assert.deepEqual([await hold(), await hold(), await hold(), await hold()],
      ["s1", "s1", "s2", "s3"]);
  });

const kAddresses = Array.from({ length: 30 }, (_, i) => `127.0.0.${10 + i}`);

async function ownersOf(ask) {
  const owners = {};
  for (const address of kAddresses) owners[address] = await ask(address);
  return owners;
}

forEachBalancer("source sends an address always to the same server", async (t, kind) => {
  const { ask, askTimes } = await world(t, kind, kThree, { balance: "source" });
  for (const address of kAddresses.slice(0, 5)) {
    assert.equal(new Set(await askTimes(3, address)).size, 1);
  }
  assert.equal(new Set(Object.values(await ownersOf(ask))).size, 3, "all servers have clients");
});

onlyStickler("with source only the clients of a server that leaves move, and they come back",
  async (t, kind) => {
    const all = await world(t, kind, kThree, { balance: "source", cookie: null });
    const before = await ownersOf(all.ask);
    all.servers[1].stop();
    await all.balancer.waitForDown("s2");
    const meanwhile = await ownersOf(all.ask);
    for (const address of kAddresses) {
      if (before[address] === "s2") assert.notEqual(meanwhile[address], "s2");
      else assert.equal(meanwhile[address], before[address]);
    }
    const since = all.balancer.log.mark();
    await all.servers[1].start();
    await all.balancer.waitForUp("s2", { since });
    assert.deepEqual(await ownersOf(all.ask), before);
  });

for (const balance of ["roundrobin", "leastconn", "source", "first"]) {
  forEachBalancer(`${balance} leaves out servers that drain, are down or are backups`,
    async (t, kind) => {
      const options = { s1: { backup: true }, s2: { weight: 0 }, s3: {}, s4: {} };
      const { servers, balancer, askTimes } = await world(t, kind, options, { balance });
      servers[3].stop();
      await balancer.waitForDown("s4");
      assert.deepEqual(count(await askTimes(5)), { s3: 5 });
    });

  forEachBalancer(`${balance}: a session comes before the algorithm`, async (t, kind) => {
    const { ask } = await world(t, kind, kThree, { balance });
    for (const name of ["s3", "s2", "s1"]) {
      assert.equal(await ask(undefined, [`Cookie: N=${name}`]), name);
    }
  });
}

forEachBalancer("the first backup stands in when no other server is usable, until one comes back",
  async (t, kind) => {
    const options = { s1: {}, b1: { backup: true }, b2: { backup: true } };
    const { servers, balancer, askTimes, ask } = await world(t, kind, options);
    assert.deepEqual(await askTimes(3), ["s1", "s1", "s1"]);
    servers[0].stop();
    await balancer.waitForDown("s1");
    assert.deepEqual(await askTimes(3), ["b1", "b1", "b1"]);
    const since = balancer.log.mark();
    await servers[0].start();
    await balancer.waitForUp("s1", { since });
    assert.deepEqual(await askTimes(3), ["s1", "s1", "s1"]);
    assert.equal(await ask(undefined, ["Cookie: N=b1"]), "b1", "its sessions stay");
  });

forEachBalancer("the second backup takes over when the first is down", async (t, kind) => {
  const options = { s1: {}, b1: { backup: true }, b2: { backup: true } };
  const { servers, balancer, askTimes } = await world(t, kind, options);
  servers[0].stop();
  servers[1].stop();
  await balancer.waitForDown("s1");
  await balancer.waitForDown("b1");
  assert.deepEqual(await askTimes(3), ["b2", "b2", "b2"]);
});

onlyStickler("while all servers drain, sessions are served and new clients wait, then get 503",
  async (t, kind) => {
    const { ask, balancer } = await world(t, kind, { s1: { weight: 0 }, s2: { weight: 0 } },
      { backend: { timeouts: { queue: "50ms" } } });
    assert.equal(await ask(undefined, ["Cookie: N=s2"]), "s2");
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    const refused = await client.request("GET /").response();
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.get("retry-after")) > 0);
  });
