// SPDX-License-Identifier: MIT
// Which keys of a shared table are forgotten first, and in which order, and how many at a time, a
// Redis is told what it does not know.
import assert from "node:assert/strict";
import { answerShortly, KeyLoad } from "./harness/key_load.mjs";
import { Redis } from "./harness/redis.mjs";
import { RedisProxy } from "./harness/redis_proxy.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import {
  agreement, eventually, kPrefix, KeyServers, keysNamed, pick, startPair, startSharing,
} from "./harness/shared_tables.mjs";
import { kLimit, pause } from "./harness/wait.mjs";

const kQuick = { wait: "50ms", timeout: "500ms" };

async function askInOrder(balancer, keys) {
  for (const key of keys) await balancer.server(`/?k=${key}`);
}

// ---- what is forgotten ----

async function assertHas(balancer, keys) {
  assert.deepEqual(new Set(Object.keys(await balancer.owners())), new Set(keys));
}

onlyStickler("a full table forgets what was unused here for longest, and finds what others use",
  async (t) => {
    const redis = await Redis.start(t);
    const servers = await KeyServers.start(t);
    const [a, b] = await startPair(t, servers, {
      redis: { address: redis.address, ...kQuick }, table: { entries: 100 },
    });
    const [keys, newer] = [keysNamed("k", 100), keysNamed("n", 50)];
    await askInOrder(a, keys);
    await askInOrder(a, keys.slice(0, 50));
    await askInOrder(b, keys.slice(50));
    await askInOrder(a, newer);
    await assertHas(a, [...keys.slice(0, 50), ...newer]);
    await askInOrder(b, keysNamed("m", 60));
    await assertHas(b, [...keys.slice(60), ...keysNamed("m", 60)]);
    // What both have forgotten nobody can tell an empty Redis.
    await redis.kill();
    await Promise.all([a.isAlone(), b.isAlone()]);
    await redis.start();
    await Promise.all([a.isShared(), b.isShared()]);
    const known = [...keys.slice(0, 50), ...keys.slice(60)];
    await askInOrder(a, known.slice(50));
    await askInOrder(b, known.slice(0, 50));
    assert.deepEqual(servers.split, {});
  });

// ---- in which order ----

// The keys that balancers have asked Redis about, by when that was for the first time.
function keysAsked(commands) {
  const asked = commands.entries.map((line) => kQuestion.exec(line)?.[1]);
  return [...new Set(asked.filter((key) => key !== undefined))];
}
const kQuestion = /"EVALSHA" .* "stickler:table:t:(\w+)"/;

// Rule 7.
onlyStickler("a Redis that comes back empty is told first what was used last, and then what is new",
  async (t) => {
    const redis = await Redis.start(t);
    const servers = await KeyServers.start(t);
    const proxy = await RedisProxy.start(t, redis);
    const a = await startSharing(t, servers, {
      redis: { address: proxy.address, wait: "50ms", timeout: "1s" }, table: { entries: 1000 },
    });
    const keys = keysNamed("k", 500);
    await a.servers(keys);
    proxy.cut();
    await a.isAlone();
    const used = keys.map((_, i) => keys[(i * 7) % keys.length]);
    await askInOrder(a, used);
    await redis.kill();
    await redis.start();
    const commands = await redis.commands();
    proxy.mend();
    await eventually(() => a.sharing(), (it) => it === "settling", "Redis to be told");
    await a.server("/?k=new");
    await a.isShared();
    await commands.waitFor(/"EVALSHA".*t:new"/);
    assert.equal(keysAsked(commands).join(" "), [...used.reverse(), "new"].join(" "));
  });

// The parts of a large table take turns.
onlyStickler("what was used last is told among the first, also of a large table", async (t) => {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t, { handler: answerShortly });
  const proxy = await RedisProxy.start(t, redis);
  const a = await startSharing(t, servers, {
    redis: { address: proxy.address, wait: "50ms", timeout: "1s" }, table: { entries: 100_000 },
  });
  const load = await KeyLoad.start(t, [a], { each: 1 });
  const keys = keysNamed("k", kCount);
  await load.ask(keys);
  proxy.cut();
  await a.isAlone();
  const last = keys.filter((_, i) => i % 10 === 0);
  await askInOrder(a, last);
  await redis.kill();
  await redis.start();
  const commands = await redis.commands();
  proxy.mend();
  await a.isShared();
  await eventually(() => keysAsked(commands).length, (it) => it >= kCount, "all to be told");
  const early = new Set(keysAsked(commands).slice(0, kCount / 2));
  const late = last.filter((key) => !early.has(key));
  assert.deepEqual(late, [], `${late.length} of ${last.length} in the second half`);
});

// ---- how many at a time ----

const kCount = 10_000;
const kMostUnanswered = kCount / 5;
const kMostQuestions = 1.5 * kCount; // some are asked twice
const kLong = 2 * kLimit; // after long absence tries are rare

// Two balancers have keys from before they lost Redis, and others since: when `comeBack(redis)` has
// brought it back they ask about all of them, but do not fall upon it.
async function assertAskedInPortions(t, comeBack) {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t, { handler: answerShortly });
  const proxies = [await RedisProxy.start(t, redis), await RedisProxy.start(t, redis)];
  const [a, b] = await startPair(t, servers, {
    each: (i) => ({ redis: { address: proxies[i].address, wait: "50ms", timeout: "2s" } }),
    edit: (config) => (config.log = { level: "info", access: "off" }),
  });
  const load = await KeyLoad.start(t, [a, b], { each: 1 });
  const keys = keysNamed("k", kCount);
  const before = keys.slice(kCount / 2);
  const owners = await load.owners(before);
  await Promise.all([a.prefer("s1"), b.prefer("s2")]);
  for (const proxy of proxies) proxy.cut();
  await Promise.all([a.isAlone(), b.isAlone()]);
  const both = await load.ask(keys.slice(0, kCount / 2));
  assert.ok(Object.values(both).some((servers) => servers.length > 1), "both decided alone");
  await comeBack(redis);
  const questions = await Promise.all([a, b].map((balancer, i) =>
    questionsBeforeAnswers(balancer, proxies[i], pick(owners, before.slice(-100)))));
  for (const count of questions) {
    await eventually(count, (it) => it >= kCount, "questions about all keys");
  }
  const agreed = await agreement(redis, [a, b], keys);
  assert.deepEqual(pick(agreed, before), owners);
  for (const count of questions) assert.ok(count() <= kMostQuestions, `${count()} questions`);
}

// Lets a balancer come back to a Redis that does not answer its questions until it asks no more of
// them; known keys are served meanwhile. Returns who counts the questions.
async function questionsBeforeAnswers(balancer, proxy, owners) {
  const mark = proxy.connections.mark();
  const count = () => proxy.connections.since(mark)
    .reduce((sum, { said }) => sum + said.split(kPrefix).length - 1, 0);
  proxy.hold(({ said }) => said.includes(kPrefix));
  proxy.mend();
  await eventually(count, (it) => it > 0, "questions to Redis", kLong);
  assert.deepEqual(await balancer.servers(Object.keys(owners)), owners);
  await pause(300); // tidy: waits, because nothing more may be asked meanwhile
  assert.ok(count() <= kMostUnanswered, `${count()} questions without an answer`);
  proxy.release();
  return count;
}

// Rule 5.
onlyStickler("after having been cut off balancers ask about all keys, a bounded number at once",
  (t) => assertAskedInPortions(t, () => {}));

// Rule 6 and 7.
onlyStickler("a Redis that comes back empty is told all keys in time, a bounded number at once",
  (t) => assertAskedInPortions(t, async (redis) => {
    await redis.kill();
    await redis.start();
  }));
