// SPDX-License-Identifier: MIT
// Balancers that share a stick table, and a Redis that is away, slow, full, strange or lost what it
// knew: every request is answered with 200 (SharingBalancer.server()), a balancer alone keeps its
// keys together, and once Redis is back they agree.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { RawServer } from "./harness/raw_server.mjs";
import { documentedUser, Redis } from "./harness/redis.mjs";
import { RedisProxy } from "./harness/redis_proxy.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import {
  agreement, eventually, kPrefix, KeyServers, keysNamed, serverIn, startPair, startSharing,
} from "./harness/shared_tables.mjs";
import { kLimit, within } from "./harness/wait.mjs";

const kQuick = { wait: "50ms", timeout: "500ms" };

// What it costs to be told of one trouble: the line, and another if the reason becomes another.
const kLines = 2;

async function world(t, settings = {}) {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t);
  const [a, b] = await startPair(t, servers, {
    ...settings, redis: { address: redis.address, ...kQuick, ...settings.redis },
  });
  return { redis, servers, a, b };
}

// Both decide differently wherever they may.
async function disagree(a, b) {
  await Promise.all([a.prefer("s1"), b.prefer("s2")]);
}

// Since the mark it has said why its tables are its own, in few lines, however much has happened.
function assertToldOnce(balancer, mark, address) {
  const lines = balancer.warnings(mark);
  assert.ok(lines.length >= 1 && lines.length <= kLines, `told:\n${lines.join("\n")}`);
  assert.match(lines[0], /redis/i);
  assert.ok(lines[0].includes(address), lines[0]);
}

// Each balancer by itself: all keys at the server that it prefers, now and again.
async function assertTogether(balancer, keys, server) {
  for (let i = 0; i < 2; ++i) {
    const owners = await balancer.servers(keys);
    assert.deepEqual(new Set(Object.values(owners)), new Set([server]));
  }
}

// ---- away ----

// Rule 6: what was decided alone is claimed like a new key, and who loses moves.
onlyStickler("without Redis at the start all goes on, and when it comes the tables are joined",
  async (t) => {
    const redis = await Redis.prepare(t);
    const servers = await KeyServers.start(t);
    const [a, b] = await startPair(t, servers, {
      redis: { address: redis.address, ...kQuick }, alone: true,
    });
    await disagree(a, b);
    const keys = keysNamed("k", 100);
    await Promise.all([assertTogether(a, keys, "s1"), assertTogether(b, keys, "s2")]);
    for (const balancer of [a, b]) {
      await balancer.isAlone();
      assertToldOnce(balancer, 0, redis.address);
    }
    const marks = [a, b].map(({ log }) => log.mark());
    await redis.start();
    await Promise.all([a.isShared(), b.isShared()]);
    const owners = await agreement(redis, [a, b], keys);
    assert.deepEqual(await a.servers(keys), owners);
    assert.deepEqual(await b.servers(keys), owners);
    for (const [i, [balancer, own]] of [[a, "s1"], [b, "s2"]].entries()) {
      const moved = keys.filter((key) => owners[key] !== own).length;
      const number = moved > 0 ? `\\b${moved}\\b` : "";
      const line = new RegExp(`(info|warning): .*\\bshared\\b.*${number}`);
      await balancer.log.waitFor(line, { since: marks[i] });
      assert.ok(balancer.told(marks[i]).length <= 2, balancer.told(marks[i]).join("\n"));
      const corrected = await balancer.corrected();
      assert.ok(corrected === undefined || corrected >= moved);
    }
  });

// Rule 7: only who has known them can tell an empty Redis, and the others wait for that.
onlyStickler("a Redis that is killed and comes back empty is told what one of them still knows",
  async (t) => {
    const { redis, servers, a, b } = await world(t);
    await disagree(a, b);
    const keys = keysNamed("k", 200);
    await a.servers(keys);
    const marks = [a, b].map(({ log }) => log.mark());
    await redis.kill();
    await Promise.all([a.isAlone(), b.isAlone()]);
    await assertTogether(a, keys, "s1");
    await assertTogether(a, keysNamed("new", 20), "s1");
    await assertTogether(b, keysNamed("other", 20), "s2");
    for (const [i, balancer] of [a, b].entries()) {
      assertToldOnce(balancer, marks[i], redis.address);
    }
    await redis.start();
    await Promise.all([a.isShared(), b.isShared()]);
    servers.forget();
    assert.deepEqual(new Set(Object.values(await b.servers(keys))), new Set(["s1"]));
    await agreement(redis, [a, b], keys);
    await a.servers([...keys, ...keysNamed("other", 20)]);
    await b.servers(keysNamed("new", 20));
    await b.servers(keysNamed("other", 20));
    assert.deepEqual(servers.split, {});
  });

// Rule 5: messages that came meanwhile are lost.
onlyStickler("a balancer that was cut off finds out what it has missed", async (t) => {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t);
  const proxy = await RedisProxy.start(t, redis);
  const [a, b] = await startPair(t, servers, {
    each: (i) => ({ redis: { address: [redis, proxy][i].address, ...kQuick } }),
  });
  await Promise.all([a.prefer("s1"), b.prefer("s1")]);
  const keys = ["moved", "kept", "cleared", ...keysNamed("k", 50)];
  await a.servers(keys);
  await b.servers(keys);
  proxy.cut();
  await b.isAlone();
  assert.equal(await b.server("/?k=moved"), "s1");
  await a.ready();
  await a.maint("s1");
  const other = await a.server("/?k=moved");
  assert.notEqual(other, "s1");
  await a.say("clear table t key cleared");
  await a.say("set server server-pro/s1 state ready");
  proxy.mend();
  await b.isShared();
  await eventually(() => b.server("/?k=moved"), (it) => it === other, "the move to be known");
  await b.hasOwner("cleared", undefined);
  assert.equal(await b.server("/?k=kept"), "s1");
  assert.equal(await a.server("/?k=kept"), "s1");
});

onlyStickler("tries to reach Redis become rarer", async (t) => {
  const proxy = await RedisProxy.start(t, await Redis.start(t));
  proxy.cut();
  const servers = await KeyServers.start(t);
  const a = await startSharing(t, servers, {
    redis: { address: proxy.address, wait: "50ms", timeout: "100ms" }, alone: true,
  });
  await proxy.connections.at(9, { limit: 2 * kLimit });
  const at = proxy.connections.entries.map((connection) => connection.at);
  assert.ok(at[9] - at[6] > at[3] - at[0], at.map((it) => Math.round(it - at[0])).join(" "));
  assertToldOnce(a, 0, proxy.address);
  proxy.mend();
  await a.isShared();
});

// ---- frozen, slow ----

onlyStickler("a Redis that freezes under a flood of new keys stops nobody", async (t) => {
  const { redis, a, b } = await world(t);
  await disagree(a, b);
  await a.servers(keysNamed("known", 10));
  const marks = [a, b].map(({ log }) => log.mark());
  redis.freeze();
  const keys = keysNamed("k", 300);
  await Promise.all([a, b].map((balancer) => balancer.servers(keys)));
  await Promise.all([a.isAlone(), b.isAlone()]);
  await assertTogether(a, [...keys, ...keysNamed("known", 10), ...keysNamed("more", 100)], "s1");
  await assertTogether(b, [...keys, ...keysNamed("more", 100)], "s2");
  for (const [i, balancer] of [a, b].entries()) {
    assertToldOnce(balancer, marks[i], redis.address);
  }
  redis.thaw();
  await Promise.all([a.isShared(), b.isShared()]);
  const owners = await agreement(redis, [a, b], keys);
  assert.deepEqual(await a.servers(keys), owners);
  assert.deepEqual(await b.servers(keys), owners);
  assert.equal(await b.server("/?k=known1"), "s1");
});

onlyStickler("a known key does not wait for a Redis that is silent", async (t) => {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t);
  const proxy = await RedisProxy.start(t, redis);
  // Of 10 s a renewal is due each second.
  const a = await startSharing(t, servers, {
    redis: { address: proxy.address, wait: "10s", timeout: "1m" }, table: { idle: "10s" },
  });
  const owner = await a.server("/?k=x");
  const asked = await redis.commands();
  proxy.hold(({ said }) => !/SUBSCRIBE/i.test(said));
  let over = false;
  const renewed = asked.waitFor(/t:x"/).finally(() => (over = true));
  const ask = () => within(a.server("/?k=x"), "a known key to be served", kLimit / 2);
  while (!over) assert.equal(await ask(), owner);
  await renewed;
  for (let i = 0; i < 5; ++i) assert.equal(await ask(), owner, "nor while it is being renewed");
});

onlyStickler("a slow Redis is not waited for, and corrects what was decided without it",
  async (t) => {
    const redis = await Redis.start(t);
    const servers = await KeyServers.start(t);
    const proxy = await RedisProxy.start(t, redis);
    const [a, b] = await startPair(t, servers, {
      each: (i) => ({ redis: { address: [redis, proxy][i].address, wait: ["3s", "20ms"][i],
                               timeout: "3s" } }),
    });
    await disagree(a, b);
    await a.servers(["x", "y"]);
    proxy.delay(300);
    assert.equal(await b.server("/?k=x"), "s2");
    await b.hasOwner("x", "s1");
    assert.equal(await b.server("/?k=x"), "s1");
    assert.equal(await b.sharing(), "shared");
    proxy.delay(0);
    await eventually(() => b.server("/?k=y"), (it) => it === "s1", "y to be a's");
  });

onlyStickler("a Redis that is slower than the time limit is given up", async (t) => {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t);
  const proxy = await RedisProxy.start(t, redis);
  const a = await startSharing(t, servers, {
    redis: { address: proxy.address, wait: "20ms", timeout: "200ms" },
  });
  const mark = a.log.mark();
  proxy.delay(2000);
  await a.servers(keysNamed("k", 20));
  await a.isAlone();
  await a.servers(keysNamed("l", 20));
  assertToldOnce(a, mark, proxy.address);
  proxy.delay(0);
  await a.isShared();
});

// ---- refuses ----

onlyStickler("a full Redis stops nobody, is named as full, and is used again when it has room",
  async (t) => {
    const { redis, a, b } = await world(t);
    await disagree(a, b);
    await a.servers(keysNamed("known", 5));
    const mark = a.log.mark();
    await redis.ask("CONFIG", "SET", "maxmemory", "1");
    const keys = keysNamed("k", 30);
    await Promise.all([a.servers(keys), b.servers(keys)]);
    await a.isAlone();
    await assertTogether(a, [...keys, ...keysNamed("known", 5)], "s1");
    assertToldOnce(a, mark, redis.address);
    assert.match(a.warnings(mark).join(), /OOM|memory|full/i);
    await redis.ask("CONFIG", "SET", "maxmemory", "0");
    await Promise.all([a.isShared(), b.isShared()]);
    await agreement(redis, [a, b], keys);
  });

onlyStickler("a wrong password, or none, is named and stops nobody", async (t) => {
  const redis = await Redis.start(t, { password: "right" });
  const file = path.join(redis.directory, "password");
  writeFileSync(file, "what-we-have\n", { mode: 0o600 });
  const servers = await KeyServers.start(t);
  const [wrong, none] = await startPair(t, servers, {
    alone: true,
    each: (i) => ({
      redis: { address: redis.address, ...kQuick, ...(i === 0 && { password_file: file }) },
    }),
  });
  for (const balancer of [wrong, none]) {
    await balancer.isAlone();
    await balancer.servers(keysNamed("k", 20));
    assertToldOnce(balancer, 0, redis.address);
    assert.match(balancer.warnings()[0], /WRONGPASS|NOAUTH|password/i);
    assert.doesNotMatch(balancer.log.entries.join("\n"), /what-we-have/);
  }
  await redis.ask("CONFIG", "SET", "requirepass", "what-we-have");
  redis.password = "what-we-have";
  await wrong.isShared();
  assert.equal(await none.sharing(), "alone");
});

onlyStickler("the Redis user of the documentation may do all that is done, and no more",
  async (t) => {
    const redis = await Redis.start(t);
    const words = documentedUser("secret");
    await redis.ask("ACL", "SETUSER", ...words);
    const file = path.join(redis.directory, "password");
    writeFileSync(file, "secret\n", { mode: 0o600 });
    const servers = await KeyServers.start(t);
    const [a, b] = await startPair(t, servers, {
      redis: {
        address: redis.address, user: words[0], password_file: file, database: 1, ...kQuick,
      },
      table: { idle: "2s" },
    });
    const events = await redis.events();
    const keys = keysNamed("k", 20);
    const owners = await a.servers(keys);
    assert.deepEqual(await b.servers(keys), owners);
    let over = false;
    const renewed = events.waitFor(({ key }) => key === `${kPrefix}k1`, { since: events.mark() })
      .finally(() => (over = true));
    while (!over) await a.server("/?k=k1");
    await renewed;
    await a.maint("s1");
    await a.servers(keys);
    await b.say("clear table t server s2");
    await b.say("clear table t");
    await a.hasOwner("k1", undefined);
    await redis.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    await Promise.all([a.isShared(), b.isShared()]);
    await b.servers(keys);
    assert.deepEqual(await redis.ask("ACL", "LOG"), []);
    const user = { user: words[0], password: "secret" };
    await assert.rejects(redis.askAs(user, "GET", "session:1"), /NOPERM/);
    await assert.rejects(redis.askAs(user, "DEL", `${kPrefix}k1`), /NOPERM/);
    await assert.rejects(redis.askAs(user, "FLUSHALL"), /NOPERM/);
    await assert.rejects(redis.askAs(user, "CONFIG", "GET", "*"), /NOPERM/);
  });

// ---- strange ----

onlyStickler("a Redis that has forgotten its scripts is told them again", async (t) => {
  const { redis, a, b } = await world(t);
  await disagree(a, b);
  await a.servers(["x", "y"]);
  await redis.ask("SCRIPT", "FLUSH");
  await a.server("/?k=new");
  await Promise.all([a.isShared(), b.isShared()]);
  await agreement(redis, [a], ["new"]);
  await redis.ask("SCRIPT", "FLUSH");
  await a.ready();
  await a.maint("s1");
  const moved = await a.server("/?k=x");
  await eventually(() => redis.ask("GET", `${kPrefix}x`), (it) => serverIn(it) === moved,
    "the move to be in Redis");
  await eventually(() => b.server("/?k=x"), (it) => it === moved, "the move to be known to b");
});

onlyStickler("values that are none of ours are no reason to fail, nor to disagree", async (t) => {
  const { redis, a, b } = await world(t, { redis: { wait: "500ms" } });
  await disagree(a, b);
  const values = ["garbage", " ", "1 2", "-1 0 s3", "x 1 s3", "1 x s3", "\x01\xff",
    "99999999999999999999 1 s3", "1 99999999999999999999 s3", "1 1 s3 s3", "z".repeat(100_000)];
  const keys = values.map((_, i) => `k${i}`);
  for (const [i, value] of values.entries()) await redis.ask("SET", `${kPrefix}k${i}`, value);
  await redis.ask("SET", `${kPrefix}empty`, "");
  await redis.ask("RPUSH", `${kPrefix}list`, "1 1 s3");
  const mark = a.log.mark();
  for (const key of [...keys, "empty", "list"]) {
    const first = await a.server(`/?k=${key}`);
    assert.equal(await a.server(`/?k=${key}`), first, key);
    await b.server(`/?k=${key}`);
  }
  for (const key of [...keys, "empty"]) {
    const owner = await a.server(`/?k=${key}`);
    await eventually(() => b.server(`/?k=${key}`), (it) => it === owner, `${key} to be agreed on`);
  }
  await Promise.all([a.isShared(), b.isShared()]);
  assert.ok(a.told(mark).length <= 10, a.told(mark).join("\n"));
});

onlyStickler("messages that are none of ours change nothing", async (t) => {
  const { redis, a, b } = await world(t);
  await disagree(a, b);
  assert.equal(await a.server("/?k=x"), "s1");
  const heard = await redis.messages("stickler:*");
  const messages = ["", " ", "garbage", "key", "key 1", "forget", "forget x", "beat", "beat x y",
    "key me t x 9 s3 x", "key me nowhere 9 9 s3 x", "\x01\xff\x80", "9".repeat(100_000)];
  for (const message of messages) await redis.ask("PUBLISH", "stickler:news", message);
  await heard.waitFor(({ message }) => message === messages.at(-1));
  await b.servers(keysNamed("k", 5)); // a's next news come after those
  await a.servers(keysNamed("k", 5));
  assert.equal(await a.owner("x"), "s1");
  assert.equal(await b.server("/?k=x"), "s1");
  assert.deepEqual(await Promise.all([a.sharing(), b.sharing()]), ["shared", "shared"]);
});

// Something else listens there, and says this to whoever comes.
async function assertGoesOnBefore(t, answer) {
  const servers = await KeyServers.start(t);
  const strange = await RawServer.start(t, (wire) => {
    wire.send(answer);
    return wire.drain(kLimit).catch(() => {});
  });
  const address = `127.0.0.1:${strange.port}`;
  const a = await startSharing(t, servers, {
    redis: { address, timeout: "100ms", wait: "20ms" }, alone: true,
  });
  await a.prefer("s1");
  await strange.connections.at(2);
  await assertTogether(a, keysNamed("k", 5), "s1");
  await a.isAlone();
  assertToldOnce(a, 0, address);
}

onlyStickler("what answers is no Redis at all", async (t) => {
  const answers = ["HTTP/1.1 400 Bad Request\r\n\r\n", "-\r\n", "\0\0\0", "*1\r\n".repeat(10_000),
    `+${"x".repeat(1_000_000)}`];
  for (const answer of answers) await assertGoesOnBefore(t, answer);
});

onlyStickler("what answers announces more than any memory holds", async (t) => {
  for (const answer of ["$4294967296000\r\n", "*2147483647\r\n"]) {
    await assertGoesOnBefore(t, answer);
  }
});
