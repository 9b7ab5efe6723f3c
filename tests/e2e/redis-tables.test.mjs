// SPDX-License-Identifier: MIT
// Two balancers that share a stick table through Redis: a key has one server, whichever of them is
// asked. (What happens when Redis is in trouble: redis-trouble.test.mjs; under load:
// redis-load.test.mjs.)
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Redis } from "./harness/redis.mjs";
import { RedisProxy } from "./harness/redis_proxy.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import {
  eventually, inBatches, kPrefix, KeyServers, keysNamed, serverIn, startPair, startSharing,
  versionIn,
} from "./harness/shared_tables.mjs";

// { redis, servers, a, b }; `redis` are options of Redis.start(), the rest is of startPair().
async function world(t, { redis: options, through = {}, handler, ...settings } = {}) {
  const redis = await Redis.start(t, options);
  const servers = await KeyServers.start(t, { handler });
  const [a, b] = await startPair(t, servers, {
    redis: { address: redis.address, ...through }, ...settings,
  });
  return { redis, servers, a, b };
}

onlyStickler("what one balancer has decided the other finds, whoever is asked first", async (t) => {
  const { servers, a, b } = await world(t);
  await a.prefer("s1");
  await b.prefer("s2");
  for (const [i, key] of keysNamed("k", 20).entries()) {
    const [first, second] = i % 2 === 0 ? [a, b] : [b, a];
    assert.equal(await first.server(`/?k=${key}`), first === a ? "s1" : "s2");
    await second.server(`/?k=${key}`);
  }
  assert.deepEqual(servers.split, {});
});

onlyStickler("20 first requests of a key at one balancer ask Redis once, however slow it is",
  async (t) => {
    const redis = await Redis.start(t);
    const servers = await KeyServers.start(t);
    const proxy = await RedisProxy.start(t, redis);
    const a = await startSharing(t, servers, { redis: { address: proxy.address } });
    const commands = await redis.commands();
    proxy.delay(50);
    const asked = Array.from({ length: 20 }, () => a.server("/?k=once"));
    assert.equal(new Set(await Promise.all(asked)).size, 1);
    await redis.ask("ECHO", "the end");
    await commands.waitFor(/"the end"/);
    const claims = commands.entries.filter((it) => /t:once"/.test(it) && !/ lua\]/.test(it));
    assert.equal(claims.length, 1, claims.join("\n"));
  });

// Rule 1 and 2 of what a first try gets wrong: messages and answers come by two connections.
onlyStickler("a message is believed, and an older answer that comes after it is not", async (t) => {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t);
  const proxy = await RedisProxy.start(t, redis);
  const [a, b] = await startPair(t, servers, {
    each: (i) => ({ redis: { address: [redis, proxy][i].address, timeout: "20s" } }),
  });
  await a.prefer("s1");
  assert.equal(await a.server("/?k=x"), "s1");
  const commands = await redis.commands();
  proxy.hold(({ said }) => !/SUBSCRIBE/i.test(said));
  const asked = b.server("/?k=x");
  await commands.waitFor(/ lua\] .*t:x"/); // the answer, s1, is on its way
  await a.ready();
  await a.maint("s1");
  const moved = await a.server("/?k=x");
  await b.hasOwner("x", moved);
  proxy.release();
  assert.ok(["s1", moved].includes(await asked));
  await b.server("/?k=y"); // another answer, by which the old one has been read
  assert.equal(await b.owner("x"), moved);
  assert.equal(await b.server("/?k=x"), moved);
});

onlyStickler("two balancers that see a server die agree on another one for each of its keys",
  async (t) => {
    const { redis, servers, a, b } = await world(t);
    const keys = keysNamed("k", 40);
    await Promise.all([a.prefer("s1"), b.prefer("s1")]);
    await a.servers(keys);
    await b.servers(keys);
    await Promise.all([a.ready(), b.ready()]);
    servers.get("s1").stop();
    await Promise.all([a, b].map(({ stickler }) => stickler.waitForDown("s1")));
    // Both move each key at the same moment, and to different servers if they can.
    await inBatches(keys, (key) =>
      Promise.all([a, b, a, b].map((balancer) => balancer.server(`/?k=${key}`))));
    const stands = async () => {
      const entries = await redis.entries(`${kPrefix}*`);
      return Object.fromEntries(keys.map((key) => [key, serverIn(entries[kPrefix + key])]));
    };
    const wanted = await stands();
    for (const balancer of [a, b]) {
      await eventually(() => balancer.owners(), (owners) =>
        keys.every((key) => owners[key] === wanted[key]), "the table to agree with Redis");
    }
    servers.forget();
    assert.deepEqual(await a.servers(keys), wanted);
    assert.deepEqual(await b.servers(keys), wanted);
    assert.deepEqual(servers.split, {});
    assert.deepEqual(await stands(), wanted);
    assert.ok(!Object.values(wanted).includes("s1"));
    const entries = await redis.entries(`${kPrefix}*`);
    for (const key of keys) assert.equal(versionIn(entries[kPrefix + key]), 2, "moved once");
  });

onlyStickler("a move at one balancer is followed by the other, which sees no reason for it",
  async (t) => {
    const { redis, a, b } = await world(t);
    const first = await a.server("/?k=x");
    assert.equal(await b.server("/?k=x"), first);
    const events = await redis.events();
    await a.maint(first);
    const second = await a.server("/?k=x");
    assert.notEqual(second, first);
    await b.hasOwner("x", second);
    assert.equal(await b.server("/?k=x"), second);
    await events.waitFor(({ key }) => key === `${kPrefix}x`);
    assert.equal(serverIn(await redis.ask("GET", `${kPrefix}x`)), second);
  });

onlyStickler("clearing a key, a server's keys or all clears them everywhere", async (t) => {
  const { redis, a, b } = await world(t);
  const keys = keysNamed("k", 12);
  const owners = await a.servers(keys);
  await b.servers(keys);
  const left = async (balancer) => Object.keys(await balancer.owners()).length;
  const inRedis = async () =>
    Object.values(await redis.entries(`${kPrefix}*`)).filter((value) => serverIn(value)).length;
  const isLeft = (count) => Promise.all([() => left(a), () => left(b), inRedis].map((ask) =>
    eventually(ask, (found) => found === count, `${count} keys to be left`)));
  await isLeft(keys.length);
  await a.say("clear table t key k1");
  await isLeft(keys.length - 1);
  const ofS2 = keys.slice(1).filter((key) => owners[key] === "s2");
  assert.ok(ofS2.length > 0);
  await b.say("clear table t server s2");
  await isLeft(keys.length - 1 - ofS2.length);
  await a.say("clear table t");
  await isLeft(0);
  await b.prefer("s3");
  assert.equal(await b.server("/?k=k1"), "s3", "a key that was cleared is new");
  assert.equal(await a.server("/?k=k1"), "s3");
});

onlyStickler("one balancer clears what only the other knows", async (t) => {
  const { redis, a, b } = await world(t);
  const keys = keysNamed("k", 5);
  await a.servers(keys);
  await b.say("clear table t");
  for (const key of keys) await a.hasOwner(key, undefined);
  await eventually(() => redis.entries(`${kPrefix}*`),
    (entries) => Object.values(entries).every((value) => !serverIn(value)), "no key in Redis");
  // What remains for a while says that the key is forgotten, and goes by itself.
  const [tombstone] = Object.keys(await redis.entries(`${kPrefix}*`));
  if (tombstone) assert.ok(await redis.ask("PTTL", tombstone) <= 20_000);
});

// Rule 3: a key that is only found in the table here would expire in Redis.
onlyStickler("a key in use at one balancer lives on in Redis, one that nobody uses does not",
  async (t) => {
    const { redis, a, b } = await world(t, { table: { idle: "2s" } });
    await Promise.all([a.prefer("s1"), b.prefer("s2")]);
    const events = await redis.events();
    await a.servers(["used", "unused"]);
    const expired = (name) => ({ event, key }) => event === "expired" && key === kPrefix + name;
    let over = false;
    const gone = events.waitFor(expired("unused")).finally(() => (over = true));
    while (!over) assert.equal(await a.server("/?k=used"), "s1");
    await gone;
    assert.equal(await b.server("/?k=used"), "s1");
    assert.equal(await b.server("/?k=unused"), "s2", "everybody has forgotten it");
    assert.ok(!events.entries.some(expired("used")));
  });

onlyStickler("a key that Redis has lost is written again while it is used", async (t) => {
  const { redis, a, b } = await world(t, { table: { idle: "2s" } });
  await Promise.all([a.prefer("s1"), b.prefer("s2")]);
  await a.server("/?k=x");
  const events = await redis.events();
  await redis.ask("DEL", `${kPrefix}x`);
  let over = false;
  const written = events.waitFor(({ event, key }) => event === "set" && key === `${kPrefix}x`)
    .finally(() => (over = true));
  while (!over) assert.equal(await a.server("/?k=x"), "s1");
  await written;
  assert.equal(await b.server("/?k=x"), "s1");
});

onlyStickler("a key that is used all the time costs Redis next to nothing", async (t) => {
  const { redis, a } = await world(t, { table: { idle: "1m" } });
  const owner = await a.server("/?k=x");
  const commands = await redis.commands();
  const hits = 500;
  for (let i = 0; i < hits; ++i) assert.equal(await a.server("/?k=x"), owner);
  const asked = commands.entries.filter((line) => line.includes(`${kPrefix}x`));
  assert.ok(asked.length < hits / 10, `${asked.length} commands for ${hits} hits`);
});

onlyStickler("keys can be read with redis-cli, and live there a little longer than idle",
  async (t) => {
    const { redis, a } = await world(t, { table: { idle: "1m" } });
    const before = Math.floor(Date.now() / 1000);
    const server = await a.server("/?k=65f0a1b2c3d4e5f6a7b8c9d0");
    const value = await redis.ask("GET", `${kPrefix}65f0a1b2c3d4e5f6a7b8c9d0`);
    const [, version, since, name] = /^(\d+) (\d+) (\S+)$/.exec(value);
    assert.deepEqual([version, name], ["1", server]);
    assert.ok(before - 1 <= since && since <= Date.now() / 1000 + 1);
    const left = await redis.ask("PTTL", `${kPrefix}65f0a1b2c3d4e5f6a7b8c9d0`);
    assert.ok(50_000 < left && left <= 120_000, `${left} ms`);
    await a.server("/?k=b%20c");
    assert.equal(serverIn(await redis.ask("GET", `${kPrefix}b c`)), await a.server("/?k=b%20c"));
    const names = Object.keys(await redis.entries());
    assert.ok(names.every((it) => it.startsWith("stickler:")), names.join());
  });

onlyStickler("a hashed table gives Redis nothing that clients have sent, and is shared",
  async (t) => {
    const redis = await Redis.start(t);
    const file = path.join(redis.directory, "hash.key");
    writeFileSync(file, "0123456789abcdef0123456789abcdef\n", { mode: 0o600 });
    const commands = await redis.commands();
    const servers = await KeyServers.start(t);
    const [a, b] = await startPair(t, servers, {
      redis: { address: redis.address, hash_key_file: file }, table: { hashed: true },
      key: { field: "X" },
    });
    await Promise.all([a.prefer("s1"), b.prefer("s2")]);
    assert.equal(await a.server("/", ["X: my-secret"]), "s1");
    assert.equal(await b.server("/", ["X: my-secret"]), "s1");
    assert.equal(await b.server("/", ["X: another-secret"]), "s2");
    assert.equal(await a.server("/", ["X: another-secret"]), "s2");
    assert.equal(Object.keys(await redis.entries(`${kPrefix}*`)).length, 2);
    assert.equal(await a.owner("my-secret"), "s1");
    await b.say("clear table t key my-secret");
    await a.hasOwner("my-secret", undefined);
    await redis.ask("ECHO", "the end");
    await commands.waitFor(/"the end"/);
    assert.deepEqual(commands.entries.filter((it) => /secret/.test(it)), []);
  });

onlyStickler("a key that a server has made at one balancer is known at the other", async (t) => {
  const handler = (request, response) => {
    const made = /^\/login\/(\w+)/.exec(request.url);
    if (made) response.setHeader("Set-Cookie", `JSESSIONID=${made[1]}; Path=/`);
    return false;
  };
  const { a, b } = await world(t, {
    handler, key: { cookie: "JSESSIONID" }, stick: { learn: { set_cookie: "JSESSIONID" } },
  });
  await b.prefer("s3");
  for (const name of ["one", "two", "three"]) {
    const made = await a.server(`/login/${name}`);
    await eventually(() => a.owner(name), (it) => it === made, "the key to be learned");
    assert.equal(await b.server("/", [`Cookie: JSESSIONID=${name}`]), made);
  }
});

onlyStickler("Redis at a Unix socket, with a password, another database and another prefix",
  async (t) => {
    const redis = await Redis.start(t, { socket: true, password: "pass word" });
    const file = path.join(redis.directory, "password");
    writeFileSync(file, "pass word\n", { mode: 0o600 });
    const servers = await KeyServers.start(t);
    const [a, b] = await startPair(t, servers, {
      redis: { address: redis.address, password_file: file, database: 3, prefix: "lb/eu:" },
    });
    const owners = await a.servers(keysNamed("k", 10));
    assert.deepEqual(await b.servers(Object.keys(owners)), owners);
    const entries = await redis.entries("lb/eu:table:t:*", { database: 3 });
    assert.equal(Object.keys(entries).length, 10);
    assert.deepEqual(await redis.entries(), {}, "nothing in database 0");
    const all = Object.keys(await redis.entries("*", { database: 3 }));
    assert.ok(all.every((key) => key.startsWith("lb/eu:")), all.join());
  });

onlyStickler("tables of another name or prefix, or not shared, do not meet", async (t) => {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t);
  const start = (settings) =>
    startSharing(t, servers, { redis: { address: redis.address }, ...settings });
  const a = await start({});
  const others = [
    await start({ redis: { address: redis.address, prefix: "other:" } }),
    await start({ stick: { table: "u" }, tables: { u: { shared: true } } }),
    await start({ stick: { table: "v" }, tables: { v: {} } }),
  ];
  await a.prefer("s1");
  assert.equal(await a.server("/?k=x"), "s1");
  for (const other of others) {
    await other.prefer("s2");
    assert.equal(await other.server("/?k=x"), "s2");
  }
  const names = Object.keys(await redis.entries("*:table:*")).sort();
  assert.deepEqual(names, ["other:table:t:x", "stickler:table:t:x", "stickler:table:u:x"]);
});

onlyStickler("a reload keeps keys and connections, and what is new is shared", async (t) => {
  const { redis, servers, a, b } = await world(t);
  const keys = keysNamed("k", 20);
  const owners = await a.servers(keys);
  const connections = async () => (await redis.ask("CLIENT", "LIST")).match(/ name=stickler/g);
  const before = (await connections()).length;
  const [one, two, three] = servers.list;
  await a.stickler.reload({ servers: [three, one, two] });
  assert.deepEqual(await a.servers(keys), owners);
  await a.prefer("s1");
  assert.equal(await a.server("/?k=new"), "s1");
  await b.prefer("s2");
  assert.equal(await b.server("/?k=new"), "s1");
  assert.deepEqual(await b.servers(keys), owners);
  assert.equal((await connections()).length, before);
});

onlyStickler("a balancer that is started anew finds its keys in Redis", async (t) => {
  const redis = await Redis.start(t);
  const servers = await KeyServers.start(t);
  const settings = { redis: { address: redis.address } };
  const first = await startSharing(t, servers, settings);
  await first.prefer("s1");
  const keys = keysNamed("k", 20);
  await first.servers(keys);
  first.stickler.signal("SIGTERM");
  assert.equal((await first.stickler.expectExit()).code, 0);
  const second = await startSharing(t, servers, settings);
  await second.prefer("s2");
  await second.servers(keys);
  assert.deepEqual(servers.split, {});
});

// ---- servers that only others have ----

onlyStickler("a key of a server that is not known here is served, the same way, and left alone",
  async (t) => {
    const { redis, a, b } = await world(t);
    const value = `3 ${Math.floor(Date.now() / 1000)} newer-server`;
    for (const key of ["x", "y"]) await redis.ask("SET", kPrefix + key, value, "PX", 60_000);
    const server = await a.server("/?k=x");
    for (let i = 0; i < 5; ++i) assert.equal(await a.server("/?k=x"), server);
    assert.equal(await b.server("/?k=x"), server, "another balancer that does not know it either");
    await a.server("/?k=y");
    assert.equal(await redis.ask("GET", `${kPrefix}x`), value);
    const told = a.log.entries.filter((line) => /warning: .*newer-server/.test(line));
    assert.equal(told.length, 1, told.join("\n"));
  });

// ---- keys that servers make ----

onlyStickler("a key that a server has made is in Redis before the client has the answer",
  async (t) => {
    const redis = await Redis.start(t);
    const proxy = await RedisProxy.start(t, redis);
    const servers = await KeyServers.start(t, {
      handler: (request, response) => {
        const made = new URL(request.url, "http://s").searchParams.get("make");
        if (made !== null) response.setHeader("Set-Cookie", `id=${made}; Path=/`);
        return false;
      },
    });
    const [a, b] = await startPair(t, servers, {
      key: { cookie: "id" }, stick: { learn: { set_cookie: "id" } },
      each: (i) => ({ redis: { address: [proxy, redis][i].address } }),
    });
    proxy.delay(20);
    for (const made of keysNamed("m", 10)) {
      const server = await a.server(`/?make=${made}`);
      assert.equal(serverIn(await redis.ask("GET", kPrefix + made)), server);
      assert.equal(await b.server("/", [`Cookie: id=${made}`]), server);
    }
  });
