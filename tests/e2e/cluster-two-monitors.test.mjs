// SPDX-License-Identifier: MIT
// A SeaTable cluster in which a monitor that was deposed does not know it, and writes: that does
// not count, no base is ever had by two nodes, and nothing is lost.
import assert from "node:assert/strict";
import {
  assertRecovered, kLong, kThird, midMove, worldWithCutter,
} from "./harness/cluster_trouble.mjs";
import { assertEven } from "./harness/dtable_cluster.mjs";
import { kPrefix, scaled } from "./harness/dtable_nodes.mjs";
import { onlyStickler } from "./harness/scenario.mjs";

const kAssignment = `${kPrefix}assignment`;
const kMonitor = `${kPrefix}monitor`;
const kDeposed = /another process is the cluster's monitor/;

const plain = (text) => Buffer.from(text, "base64").toString();

// What a transaction would make of the assignment: its text.
function assignmentIn({ success = [] }) {
  const put = success.map((it) => it.request_put).find((it) => it && plain(it.key) === kAssignment);
  return put && plain(put.value);
}

// It moves a bucket to the third node, and this is how far it has come.
function gives(text, stage) {
  const buckets = text ? Object.values(JSON.parse(text).buckets) : [];
  return buckets.some((it) => it.stage === stage && (it.next ?? it.node) === kThird);
}

// Who was the monitor, and all that monitors write from now on.
async function listen({ client }) {
  const { id } = JSON.parse(await client.get(kMonitor));
  return { old: id, heard: await client.watch(kPrefix) };
}

function isSuccessor({ key, value }, old) {
  return key === kMonitor && value !== undefined && JSON.parse(value).id !== old;
}

// The first of two balancers, which is the monitor, wants to write that buckets are at this stage
// of their move to a third node; that is as far as it gets.
async function heldWrite(t, stage, { cluster } = {}) {
  const settings = { ...kLong.cluster, ...cluster };
  const found = await worldWithCutter(t, { cluster: settings, node: kLong.node });
  const { cutter, nodes, balancers: [monitor, other] } = found;
  await nodes.add();
  await other.knows([kThird]);
  const { old, heard } = await listen(found.etcd);
  const held = cutter.stallAt((body) => gives(assignmentIn(body), stage));
  await other.rebalance();
  return { ...found, monitor, other, old, heard, late: await held };
}

async function assertRefused(late) {
  const { header, succeeded } = await late.arrive();
  assert.ok(header.revision, "etcd has judged it");
  assert.equal(succeeded, undefined);
}

// Each assignment follows the one before, and after an election no word comes from who was deposed.
function assertOneAtATime({ heard }) {
  const epochs = heard.entries.filter(({ key }) => key === kAssignment)
    .map(({ value }) => JSON.parse(value).epoch);
  assert.deepEqual(epochs, epochs.map((_, i) => epochs[0] + i));
  const monitors = heard.entries.filter(({ key }) => key === kMonitor)
    .map(({ value }) => value && JSON.parse(value).id);
  const usurped = monitors.filter((id, i) => i > 0 && id !== (monitors[i - 1] ?? id) && id);
  assert.deepEqual(usurped, [], "monitors without an election");
}

const kWrites = {
  closing: "wants to begin a move",
  serving: "wants to end a move",
};

for (const [stage, wants] of Object.entries(kWrites)) {
  onlyStickler(`a monitor that is cut off when it ${wants} is refused when that arrives`,
    async (t) => {
      const found = await heldWrite(t, stage);
      const { all, cutter, monitor, other, late } = found;
      assertEven(await other.settled({ among: [kThird] }), all.nodes.names);
      await assertRefused(late);
      cutter.heal();
      await monitor.log.waitFor(kDeposed);
      await assertRecovered(found);
      assertOneAtATime(found);
    });
}

// Nodes that do not unload keep the successor from writing anything: the assignment is still the
// one that the old monitor has decided by.
onlyStickler("nor is a frozen monitor obeyed before its successor has written anything",
  async (t) => {
    const cluster = { unload: { http: "POST /unload-buckets/", timeout: `${scaled(10_000)}ms` } };
    const found = await heldWrite(t, "serving", { cluster });
    const { all, cutter, etcd, nodes, monitor, other, old, heard, late } = found;
    monitor.freeze();
    await Promise.all(nodes.list.map((node) => node.setHook("fails")));
    await heard.waitFor((it) => isSuccessor(it, old), { limit: 30_000 });
    const { mod_revision: revision } = await etcd.client.entry(kAssignment);
    const decidedBy = late.body.compare.filter(({ key }) => plain(key) === kAssignment);
    assert.equal(decidedBy[0]?.mod_revision, revision);
    await assertRefused(late);
    await Promise.all(nodes.list.map((node) => node.setHook("works")));
    await other.settled({ among: [kThird] });
    monitor.thaw();
    cutter.heal();
    await monitor.log.waitFor(kDeposed);
    assertEven(await all.settled(), nodes.names);
    await assertRecovered(found);
    assertOneAtATime(found);
  });

onlyStickler("a monitor frozen amid a move wakes amid the next one of its successor", async (t) => {
  const found = await midMove(t, kLong);
  const { all, etcd, nodes, monitor, other } = found;
  const { heard } = await listen(etcd);
  monitor.freeze();
  await other.settled({ among: [kThird] });
  const fourth = await nodes.add();
  await other.knows([fourth.name]);
  const since = nodes.events.mark();
  await other.rebalance();
  await nodes.events.waitFor(({ event }) => event === "asked to unload", { since });
  monitor.thaw();
  await monitor.log.waitFor(kDeposed);
  assertEven(await all.settled({ among: [fourth.name] }), nodes.names);
  await assertRecovered(found);
  assertOneAtATime({ heard });
});
