// SPDX-License-Identifier: MIT
// Which of several Redis the balancers use: the one that can be written to, also when it is another
// one than before.
import assert from "node:assert/strict";
import { Redis } from "./harness/redis.mjs";
import { Sentinels, startReplica } from "./harness/redis_sentinels.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import {
  eventually, kPrefix, KeyServers, keysNamed, serverIn, startPair,
} from "./harness/shared_tables.mjs";
import { kLimit } from "./harness/wait.mjs";

const kLong = 3 * kLimit;

onlyStickler("of several addresses the first that may be written to is used", async (t) => {
  const master = await Redis.start(t, { name: "master" });
  const replica = await startReplica(t, master);
  const absent = await Redis.prepare(t);
  const servers = await KeyServers.start(t);
  const address = [absent, replica, master].map((redis) => redis.address);
  const [a, b] = await startPair(t, servers, { redis: { address } });
  await Promise.all([a.prefer("s1"), b.prefer("s2")]);
  assert.equal(await a.server("/?k=x"), "s1");
  assert.equal(await b.server("/?k=x"), "s1");
  assert.equal(serverIn(await master.ask("GET", `${kPrefix}x`)), "s1");
});

onlyStickler("a Redis that becomes a replica is left for the one that can be written to",
  async (t) => {
    const one = await Redis.start(t, { name: "one" });
    const two = await startReplica(t, one, { name: "two" });
    const servers = await KeyServers.start(t);
    const [a, b] = await startPair(t, servers, {
      redis: { address: [one.address, two.address], wait: "50ms", timeout: "500ms" },
    });
    await Promise.all([a.prefer("s1"), b.prefer("s2")]);
    const keys = keysNamed("k", 10);
    await a.servers(keys);
    await eventually(() => two.entries(`${kPrefix}*`),
      (entries) => Object.keys(entries).length === keys.length, "the replica to have all");
    await two.ask("REPLICAOF", "NO", "ONE");
    await one.ask("REPLICAOF", "127.0.0.1", two.port);
    await one.program.log.waitFor(/sync: Finished with success|MASTER <-> REPLICA sync: /);
    await a.servers(keysNamed("new", 10));
    await eventually(() => two.entries(`${kPrefix}new*`),
      (entries) => Object.keys(entries).length === 10, "new keys to be in the new master");
    await Promise.all([a.isShared(), b.isShared()]);
    await eventually(() => b.servers([...keys, ...keysNamed("new", 10)]),
      (owners) => Object.values(owners).every((server) => server === "s1"), "b to find all");
  });

onlyStickler("Sentinels tell of the Redis that took over, and no request fails meanwhile",
  async (t) => {
    const all = await Sentinels.start(t);
    const absent = await Redis.prepare(t);
    const servers = await KeyServers.start(t);
    const [a, b] = await startPair(t, servers, {
      redis: {
        sentinels: [absent.address, ...all.addresses], master: all.name,
        wait: "50ms", timeout: "500ms",
      },
    });
    assert.equal(await all.master.listeners(), 2);
    await Promise.all([a.prefer("s1"), b.prefer("s2")]);
    const keys = keysNamed("k", 30);
    await a.servers(keys);
    const marks = [a, b].map(({ log }) => log.mark());
    const failedOver = all.failOver();
    let over = false;
    failedOver.catch(() => {}).finally(() => (over = true));
    for (let i = 0; !over; ++i) {
      await Promise.all([a.server(`/?k=a${i % 50}`), b.server(`/?k=b${i % 50}`)]);
      assert.equal(await a.server("/?k=k1"), "s1");
    }
    await failedOver;
    await eventually(() => all.replica.listeners(), (count) => count === 2,
      "both to use the new master", kLong);
    await Promise.all([a.isShared(), b.isShared()]);
    assert.deepEqual(new Set(Object.values(await b.servers(keys))), new Set(["s1"]));
    assert.equal(await a.server("/?k=new"), "s1");
    assert.equal(await b.server("/?k=new"), "s1");
    assert.equal(serverIn(await all.replica.ask("GET", `${kPrefix}new`)), "s1");
    for (const [i, balancer] of [a, b].entries()) {
      assert.ok(balancer.told(marks[i]).length <= 6, balancer.told(marks[i]).join("\n"));
    }
    await all.oldMasterReturns();
    assert.equal(await a.server("/?k=newer"), "s1");
    assert.equal(await b.server("/?k=newer"), "s1");
    assert.equal(serverIn(await all.replica.ask("GET", `${kPrefix}newer`)), "s1");
  });
