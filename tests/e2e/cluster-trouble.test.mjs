// SPDX-License-Identifier: MIT
// A SeaTable cluster whose etcd, balancers or nodes are away, silent or lose their memory: no base
// is ever had by two nodes, nothing acknowledged is lost that need not be, and all is served again.
import assert from "node:assert/strict";
import {
  assertEven, baseIn, ClusterBalancer, kBuckets, kSettles, moved, rowsOf, startCluster,
} from "./harness/dtable_cluster.mjs";
import { BaseDatabase } from "./harness/base_database.mjs";
import { Editing } from "./harness/dtable_editors.mjs";
import { DtableNodes, kGrace, kPrefix, scaled } from "./harness/dtable_nodes.mjs";
import { prepareEtcd } from "./harness/etcd.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServer } from "./harness/servers.mjs";
import { eventually } from "./harness/shared_tables.mjs";
import { TcpCutter } from "./harness/tcp_cutter.mjs";
import { RawClient } from "./harness/wire.mjs";

// Every eighth bucket, so that each node has some.
const kBases = kBuckets.filter((_, i) => i % 8 === 0).map((bucket) => baseIn(bucket));
const kBase = kBases[0];
const kThird = "dtable-server-03";
const kShort = { hold: "300ms" };

// Without the word of an administrator that nobody has anything in memory.
const kCautious = { bootstrap: false };

// A cluster in which some edit already, over HTTP and tunnels.
async function world(t, options = {}) {
  const all = await startCluster(t, options);
  const editing = Editing.start(t, all, kBases, { by: ["http", "http", "tunnel"] });
  await editing.allGoOn();
  return { ...all, all, editing, before: await all.settled() };
}

// All is served again, and nothing was lost.
async function assertRecovered({ all, editing }) {
  const owners = await all.settled();
  await editing.allGoOn(kSettles);
  await editing.assertNothingLost();
  return owners;
}

// A balancer that cannot vouch for what it knows says so (a node may answer 503, too, but does not
// say when to come again), and serves all else.
async function assertSilent(balancer) {
  const ask = (target) => balancer.ask(target).then((it) => ({
    status: it.status, later: Number(it.get("retry-after") ?? 0),
  }));
  await eventually(() => ask(rowsOf(kBase)), ({ status, later }) => status === 503 && later > 0,
    "the balancer to be silent", kSettles);
  await eventually(() => ask("/ping/"), ({ status }) => status === 200,
    "what has no key to be served");
}

// Another backend of each balancer, of one server.
async function elsewhere(t) {
  const server = await namedServer(t, "elsewhere");
  return (config) => {
    config.listeners.proxy.routes = {
      other: { path_prefix: "/elsewhere/", backend: "elsewhere" },
    };
    config.backends.elsewhere = {
      servers: { elsewhere: { address: `127.0.0.1:${server.port}` } }, check: { off: true },
    };
  };
}

async function assertElsewhereServed(balancer) {
  assert.equal((await balancer.ask("/elsewhere/")).status, 200, "another backend is served");
}

// A tunnel of a base, byte by byte, to see it cut.
async function rawTunnel(t, { ports }, base) {
  const client = await RawClient.connect(t, { port: ports.proxy });
  const fields = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
  client.request(`GET /socket.io/?dtable_uuid=${base}&EIO=4&transport=websocket`, fields);
  assert.equal((await client.response()).status, 101);
  return client;
}

// ---- etcd ----

onlyStickler("without etcd at the start buckets get 503, until it comes", async (t) => {
  const etcd = await prepareEtcd(t);
  const database = await BaseDatabase.start(t);
  const nodes = new DtableNodes(t, { etcd, database });
  const edit = await elsewhere(t);
  const balancer = new ClusterBalancer(t, {
    etcd: { endpoints: etcd.endpoints }, cluster: kShort, edit,
  });
  await balancer.start();
  await eventually(() => balancer.rows(kBase), (it) => it.status === 503 && it.get("retry-after"),
    "buckets to be refused");
  await assertElsewhereServed(balancer);
  await balancer.log.waitFor(/(warning|error): .*etcd/i);
  await etcd.start();
  await nodes.add();
  await balancer.settled({ only: ["dtable-server-01"] });
  await balancer.answers(kBase, 200);
  assert.deepEqual(database.violations(), []);
});

async function followerOf(etcd) {
  return (await etcd.leader()) === 0 ? 1 : 0;
}

onlyStickler("one of three members that dies, or is silent, is noticed by nobody", async (t) => {
  const { all, etcd, editing, before } = await world(t, { members: 3, balancers: 2 });
  const mark = editing.refused.mark();
  const killed = await followerOf(etcd);
  await etcd.kill(killed);
  await all.heartbeats(6);
  await etcd.restart(killed);
  const frozen = await followerOf(etcd);
  etcd.freeze(frozen);
  await all.heartbeats(6);
  etcd.thaw(frozen);
  await all.heartbeats(2);
  assert.deepEqual(editing.refusals(mark), {});
  const owners = await assertRecovered({ all, editing });
  assert.deepEqual(moved(before, owners), []);
});

onlyStickler("when etcd's leader dies nothing moves", async (t) => {
  const { all, etcd, editing, before } = await world(t, { members: 3, balancers: 2 });
  const leader = await etcd.leader();
  await etcd.kill(leader);
  await etcd.leader();
  await all.heartbeats();
  const owners = await assertRecovered({ all, editing });
  assert.deepEqual(moved(before, owners), []);
});

// Its leases may end early then: buckets may move, but nothing may be lost.
onlyStickler("etcd's leader is silent, and comes back deposed", async (t) => {
  const { all, etcd, editing } = await world(t, { members: 3, balancers: 2 });
  const leader = await etcd.leader();
  etcd.freeze(leader);
  await etcd.leader();
  await all.heartbeats();
  etcd.thaw(leader);
  await all.heartbeats();
  await assertRecovered({ all, editing });
});

onlyStickler("without a quorum balancers fall silent and cut, and go on when there is one",
  async (t) => {
    const edit = await elsewhere(t);
    const { all, etcd, balancers, editing, before } = await world(t, {
      members: 3, balancers: 2, cluster: kShort, each: () => ({ edit }),
    });
    const tunnels = await Promise.all(balancers.map((it) => rawTunnel(t, it, kBase)));
    const leader = await etcd.leader();
    await etcd.kill(leader, (leader + 1) % 3);
    for (const balancer of balancers) {
      await assertSilent(balancer);
      await assertElsewhereServed(balancer);
    }
    for (const tunnel of tunnels) await tunnel.drain();
    await etcd.restart(leader);
    const owners = await assertRecovered({ all, editing });
    assert.deepEqual(moved(before, owners), []);
  });

onlyStickler("an etcd that is started again as a whole has forgotten nothing", async (t) => {
  const { all, etcd, editing, before } = await world(t, { members: 3, balancers: 2 });
  await etcd.restart();
  const owners = await assertRecovered({ all, editing });
  assert.deepEqual(moved(before, owners), []);
});

// Somebody may still have what the old assignment gave him.
for (const [how, anew] of [["empty", false], ["empty, as another cluster", true]]) {
  onlyStickler(`an etcd that comes back ${how}, is no first start`, async (t) => {
    const { all, etcd, editing } = await world(t, { balancers: 2, cluster: kCautious });
    await etcd.restartEmpty({ anew });
    const owners = await assertRecovered({ all, editing });
    assertEven(owners, all.nodes.names);
  });
}

onlyStickler("nor is an assignment that somebody has deleted", async (t) => {
  const { all, etcd, editing } = await world(t, { balancers: 2, cluster: kCautious });
  assert.equal(await etcd.client.del(`${kPrefix}assignment`), 1);
  const heard = await etcd.client.watch(`${kPrefix}assignment`);
  await heard.waitFor(({ value }) => value !== undefined, { limit: kSettles });
  await assertRecovered({ all, editing });
});

onlyStickler("with bootstrap, too, an assignment that was known and vanished is waited for",
  async (t) => {
    const { all, etcd, editing } = await world(t);
    await etcd.client.del(`${kPrefix}assignment`);
    await all.heartbeats();
    await assertRecovered({ all, editing });
  });

// ---- one balancer ----

// The first of two, which is the monitor, reaches etcd through a cutter; the other does not.
async function worldWithCutter(t) {
  let cutter;
  const each = async (i, { etcd }) => {
    if (i > 0) return {};
    cutter = await TcpCutter.start(t, etcd.endpoints);
    return { etcd: { endpoints: cutter.endpoints } };
  };
  const all = await startCluster(t, { cluster: kShort, each });
  all.prepareBalancer();
  await all.balancers[1].start();
  await all.settled();
  const editing = Editing.start(t, all, kBases, { by: ["http", "tunnel"] });
  await editing.allGoOn();
  return { all, cutter, editing, ...all };
}

for (const way of ["cut", "stall"]) {
  const how = { cut: "is cut off from etcd", stall: "hears nothing of etcd any more" }[way];
  onlyStickler(`a balancer that ${how} falls silent, and the others go on`, async (t) => {
    const { all, cutter, editing, etcd, balancers: [lonely, other] } = await worldWithCutter(t);
    const tunnel = await rawTunnel(t, lonely, kBase);
    cutter[way]();
    await assertSilent(lonely);
    await tunnel.drain();
    await other.answers(kBase, 200);
    await all.nodes.add();
    await other.knows([kThird]);
    await other.rebalance();
    const owners = await other.settled({ among: [kThird] });
    assertEven(owners, all.nodes.names);
    assert.equal((await lonely.rows(kBase)).status, 503);
    await etcd.client.compact();
    cutter.heal();
    assert.deepEqual(moved(owners, await assertRecovered({ all, editing })), []);
  });
}

onlyStickler("a balancer frozen past its term sends nobody to a node of old", async (t) => {
  const { all, editing, balancers: [one, frozen] } =
    await world(t, { balancers: 2, cluster: kShort });
  const tunnel = await rawTunnel(t, frozen, kBase);
  const client = await RawClient.connect(t, { port: frozen.ports.proxy });
  assert.equal((await client.request(`GET /dtables/${kBase}`).response()).status, 200);
  frozen.freeze();
  client.request(`GET /dtables/${kBase}`);
  await all.nodes.add();
  await one.knows([kThird]);
  await one.rebalance();
  await one.settled({ among: [kThird] });
  frozen.thaw();
  const late = await client.response();
  assert.ok([200, 503].includes(late.status), String(late.status));
  await tunnel.drain();
  await assertRecovered({ all, editing });
  assert.deepEqual(all.nodes.of("refused").map(({ text }) => text), []);
});

// ---- one node ----

onlyStickler("a node that was frozen past its lease has lost its bases, and begins anew",
  async (t) => {
    const { all, nodes, editing } = await world(t, { balancers: 2 });
    const [frozen, other] = nodes.list;
    await frozen.freezePastLease();
    await all.settled({ only: [other.name] });
    const back = frozen.told("registered");
    frozen.thaw();
    await back;
    assertEven(await all.rebalanceTo(), nodes.names);
    await assertRecovered({ all, editing });
  });

// It has time until the end of its lease and the grace, and takes it.
for (const way of ["cut", "stall"]) {
  const how = { cut: "is cut off from all", stall: "is heard of by nobody" }[way];
  onlyStickler(`a node that ${how} has written out before another has its bases`, async (t) => {
    const { all, nodes, editing } =
      await world(t, { balancers: 2, node: { cuttable: true, forgetsAfter: kGrace / 2 } });
    const [lonely, other] = nodes.list;
    const mark = nodes.events.mark();
    lonely.cutter[way]();
    await lonely.told("lost its lease", { since: mark });
    await all.settled({ only: [other.name] });
    const back = lonely.told("registered");
    lonely.cutter.heal();
    await back;
    assertEven(await all.rebalanceTo(), nodes.names);
    await assertRecovered({ all, editing });
    const dropped = nodes.of("lost its lease").filter((it) => it.dropped > 0);
    assert.deepEqual(dropped, [], "all was written out in time");
  });
}

onlyStickler("a node that was frozen for a moment while its buckets moved is waited for",
  async (t) => {
    const { all, nodes, editing, balancers: [balancer] } = await world(t);
    await nodes.add();
    await balancer.knows([kThird]);
    const [first] = nodes.list;
    first.freeze();
    await balancer.rebalance();
    await all.heartbeats(1);
    first.thaw();
    await all.settled({ among: [kThird] });
    await assertRecovered({ all, editing });
  });

// ---- a move that is interrupted ----

// In the middle of a move, of two balancers; the first is the monitor.
async function midMove(t) {
  const all = await startCluster(t);
  all.prepareBalancer();
  await all.balancers[1].start();
  await all.settled();
  const editing = Editing.start(t, all, kBases, { by: ["http", "tunnel"] });
  await editing.allGoOn();
  await all.nodes.add();
  const [monitor, other] = all.balancers;
  await other.knows([kThird]);
  await Promise.all(all.nodes.list.map((node) => node.setHook("slow", scaled(1000))));
  const since = all.nodes.events.mark();
  await other.rebalance();
  await all.nodes.events.waitFor(({ event }) => event === "asked to unload", { since });
  return { all, editing, monitor, other, ...all };
}

onlyStickler("a monitor that dies amid a move has a successor that ends it", async (t) => {
  const { all, editing, monitor, other } = await midMove(t);
  await monitor.kill();
  assertEven(await other.settled({ among: [kThird] }), all.nodes.names);
  await monitor.start();
  await assertRecovered({ all, editing });
});

onlyStickler("another balancer that dies amid a move is waited for, and no longer than its term",
  async (t) => {
    const { all, editing, monitor, other } = await midMove(t);
    await other.kill();
    assertEven(await monitor.settled({ among: [kThird] }), all.nodes.names);
    await other.start();
    await assertRecovered({ all, editing });
  });

for (const which of ["old", "new"]) {
  onlyStickler(`a move whose ${which} node dies goes on as it can`, async (t) => {
    const { all, editing, nodes } = await midMove(t);
    const lost = { old: "dtable-server-01", new: kThird }[which];
    await nodes.get(lost).kill();
    await all.settled({ only: nodes.names.filter((name) => name !== lost) });
    await nodes.get(lost).start();
    await assertRecovered({ all, editing });
  });
}

onlyStickler("an etcd that is away amid a move is waited for", async (t) => {
  const { all, editing, etcd } = await midMove(t);
  await etcd.restart();
  await all.settled({ among: [kThird] });
  await assertRecovered({ all, editing });
});
