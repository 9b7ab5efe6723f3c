// SPDX-License-Identifier: MIT
// A SeaTable cluster whose etcd is away, silent or loses its memory: no base is ever had by two
// nodes, nothing acknowledged is lost, and all is served again.
import assert from "node:assert/strict";
import { BaseDatabase } from "./harness/base_database.mjs";
import {
  assertElsewhereServed, assertRecovered, assertSilent, elsewhere, kBase, kLong, kShort, kThird,
  rawTunnel, world,
} from "./harness/cluster_trouble.mjs";
import {
  assertEven, ClusterBalancer, kSettles, kUnload, moved,
} from "./harness/dtable_cluster.mjs";
import { DtableNodes, kPrefix, scaled } from "./harness/dtable_nodes.mjs";
import { prepareEtcd } from "./harness/etcd.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { eventually } from "./harness/shared_tables.mjs";

const kSilent = /buckets are not served/;

// Without the word of an administrator that nobody has anything in memory.
const kCautious = { bootstrap: false };

// Whose balancers vouch, nodes are registered, and calls may take, for longer than any election
// does. `leader`: 0 is the member that everybody asks first.
async function patientWorld(t, { leader = 0, ...options } = {}) {
  const unload = { ...kUnload, timeout: "30s" };
  const cluster = { term: "60s", margin: "6s", unload, ...kLong.cluster };
  const found =
    await world(t, { members: 3, balancers: 2, cluster, node: kLong.node, ...options });
  await found.etcd.makeLeader(leader);
  return found;
}

// It is deposed when it has something to write.
async function hangLeadersDisk(etcd) {
  const disk = await etcd.hangDisk(0);
  await etcd.client.put("something", "to write").catch(() => {});
  assert.notEqual(await etcd.leader(), 0);
  return disk;
}

// Each balancer has got another heartbeat through.
async function eachIsHeardOf({ client }) {
  const prefix = `${kPrefix}balancers/`;
  const heard = await client.watch(prefix);
  await Promise.all(Object.keys(await client.getPrefix(prefix)).map((balancer) => {
    return heard.waitFor(({ key }) => key === balancer, { limit: kSettles });
  }));
  heard.close();
}

function assertNeverSilent({ balancers }) {
  const silences = balancers.flatMap(({ log }) => log.entries.filter((it) => kSilent.test(it)));
  assert.deepEqual(silences, []);
}

async function followerOf(etcd) {
  return (await etcd.leader()) === 0 ? 1 : 0;
}

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

// It only writes, and a write is not repeated elsewhere: it may have been done.
onlyStickler("a balancer that is never elected asks the next member when one is silent",
  async (t) => {
    const each = (i) => ({ cluster: { monitor: i === 0 } });
    const { all, etcd, editing, before } = await patientWorld(t, { leader: 1, each });
    etcd.freeze(0);
    await eachIsHeardOf(etcd);
    etcd.thaw(0);
    assert.deepEqual(moved(before, await assertRecovered({ all, editing })), []);
    assertNeverSilent(all);
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

// ---- a disk hangs ----

// It answers to nobody then, and neither dies nor hangs up.
onlyStickler("the disk of etcd's leader hangs: another writes, and all is served meanwhile",
  async (t) => {
    const { all, etcd, editing } = await patientWorld(t);
    const disk = await hangLeadersDisk(etcd);
    await eachIsHeardOf(etcd);
    await editing.allGoOn(kSettles);
    await disk.end();
    await assertRecovered({ all, editing });
    assertNeverSilent(all);
  });

onlyStickler("the disk of etcd's leader hangs while buckets move: the move is ended", async (t) => {
  const { all, etcd, editing, nodes, balancers: [balancer] } = await patientWorld(t);
  await nodes.add();
  await balancer.knows([kThird]);
  await Promise.all(nodes.list.map((node) => node.setHook("slow", scaled(1000))));
  const since = nodes.events.mark();
  await balancer.rebalance();
  await nodes.events.waitFor(({ event }) => event === "asked to unload", { since });
  const disk = await hangLeadersDisk(etcd);
  assertEven(await all.settled({ among: [kThird] }), nodes.names);
  await editing.allGoOn(kSettles);
  await disk.end();
  await assertRecovered({ all, editing });
  assertNeverSilent(all);
});

onlyStickler("the only disk of etcd hangs: balancers fall silent and cut, and go on afterwards",
  async (t) => {
    const edit = await elsewhere(t);
    const { all, etcd, balancers, editing, before } = await world(t, {
      balancers: 2, cluster: { ...kShort, ...kLong.cluster }, node: kLong.node,
      each: () => ({ edit }),
    });
    const tunnels = await Promise.all(balancers.map((it) => rawTunnel(t, it, kBase)));
    const disk = await etcd.hangDisk(0);
    for (const balancer of balancers) {
      await assertSilent(balancer);
      await assertElsewhereServed(balancer);
    }
    for (const tunnel of tunnels) await tunnel.drain();
    await disk.end();
    assert.deepEqual(moved(before, await assertRecovered({ all, editing })), []);
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
