// SPDX-License-Identifier: MIT
// The part of the harness that runs Redis: what a test asks of it happens.
import assert from "node:assert/strict";
import net from "node:net";
import { Redis } from "./harness/redis.mjs";
import { RedisProxy } from "./harness/redis_proxy.mjs";
import { Sentinels, startReplica } from "./harness/redis_sentinels.mjs";
import { scenario } from "./harness/scenario.mjs";
import { Timeline } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

scenario("a Redis answers, also at a Unix socket, and in a database of one's own", async (t) => {
  const redis = await Redis.start(t);
  assert.equal(await redis.ask("SET", "a b", "1 2"), "OK");
  assert.equal(await redis.ask("GET", "a b"), "1 2");
  assert.equal(await redis.ask("GET", "nobody"), null);
  assert.match(await redis.ask("INFO", "server"), /redis_version/);
  await assert.rejects(redis.ask("GET"), /GET: ERR wrong number/);
  const local = await Redis.start(t, { socket: true });
  await local.askAs({ database: 3 }, "SET", "é", "x");
  assert.deepEqual(await local.entries("*", { database: 3 }), { é: "x" });
  assert.deepEqual(await local.entries(), {});
});

scenario("what happens to keys, what is commanded and what is published can be awaited",
  async (t) => {
    const redis = await Redis.start(t, { password: "secret" });
    const [events, commands, messages] =
      await Promise.all([redis.events(), redis.commands(), redis.messages("n*")]);
    await redis.ask("SET", "é\r\n", "1", "PX", "50");
    await events.waitFor(({ event, key }) => event === "expired" && key === "é\r\n");
    await redis.ask("EVAL", "return redis.call('SET', KEYS[1], ARGV[1])", "1", "k", "v");
    await commands.waitFor(/ lua\] "SET" "k" "v"$/);
    await redis.ask("PUBLISH", "news", "say \"hi\"");
    assert.deepEqual(await messages.at(0), { channel: "news", message: "say \"hi\"" });
    await redis.kill();
    await assert.rejects(events.waitFor(() => false), /redis-cli has ended/);
  });

scenario("a Redis that is killed comes back empty, one that persists as it was", async (t) => {
  for (const persist of [false, true]) {
    const redis = await Redis.start(t, { persist });
    await redis.ask("SET", "k", "v");
    await redis.kill();
    await assert.rejects(redis.ask("GET", "k"), /Could not connect|refused/);
    await redis.start();
    assert.equal(await redis.ask("GET", "k"), persist ? "v" : null);
  }
});

scenario("a frozen Redis takes connections and answers nothing until it is thawed", async (t) => {
  const redis = await Redis.start(t);
  redis.freeze();
  const client = await RawClient.connect(t, { port: redis.port });
  client.send("PING\r\n");
  await assert.rejects(client.readThrough("\r\n", 300), /in vain/);
  redis.thaw();
  assert.equal(await client.readThrough("\r\n"), "+PONG\r\n");
  redis.freeze(); // and the clean-up ends it well
});

scenario("a user may do what its line says, and a full Redis refuses to write", async (t) => {
  const redis = await Redis.start(t, { lines: ["user u on >p ~u:* -@all +get"] });
  assert.equal(await redis.askAs({ user: "u", password: "p" }, "GET", "u:1"), null);
  await assert.rejects(redis.askAs({ user: "u", password: "p" }, "GET", "v"), /NOPERM/);
  await redis.ask("CONFIG", "SET", "maxmemory", "1");
  await assert.rejects(redis.ask("SET", "k", "v"), /OOM/);
});

scenario("a proxy delays, holds what one client is answered, cuts and mends", async (t) => {
  const redis = await Redis.start(t);
  const proxy = await RedisProxy.start(t, redis);
  const connect = () => RawClient.connect(t, { port: proxy.port });
  const [one, two] = [await connect(), await connect()];
  const ask = (client, word) => client.send(`ECHO ${word}\r\n`).readThrough(`${word}\r\n`);
  await Promise.all([ask(one, "one"), ask(two, "two")]);
  proxy.hold(({ said }) => said.includes("one"));
  const late = ask(one, "held");
  await ask(two, "passed");
  assert.equal(one.pending.length, 0);
  proxy.release();
  await late;
  proxy.delay(300);
  two.send("ECHO slow\r\n");
  await assert.rejects(two.readThrough("slow\r\n", 100), /in vain/);
  await two.readThrough("slow\r\n");
  proxy.cut();
  assert.equal(await one.expectClose(), "fin");
  assert.equal(await (await connect()).expectClose(), "fin");
  proxy.delay(0);
  proxy.mend();
  await ask(await connect(), "again");
  assert.equal(proxy.connections.mark(), 4);
});

scenario("a proxy before nobody ends its clients", async (t) => {
  const proxy = await RedisProxy.start(t, await Redis.prepare(t));
  const socket = net.connect(proxy.port, "127.0.0.1");
  const closed = new Timeline("ends");
  socket.on("error", () => {});
  socket.on("close", () => closed.push("closed"));
  await closed.at(0);
});

scenario("a replica takes no writes", async (t) => {
  const master = await Redis.start(t);
  const replica = await startReplica(t, master);
  const events = await replica.events();
  await master.ask("SET", "k", "v");
  await events.waitFor(({ key }) => key === "k");
  await assert.rejects(replica.ask("SET", "k", "w"), /READONLY/);
});

scenario("Sentinels replace a master that has died, and it returns as a replica", async (t) => {
  const all = await Sentinels.start(t);
  await all.failOver();
  await all.replica.ask("SET", "k", "v");
  await all.oldMasterReturns();
  await assert.rejects(all.master.ask("SET", "k", "w"), /READONLY/);
});
