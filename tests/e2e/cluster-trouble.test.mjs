// SPDX-License-Identifier: MIT
// A SeaTable cluster whose balancers or nodes are cut off, silent or frozen: no base is ever had by
// two nodes, nothing acknowledged is lost that need not be, and all is served again.
import assert from "node:assert/strict";
import {
  assertRecovered, assertSilent, kBase, kShort, kThird, rawTunnel, world, worldWithCutter,
} from "./harness/cluster_trouble.mjs";
import { assertEven, moved } from "./harness/dtable_cluster.mjs";
import { kGrace } from "./harness/dtable_nodes.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

// ---- one balancer ----

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

// It hears nothing of that, and serves until its term is over; the other may not give anything away
// before.
// The one that is the monitor then knows nothing of before, and makes another assignment.
onlyStickler("etcd comes back empty while a balancer goes by the old assignment", async (t) => {
  const { all, cutter, editing, etcd, nodes, balancers: [lonely, other] } =
    await worldWithCutter(t, { cluster: { bootstrap: false } });
  await nodes.add();
  const before = await all.rebalanceTo();
  const tunnel = await rawTunnel(t, lonely, kBase);
  cutter.stall();
  await other.kill();
  await etcd.restartEmpty({ anew: true });
  await other.start();
  await assertSilent(lonely);
  await tunnel.drain();
  await other.settled();
  cutter.heal();
  assert.notDeepEqual(moved(before, await assertRecovered({ all, editing })), []);
});

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
