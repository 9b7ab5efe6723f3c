// SPDX-License-Identifier: MIT
// The part of the harness that runs etcd, SeaTable's stand-ins and their database: what a test asks
// of them happens, and what must be noticed is noticed.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { io } from "socket.io-client";
import { ask, post } from "./harness/ask.mjs";
import { BaseDatabase } from "./harness/base_database.mjs";
import { Chaos, planOf } from "./harness/chaos.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { Editing } from "./harness/dtable_editors.mjs";
import { DtableNodes, kPrefix } from "./harness/dtable_nodes.mjs";
import { startEtcd, startEtcdCluster } from "./harness/etcd.mjs";
import { scenario } from "./harness/scenario.mjs";
import { eventually } from "./harness/shared_tables.mjs";
import { TcpCutter } from "./harness/tcp_cutter.mjs";
import { deferred, Timeline, within } from "./harness/wait.mjs";

const kBase = "7f84e1a1-66e2-41d4-a716-446655440000";
const kBucket = "7f";
const kRows = `/api/v1/dtables/${kBase}/rows/`;

// ---- etcd ----

scenario("an etcd answers, keeps leases, tells what happens, and forgets what is compacted",
  async (t) => {
    const { client } = await startEtcd(t);
    const heard = await client.watch("/a/");
    await client.put("/a/é", "1");
    await client.put("/b", "2");
    assert.equal(await client.get("/a/é"), "1");
    assert.equal(await client.get("/a"), undefined);
    assert.deepEqual(await client.getPrefix("/a/"), { "/a/é": "1" });
    const lease = await client.grantLease(1);
    await client.putWithLease("/a/leased", "x", lease);
    assert.equal((await client.entry("/a/leased")).lease, lease);
    assert.equal(await client.keepAlive(lease), 1);
    await heard.waitFor(({ key, value }) => key === "/a/leased" && value === undefined);
    assert.equal(await client.keepAlive(lease), 0);
    await assert.rejects(client.putWithLease("/a/leased", "x", lease), { code: 5 });
    assert.deepEqual(heard.entries[0], { key: "/a/é", value: "1" });
    const { mod_revision: revision } = await client.entry("/a/é");
    await client.compact();
    const old = client.call("/v3/kv/range", { key: "L2E=", revision });
    await assert.rejects(old, /compacted/);
    assert.equal(await client.del("/a/é"), 1);
    assert.equal(await client.del("/a/é"), 0);
  });

scenario("of three members one may be killed or frozen, and comes back", async (t) => {
  const etcd = await startEtcdCluster(t);
  await etcd.client.put("k", "v");
  const first = await etcd.leader();
  await etcd.kill(first);
  const second = await etcd.leader();
  assert.notEqual(second, first);
  assert.equal(await etcd.client.get("k"), "v");
  await etcd.restart(first);
  etcd.freeze(second);
  const third = await etcd.leader();
  assert.notEqual(third, second);
  await assert.rejects(etcd.client.callAt(second, "/version"), { name: "AbortError" });
  etcd.thaw(second);
  assert.equal(await etcd.client.get("k"), "v");
});

scenario("a member whose disk hangs writes nothing until it is well again", async (t) => {
  const etcd = await startEtcd(t);
  await etcd.client.put("k", "1");
  const disk = await etcd.hangDisk(0);
  await assert.rejects(etcd.client.put("k", "2"), { name: "AbortError" });
  await assert.rejects(etcd.client.get("k"), { name: "AbortError" });
  await disk.end();
  await etcd.client.put("k", "3");
  assert.equal(await etcd.client.get("k"), "3");
  const slow = await etcd.hangDisk(0, 200);
  await etcd.client.put("k", "4");
  await slow.end();
});

scenario("a leader whose disk hangs is deposed, and others write until it is well again",
  async (t) => {
    const etcd = await startEtcdCluster(t);
    await etcd.makeLeader(0);
    const disk = await etcd.hangDisk(0);
    await etcd.client.put("last", "1").catch(() => {}); // whether it counts is unknown
    assert.notEqual(await etcd.leader(), 0);
    await etcd.client.put("k", "2");
    await assert.rejects(etcd.client.callAt(0, "/v3/kv/range", { key: "aw==" }));
    await disk.end();
    const read = () => etcd.client.callAt(0, "/v3/kv/range", { key: "aw==" }).catch(() => ({}));
    await eventually(read, ({ kvs }) => kvs?.[0].value === "Mg==", "it to know what is new");
  });

scenario("without a quorum nothing is written until there is one", async (t) => {
  const etcd = await startEtcdCluster(t);
  await etcd.kill(0, 1);
  await assert.rejects(etcd.client.put("k", "v"));
  await etcd.restart(0);
  await eventually(() => etcd.client.put("k", "v").then(() => true, () => false), Boolean,
    "etcd to write again");
});

scenario("started again it knows what it knew; empty, nothing", async (t) => {
  for (const members of [1, 3]) {
    const etcd = await startEtcdCluster(t, members);
    await etcd.client.put("k", "v");
    const cluster = await clusterOf(etcd);
    await etcd.restart();
    assert.equal(await etcd.client.get("k"), "v");
    await etcd.restartEmpty();
    assert.equal(await etcd.client.get("k"), undefined);
    assert.equal(await clusterOf(etcd), cluster);
    await etcd.restartEmpty({ anew: true });
    assert.notEqual(await clusterOf(etcd), cluster);
  }
});

async function clusterOf({ client }) {
  return (await client.call("/v3/maintenance/status")).header.cluster_id;
}

scenario("with TLS it wants a certificate, with users a password", async (t) => {
  const secure = await startEtcd(t, { tls: true });
  const heard = await secure.client.watch("k");
  await secure.client.put("k", "v");
  await heard.at(0);
  const ca = readFileSync(secure.identity.authority);
  await assert.rejects(secure.newClient({ tls: { ca } }).get("k"), /certificate|alert|ECONNRESET/);

  const auth = { user: "stickler", password: "secret", prefix: kPrefix };
  const etcd = await startEtcd(t, { auth });
  const limited = etcd.newClient(auth);
  const lease = await limited.grantLease(5);
  await limited.putWithLease(`${kPrefix}x`, "1", lease);
  await assert.rejects(limited.put("other", "1"), /permission denied/);
  await assert.rejects(etcd.nobody.get(`${kPrefix}x`), /user name is empty/);
  const wrong = etcd.newClient({ ...auth, password: "x" });
  await assert.rejects(wrong.get("k"), /authentication failed/);
  assert.equal(await etcd.client.get(`${kPrefix}x`), "1");
});

scenario("a cutter stalls, cuts and heals the ways to etcd", async (t) => {
  const etcd = await startEtcd(t);
  const cutter = await TcpCutter.start(t, etcd.endpoints);
  const client = etcd.newClient({ limit: 60_000 });
  client.endpoints = cutter.endpoints;
  await client.put("k", "1");
  cutter.stall();
  const late = client.put("k", "2");
  const heard = await etcd.client.watch("k");
  assert.equal(await etcd.client.get("k"), "1");
  cutter.heal();
  await late;
  await heard.at(0);
  cutter.cut();
  await assert.rejects(client.get("k"), { code: "ECONNRESET" });
  cutter.heal();
  assert.equal(await client.get("k"), "2");
});

scenario("a cutter holds a request that fits, which arrives late, and is answered", async (t) => {
  const etcd = await startEtcd(t);
  const cutter = await TcpCutter.start(t, etcd.endpoints);
  const client = etcd.newClient({ limit: 60_000 });
  client.endpoints = cutter.endpoints;
  const held = cutter.stallAt(({ value }) => value === "Mg==");
  await client.put("k", "1");
  const put = client.put("k", "2");
  const late = await held;
  assert.equal(late.body.value, "Mg==");
  const other = client.put("k", "3");
  assert.equal(await etcd.client.get("k"), "1");
  assert.ok((await late.arrive()).header.revision);
  assert.equal(await etcd.client.get("k"), "2");
  cutter.heal();
  await Promise.all([put, other]);
  assert.equal(await etcd.client.get("k"), "3");
  const again = cutter.stallAt(() => true);
  const last = client.put("k", "4");
  await again;
  cutter.heal();
  await last;
  assert.equal(await etcd.client.get("k"), "4");
});

// ---- the stand-in ----

async function world(t, { members = 1, ...options } = {}) {
  const etcd = await startEtcdCluster(t, members);
  const database = await BaseDatabase.start(t);
  const nodes = new DtableNodes(t, { etcd, database, ...options });
  return { etcd, database, nodes };
}

async function edit(node, row, options) {
  const answer = await post(node.port, kRows, { row }, options);
  return answer.status === 200 ? answer.json : answer.status;
}

async function rows(node, options) {
  const answer = await ask(node.port, kRows, options);
  return answer.status === 200 ? answer.json.rows : answer.status;
}

function stored(database, count) {
  return database.events.waitFor((it) => it.kind === "store" && it.rows.length >= count);
}

scenario("a node registers, and keeps rows in memory until it writes them late", async (t) => {
  const { etcd, database, nodes } = await world(t, { members: 3 });
  const node = await nodes.add();
  assert.deepEqual(JSON.parse(await etcd.client.get(`${kPrefix}nodes/dtable-server-01`)), {
    node_url: "https://dtable-server-01.example.com/",
    local_node_url: `http://127.0.0.1:${node.port}/`,
  });
  assert.equal((await ask(node.port, "/ping/")).text, "pong");
  assert.equal((await edit(node, "one")).node, node.name);
  assert.deepEqual(database.rows(kBase), []);
  assert.deepEqual(database.loadedBy(kBase), [node.name]);
  assert.deepEqual(await rows(node), ["one"]);
  const forms = [`/x/dtables/${kBase.toUpperCase()}`, `/dtables/${kBase.replaceAll("-", "%2D")}/`,
                 `/dtables/${kBase.replaceAll("-", "")}`, `/api?dtable_uuid=${kBase}`];
  for (const form of forms) assert.equal((await ask(node.port, form)).json.base, kBase, form);
  await stored(database, 1);
  assert.deepEqual(database.rows(kBase), ["one"]);
  assert.deepEqual(database.violations(), []);
});

scenario("rows come over socket.io, and a client whose node ends connects again", async (t) => {
  const { database, nodes } = await world(t);
  const node = await nodes.add();
  const socket = io(node.url, {
    query: { dtable_uuid: kBase }, transports: ["websocket"], forceNew: true, reconnectionDelay: 50,
  });
  cleanUp(t, () => socket.disconnect());
  const connections = new Timeline("connections");
  socket.on("connect", () => connections.push("connected"));
  await connections.at(0);
  const answer = await within(socket.emitWithAck("edit", "one"), "the acknowledgement");
  assert.equal(answer.node, node.name);
  await stored(database, 1);
  await node.kill();
  await node.start();
  await connections.at(1);
  const known = await within(socket.emitWithAck("rows"), "the rows");
  assert.deepEqual(known.rows, ["one"]);
  assert.deepEqual(database.violations(), []);
});

scenario("a base that two nodes are asked for is a double load, and an overwrite", async (t) => {
  const { database, nodes } = await world(t);
  const [one, two] = [await nodes.add(), await nodes.add()];
  await edit(one, "one");
  assert.deepEqual(database.violations(), []);
  await edit(two, "two");
  const [found] = database.violations();
  assert.equal(found.kind, "double load");
  assert.match(found.text, /by dtable-server-02-\d+ while dtable-server-01 had it/);
  await eventually(() => database.violations().map(({ kind }) => kind),
    (kinds) => kinds.includes("stale overwrite") && kinds.includes("stranger's overwrite"),
    "the overwrite to be noticed");
});

scenario("a node that was killed has nothing, and what it had not written is lost", async (t) => {
  const { database, nodes } = await world(t, { writeEvery: 60_000 });
  const [one, two] = [await nodes.add(), await nodes.add()];
  const { session } = await edit(one, "one");
  assert.equal(database.isGone(session), false);
  await one.kill();
  assert.equal(database.isGone(session), true);
  assert.deepEqual(await rows(two), []);
  assert.deepEqual(database.violations(), []);
  await one.start();
  await edit(one, "again");
  assert.equal(database.violations().length, 1, "it is alive again, and two has the base");
});

scenario("a node frozen past its lease drops what it had, and writes nothing", async (t) => {
  const { database, nodes } = await world(t, { writeEvery: 60_000 });
  const [one, two] = [await nodes.add(), await nodes.add()];
  await edit(one, "one");
  await one.freezePastLease();
  await edit(two, "two");
  const late = edit(one, "late").catch(({ code }) => code);
  const lost = one.told("lost its lease");
  const back = one.told("registered");
  one.thaw();
  assert.equal((await lost).dropped, 1);
  await back;
  assert.ok([503, "ECONNRESET"].includes(await late), String(await late));
  assert.equal((await edit(two, "three")).node, two.name);
  assert.deepEqual(database.violations(), []);
  assert.deepEqual(database.rows(kBase), []);
});

scenario("a node frozen for less than its lease goes on as if nothing had been", async (t) => {
  const { nodes } = await world(t);
  const node = await nodes.add();
  await edit(node, "one");
  node.freeze();
  const late = edit(node, "late");
  node.thaw();
  assert.equal((await late).node, node.name);
  assert.deepEqual(await rows(node), ["one", "late"]);
  assert.deepEqual(nodes.of("lost its lease"), []);
});

scenario("a node that loses etcd, or its lease there, writes out, forgets and comes back",
  async (t) => {
    const { etcd, database, nodes } = await world(t, { writeEvery: 60_000 });
    const node = await nodes.add();
    await edit(node, "one");
    const lost = node.told("lost its lease");
    const mark = nodes.events.mark();
    await etcd.kill();
    assert.equal((await lost).dropped, 0);
    assert.deepEqual(database.rows(kBase), ["one"]);
    assert.deepEqual(database.loadedBy(kBase), []);
    assert.equal(await rows(node), 503);
    await etcd.restart();
    await node.told("registered", { since: mark });
    await edit(node, "two");
    const again = node.told("registered");
    await etcd.client.revoke((await etcd.client.entry(`${kPrefix}nodes/${node.name}`)).lease);
    await again;
    assert.deepEqual(database.rows(kBase), ["one", "two"]);
    assert.deepEqual(database.violations(), []);
  });

scenario("a node that is cut off from all takes its time, and has let go within the grace",
  async (t) => {
    const { database, nodes } = await world(t, { cuttable: true, forgetsAfter: 300 });
    const [one, two] = [await nodes.add(), await nodes.add({ cuttable: false })];
    const url = new URL(one.settings.url);
    assert.notEqual(url.port, String(one.port));
    await post(url.port, kRows, { row: "one" });
    const lost = one.told("lost its lease");
    const back = one.told("registered");
    one.cutter.stall();
    await assert.rejects(ask(url.port, "/ping/", { limit: 200 }), /in vain/);
    assert.equal((await lost).dropped, 0);
    assert.deepEqual(await rows(two), ["one"]);
    one.cutter.heal();
    await back;
    assert.equal((await ask(url.port, "/ping/")).text, "pong");
    assert.deepEqual(database.violations(), []);
  });

scenario("who edits notices what is lost", async (t) => {
  const { database, nodes } = await world(t, { writeEvery: 60_000 });
  const node = await nodes.add();
  const balancers = [{ ports: { proxy: node.port } }];
  const all = { database, balancers, assertSafe: () => {} };
  const others = [kBase.replace("7f", "00"), kBase.replace("7f", "ff")];
  const editing = Editing.start(t, all, [kBase, ...others], { by: ["http", "tunnel"] });
  await editing.allGoOn();
  await editing.allGoOn();
  node.process.kill("SIGKILL");
  await editing.refused.at(0);
  await editing.end();
  const { session } = editing.acknowledged.entries[0];
  assert.equal(editing.lost().length, editing.acknowledged.mark());
  database.nodeIsGone(node.name);
  assert.ok(database.isGone(session));
  assert.deepEqual(editing.lost(), []);
});

scenario("a seed stands for one plan of faults, and each fault that breaks something mends it",
  async () => {
    const planned = (seed) => planOf(seed, 300, { node: 4, balancer: 3 });
    assert.deepEqual(planned(1), planned(1));
    assert.notDeepEqual(planned(1), planned(2));
    for (const { fault } of planned(1)) assert.ok(fault.asks || (fault.begin && fault.end));
    const kinds = new Set(planned(1).map(({ whom, fault }) => `${whom} ${fault.what}`));
    assert.ok(kinds.size >= 20, [...kinds].join());
  });

scenario("chaos breaks and mends, one fault of one at a time", async () => {
  const did = [];
  const fault = (what) => ({
    what, begin: async () => did.push(what), end: async () => did.push(`not ${what}`),
  });
  const storm = new Chaos({ nodes: { list: ["node"] }, balancers: [], etcd: {} });
  const step = { at: 0, whom: "node", which: 0, dice: 0 };
  await storm.run([{ ...step, fault: fault("one"), lasts: 50 },
                   { ...step, fault: fault("two"), lasts: 0 }]);
  assert.deepEqual(did, ["one", "not one", "two", "not two"]);
  const broken = { what: "x", begin: async () => { throw new Error("cannot"); } };
  await assert.rejects(storm.run([{ ...step, fault: broken, lasts: 0 }]), /cannot/);
});

// ---- the call ----

function unload(node, buckets, epoch, options) {
  return post(node.port, "/unload-buckets/", { buckets, epoch }, options);
}

const at = (epoch) => ({ headers: { "X-Stickler-Epoch": String(epoch) } });

scenario("buckets are unloaded on demand, and who was sent there before is refused", async (t) => {
  const { database, nodes } = await world(t, { writeEvery: 60_000 });
  const [one, two] = [await nodes.add(), await nodes.add()];
  await edit(one, "one", at(6));
  assert.equal((await unload(one, ["00", kBucket], 7)).status, 200);
  assert.deepEqual(database.rows(kBase), ["one"]);
  assert.equal(await edit(one, "stale", at(6)), 409);
  assert.equal(nodes.of("refused").length, 1);
  assert.equal((await ask(one.port, "/api/v1/dtables/8f84e1a1-66e2-41d4-a716-446655440000/rows/",
    at(6))).status, 200, "another bucket");
  await edit(two, "two", at(7));
  assert.equal((await unload(two, [kBucket], 8)).status, 200);
  await edit(one, "three", at(8));
  assert.deepEqual(await rows(one, at(9)), ["one", "two", "three"]);
  assert.deepEqual(database.violations(), []);
});

scenario("a tunnel that is open when its bucket is unloaded is noticed and closed", async (t) => {
  const { nodes } = await world(t);
  const node = await nodes.add();
  const socket = io(node.url, {
    query: { dtable_uuid: kBase }, transports: ["websocket"], forceNew: true, reconnection: false,
    extraHeaders: { "X-Stickler-Epoch": "6" },
  });
  cleanUp(t, () => socket.disconnect());
  const closed = deferred();
  socket.on("disconnect", closed.resolve);
  await within(socket.emitWithAck("edit", "one"), "the acknowledgement");
  await unload(node, ["00"], 7);
  await unload(node, [kBucket], 7);
  assert.deepEqual(nodes.of("unloaded").map(({ tunnels }) => tunnels), [0, 1]);
  assert.equal(await within(closed.promise, "the disconnection"), "transport close");
  const failed = new Promise((resolve) => socket.on("connect_error", resolve));
  socket.connect();
  await within(failed, "the refusal");
  const [refused] = await eventually(() => nodes.of("refused"), (it) => it.length > 0, "it");
  assert.match(refused.text, /was unloaded at 7, not 6/);
});

scenario("the call may be slow, fail or not be there; without it bases are forgotten when idle",
  async (t) => {
    const { database, nodes } = await world(t, { writeEvery: 50, idle: 100 });
    const node = await nodes.add({ hook: "none" });
    const forgotten = database.events.waitFor(({ kind }) => kind === "forgotten");
    await edit(node, "one");
    assert.equal((await unload(node, [kBucket], 7)).status, 404);
    await forgotten;
    assert.deepEqual(database.rows(kBase), ["one"]);
    await node.setHook("fails");
    assert.equal((await unload(node, [kBucket], 7)).status, 500);
    await node.setHook("slow", 60_000);
    await assert.rejects(unload(node, [kBucket], 7, { limit: 300 }), /in vain/);
    await node.setHook("works");
    assert.equal((await unload(node, [kBucket], 7)).status, 200);
  });

scenario("a node that leaves has written all, and its key goes with it", async (t) => {
  const { etcd, database, nodes } = await world(t, { writeEvery: 60_000 });
  const [one, two] = [await nodes.add(), await nodes.add()];
  const heard = await etcd.client.watch(`${kPrefix}nodes/`);
  const { session } = await edit(one, "one");
  await one.leave();
  await heard.waitFor(({ key, value }) => key.endsWith(one.name) && value === undefined);
  assert.deepEqual(await rows(two), ["one"]);
  assert.equal(database.isGone(session), false, "nothing of it may be lost");
  assert.deepEqual(database.violations(), []);
});
