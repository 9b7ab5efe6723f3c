// SPDX-License-Identifier: MIT
// Two balancers that share a stick table, asked at the same moments for thousands of new keys;
// while Redis answers, dies, or answers nothing. Every request is answered with 200 (KeyLoad).
import assert from "node:assert/strict";
import { answerShortly, KeyLoad } from "./harness/key_load.mjs";
import { Redis } from "./harness/redis.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import {
  agreement, KeyServers, keysNamed, kServers, pick, startPair,
} from "./harness/shared_tables.mjs";

const kCount = 10_000;
const kMostLines = 20; // of the log about Redis, however many requests meet its trouble
const kQuick = { wait: "50ms", timeout: "500ms" };

async function world(t, settings = {}) {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t, { handler: answerShortly });
  const [a, b] = await startPair(t, servers, {
    redis: { address: redis.address, ...settings },
    edit: (config) => (config.log = { level: "info", access: "off" }),
  });
  return { redis, servers, a, b, load: await KeyLoad.start(t, [a, b]) };
}

onlyStickler("10,000 keys that come first at both balancers at once have one server each",
  async (t) => {
    const { redis, servers, a, b, load } = await world(t);
    const keys = keysNamed("k", kCount);
    const owners = await load.owners(keys);
    assert.deepEqual(servers.split, {});
    assert.deepEqual(await agreement(redis, [a, b], keys), owners);
    assert.deepEqual(new Set(Object.values(owners)), new Set(kServers), "and they are spread");
  });

// Both are asked for new keys, kCount or more, while Redis comes into trouble, has been missed by
// both, and is out of it again. Then they agree on every key.
async function assertAgreesAfter(t, { begin, end }) {
  const { redis, servers, a, b, load } = await world(t, kQuick);
  await Promise.all([a.prefer("s1"), b.prefer("s2")]);
  const marks = [a, b].map(({ log }) => log.mark());
  let over = false;
  const trouble = async () => {
    await load.reached(kCount / 4);
    await begin(redis);
    await Promise.all([a.isAlone(), b.isAlone()]);
    await load.reached(load.answered.mark() + kCount / 4);
    await end(redis);
    await Promise.all([a.isShared(), b.isShared()]);
  };
  const [found] = await Promise.all([
    load.ask(newKeys(() => over)),
    trouble().finally(() => (over = true)),
  ]);
  assert.ok(Object.values(found).some((servers) => servers.length > 1), "both decided alone");
  for (const [i, { log }] of [a, b].entries()) {
    const told = log.since(marks[i]).filter((line) => /redis/i.test(line));
    assert.ok(told.length > 0 && told.length <= kMostLines, told.join("\n"));
  }
  const keys = Object.keys(found);
  const owners = await agreement(redis, [a, b], keys);
  servers.forget();
  const some = keys.filter((_, i) => i % 4 === 0);
  assert.deepEqual(await load.owners(some), pick(owners, some));
  assert.deepEqual(servers.split, {});
}

function* newKeys(isOver) {
  for (let i = 1; i <= kCount || !isOver(); ++i) yield `k${i}`;
}

onlyStickler("Redis is killed under a load of new keys and begun anew: no request fails, and all " +
  "keys are agreed on", (t) => assertAgreesAfter(t, {
  begin: (redis) => redis.kill(),
  end: (redis) => redis.start(),
}));

onlyStickler("Redis freezes under a load of new keys and goes on: no request fails, and all keys " +
  "are agreed on", (t) => assertAgreesAfter(t, {
  begin: (redis) => redis.freeze(),
  end: (redis) => redis.thaw(),
}));
