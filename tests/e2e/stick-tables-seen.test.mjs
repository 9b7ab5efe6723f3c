// SPDX-License-Identifier: MIT
// Stick tables as people and scripts see and change them: `stickler show tables`, `show table`,
// `clear-table`, and the runtime socket's JSON.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { Browser } from "./harness/browser.mjs";
import { complaintsOf } from "./harness/prometheus.mjs";
import { Redis } from "./harness/redis.mjs";
import { runtimeSocket } from "./harness/runtime_socket.mjs";
import { onlyStickler, scenario } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { eventually } from "./harness/shared_tables.mjs";

// { code, stdout, stderr } of the program.
const run = (...words) => new Promise((resolve) => {
  execFile(kSticklerBinary, words, (error, stdout, stderr) => {
    resolve({ code: error?.code ?? 0, stdout, stderr });
  });
});

// Servers s1 to s3 and the tables `t`, whose keys are parameters, and `spare`, which nobody uses.
async function world(t, { table = {}, edit = () => {} } = {}) {
  const runtime = runtimeSocket(t, {
    edit: (config) => {
      config.tables = { t: table, spare: { entries: 1000 } };
      config.backends["server-pro"].stick = { table: "t", key: { query: "k" } };
      edit(config);
    },
  });
  const servers = await namedServers(t, ["s1", "s2", "s3"]);
  const balancer = await startStickler(t, { servers, cookie: null, check: null, workers: 2,
    ...runtime.settings });
  const browser = new Browser(t, balancer.plainUrl);
  const visit = async (key) => (await browser.get(`/?k=${encodeURIComponent(key)}`)).servedBy;
  const stickler = (...words) => run(...words, "--socket", runtime.path);
  const json = async (...words) => JSON.parse((await stickler(...words, "--json")).stdout);
  return { balancer, browser, visit, stickler, json, say: runtime.say };
}

onlyStickler("all tables are shown, with what was counted", async (t) => {
  const { visit, stickler, json } = await world(t);
  for (const key of ["a", "a", "a", "b"]) await visit(key);
  const { code, stdout, stderr } = await stickler("show", "tables");
  assert.deepEqual([code, stderr], [0, ""]);
  assert.match(stdout, /^TABLE +USED +SIZE +HITS +MISSES +CLAIMS +MOVES +EXPIRED +EVICTED +SHARED/);
  assert.match(stdout, /^spare +0 +1.0k +0 +0 +0 +0 +0 +0 +no *$/m);
  assert.match(stdout, /^t +2 +100k +2 +2 +2 +0 +0 +0 +no *$/m);
  const [, table] = await json("show", "tables");
  const { name, used, size, hits, misses, shared, sharing } = table;
  assert.deepEqual({ name, used, size, hits, misses, shared, sharing },
    { name: "t", used: 2, size: 100_000, hits: 2, misses: 2, shared: false, sharing: null });
});

onlyStickler("the keys of a table are shown, or one of them", async (t) => {
  const { visit, stickler, json } = await world(t);
  const owners = {};
  for (const key of ["a", "b c", "ä%"]) owners[key] = await visit(key);
  const { stdout } = await stickler("show", "table", "t");
  assert.match(stdout, /^KEY +SERVER +AGE +IDLE +EXPIRES IN\n/);
  assert.match(stdout, new RegExp(`^b%20c +${owners["b c"]} +\\d s +\\d s +\\d+ min$`, "m"));
  assert.equal(stdout.trimEnd().split("\n").length, 4);
  const all = await json("show", "table", "t");
  assert.deepEqual([all.table.name, all.complete, all.keys.length], ["t", true, 3]);
  for (const key of ["b c", "b%20c"]) {
    const [found, ...others] = (await json("show", "table", "t", "--key", key)).keys;
    assert.deepEqual([found.key, found.server, others], ["b%20c", owners["b c"], []]);
    assert.ok(found.expires_in > 1700 && found.expires_in <= 1800);
    assert.deepEqual([found.standing, found.version], ["own", 0]);
  }
  assert.match((await stickler("show", "table", "t", "--key", "ä%")).stdout, /^%C3%A4%25 +s\d /m);
  const none = await stickler("show", "table", "t", "--key", "nobody");
  assert.deepEqual([none.code, none.stdout.split("\n")[1]], [0, "nobody has the key nobody"]);
});

onlyStickler("keys are cleared: one, a server's, all; and it is said how many", async (t) => {
  const { visit, stickler, json, balancer } = await world(t);
  const keys = ["a", "b c", "d", "e", "f", "g"];
  const owners = Object.fromEntries(await Promise.all(
    keys.map(async (key) => [key, await visit(key)])));
  const clear = async (...words) => {
    const { code, stdout, stderr } = await stickler("clear-table", "t", ...words);
    assert.deepEqual([code, stderr], [0, ""]);
    return stdout;
  };
  const used = async () => (await json("show", "table", "t")).table.used;
  assert.equal(await clear("--key", "b%20c"), "table t: 1 key is forgotten\n");
  assert.equal(await clear("--key", "nobody"), "table t: 0 keys are forgotten\n");
  assert.equal(await clear("--key=line\nclear table t"), "table t: 0 keys are forgotten\n");
  assert.equal(await used(), 5);
  const of = keys.filter((key) => key !== "b c" && owners[key] === owners.a).length;
  assert.match(await clear("--server", `server-pro/${owners.a}`),
    new RegExp(`^table t: ${of} keys? (is|are) forgotten\n$`));
  assert.ok((await json("show", "table", "t")).keys.every(({ server }) => server !== owners.a));
  assert.equal(await clear(), `table t: ${5 - of} keys are forgotten\n`);
  assert.equal(await used(), 0);
  await balancer.log.waitFor(/table t: 1 key is cleared, by an administrator/);
});

onlyStickler("what is not there is refused, and nothing is cleared by mistake", async (t) => {
  const { visit, stickler, json, say } = await world(t);
  await visit("a");
  for (const words of [["show", "table", "nobody"], ["clear-table", "nobody"]]) {
    const { code, stdout, stderr } = await stickler(...words);
    assert.deepEqual([code, stdout, stderr], [1, "", "No such table\n"]);
  }
  assert.equal((await stickler("clear-table", "no\nclear table t")).code, 1);
  for (const words of [["--key="], ["--server="], ["--key", ""], ["--key=a", "--server=s1"]]) {
    assert.equal((await stickler("clear-table", "t", ...words)).code, 2, words.join(" "));
  }
  assert.equal((await stickler("clear-table")).code, 2);
  assert.equal((await stickler("show", "table")).code, 2);
  assert.equal((await json("show", "table", "t")).table.used, 1);
  assert.match(await say("show table t server s1"), /^usage: show table /);
});

// The same with `t` shared through a Redis, and with a statistics page.
async function sharedWorld(t) {
  const redis = await Redis.start(t);
  const edit = (config) => {
    config.redis = { address: redis.address };
    config.listeners.plain.stats = { uri: "/haproxy" };
    config.listeners.plain.metrics = { uri: "/metrics" };
  };
  const here = await world(t, { table: { shared: true }, edit });
  const text = async (target) => (await here.browser.get(target)).text;
  // Until `show tables` says so of t; its JSON.
  const becomes = (state) => eventually(async () => (await here.json("show", "tables"))[1],
    (it) => it.sharing.state === state, `t to be ${state}`);
  await becomes("shared");
  return { ...here, redis, text, becomes };
}

onlyStickler("of a table that is shared it is shown how that goes, and how sure each key is",
  async (t) => {
    const { visit, stickler, json, say, text, redis } = await sharedWorld(t);
    const owner = await visit("a");
    const { keys: [key] } = await eventually(() => json("show", "table", "t"),
      ({ keys }) => keys[0].standing === "settled", "the key to be settled");
    assert.deepEqual([key.key, key.server, key.version], ["a", owner, 1]);
    const at = `Redis at ${redis.address}, lag [\\d.< ]+ m?s, no other balancer was heard of, `;
    assert.match((await stickler("show", "tables")).stdout,
      new RegExp(`^t +1 +100k .* shared +${at}nothing waits$`, "m"));
    assert.match((await stickler("show", "table", "t")).stdout,
      new RegExp(`STANDING +VERSION\na +${owner} .* settled +1\n`));
    const lines = await say("show table t");
    assert.match(lines, new RegExp(`^# table: t, .*\n# shared for \\d+ s: ${at}nothing waits\n`));
    assert.match(lines, / standing=settled version=1\n/);
    assert.match(await text("/haproxy"), /▲ SHARED<.*Redis at 127/);
    assert.equal((await stickler("clear-table", "t", "--key", "a")).stdout,
      "table t: 1 key is forgotten, and those who share it are told\n");
  });

onlyStickler("while no Redis answers every view says so, and why; and when one does again",
  async (t) => {
    const { visit, stickler, say, text, redis, becomes } = await sharedWorld(t);
    assert.equal(complaintsOf(await text("/metrics")), "");
    assert.match(await text("/metrics"), /^stickler_redis_up 1$/m);
    await redis.kill();
    await visit("a");
    const { sharing } = await becomes("alone");
    assert.deepEqual([sharing.address, typeof sharing.trouble], [redis.address, "string"]);
    assert.match((await stickler("show", "tables")).stdout,
      /^t .* alone +Redis at \S+ does not answer \(.+\): each balancer decides by itself$/m);
    assert.match(await say("show table"), /^# alone for \d+ s: Redis at \S+ does not answer \(/m);
    assert.match((await stickler("show", "table", "t")).stdout, /^a .* alone +1$/m);
    const page = await text("/haproxy");
    assert.match(page, /▼ ALONE<.*Redis at \S+ does not answer \(/);
    assert.match(page, /<b>Warning<\/b> <span>stick tables: alone for \d+ s: Redis at /);
    assert.match(await text("/metrics"), /^stickler_redis_up 0$/m);
    await redis.start();
    assert.equal((await becomes("shared")).sharing.trouble, null);
    assert.match(await text("/metrics"), /^stickler_redis_up 1$/m);
  });

scenario("who looks for tables is told when nobody is there", async () => {
  for (const words of [["show", "tables"], ["show", "table", "t"], ["clear-table", "t"]]) {
    const { code, stderr } = await run(...words, "--socket", "/nonexistent/socket");
    assert.equal(code, 3);
    assert.match(stderr, /no running Stickler found/);
  }
});
