// SPDX-License-Identifier: MIT
// A SeaTable cluster in which everything that can fail does, by chance, while people edit: no base
// is ever had by two nodes, what was acknowledged is not lost unless it was in the memory of a node
// that died, and in the end all is served.
//
// CHAOS_SEED repeats a run, as far as machines repeat themselves; CHAOS_SECONDS is its length.
import assert from "node:assert/strict";
import { balancers as balancersHere } from "./harness/balancer.mjs";
import { Chaos, planOf } from "./harness/chaos.mjs";
import { baseIn, kBuckets, kSettles, startCluster } from "./harness/dtable_cluster.mjs";
import { Editing } from "./harness/dtable_editors.mjs";
import { kGrace } from "./harness/dtable_nodes.mjs";
import { scenario } from "./harness/scenario.mjs";
import { TcpCutter } from "./harness/tcp_cutter.mjs";

const kSeed = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);
const kSeconds = Math.min(300, Number(process.env.CHAOS_SECONDS ?? 60));
const kLimit = (kSeconds * 1000 + 120_000) * Number(process.env.STICKLER_TEST_PATIENCE ?? 1);

const kNodes = 4;
const kBalancers = 3;
const kBases = kBuckets.filter((_, i) => i % 11 === 0).map((bucket) => baseIn(bucket));

async function startWorld(t) {
  const each = async (i, { etcd }) => {
    const cutter = await TcpCutter.start(t, etcd.endpoints);
    return { etcd: { endpoints: cutter.endpoints }, cutter };
  };
  const cluster = { bootstrap: false, rebalance_on_join: kSeed % 2 === 1 };
  const node = { cuttable: true, forgetsAfter: kGrace / 2 };
  const world = await startCluster(t, {
    members: 3, nodes: kNodes, node, balancers: kBalancers, cluster, each,
  });
  // What a node could not write in time, because this machine had no time for it, is no fault of a
  // balancer.
  const { events } = world.nodes;
  const push = events.push.bind(events);
  events.push = (event) => {
    if (event.event === "lost its lease" && event.dropped > 0) {
      world.database.sessionIsGone(event.session);
    }
    push(event);
  };
  return world;
}

// How often a base came to another node: because its node was gone, or had let go of it.
function handovers({ events }) {
  const last = new Map(); // base → the session that loaded it, and whether it has forgotten it
  const count = { "let go": 0, gone: 0 };
  for (const { kind, base, node, session } of events.entries) {
    const before = last.get(base);
    if (kind === "forgotten" && before?.session === session) before.forgotten = true;
    if (kind !== "load") continue;
    if (before && before.node !== node) count[before.forgotten ? "let go" : "gone"] += 1;
    last.set(base, { node, session });
  }
  return count;
}

function summary({ nodes, database }, editing) {
  const lost = nodes.of("lost its lease");
  const withRows = lost.filter(({ dropped }) => dropped > 0);
  return [
    `${editing.acknowledged.mark()} edits acknowledged, refused: ` +
      JSON.stringify(editing.refusals()),
    `bases came to another node: ${JSON.stringify(handovers(database))}`,
    `${nodes.of("unloaded").length} unloadings, ${nodes.of("refused").length} late comers refused`,
    `${lost.length} leases lost, ${withRows.length} of them with rows`,
  ];
}

async function chaos(t) {
  t.diagnostic(`CHAOS_SEED=${kSeed} CHAOS_SECONDS=${kSeconds}`);
  const world = await startWorld(t);
  const editing = Editing.start(t, world, kBases, { by: ["http", "tunnel"], every: 100 });
  await editing.allGoOn();
  const storm = new Chaos(world);
  try {
    const plan = planOf(kSeed, kSeconds, { node: kNodes, balancer: kBalancers });
    await storm.run(plan, () => world.database.violations().length > 0);
    world.assertSafe();
    const mended = performance.now();
    await world.settled({ limit: 2 * kSettles });
    await editing.allGoOn(2 * kSettles);
    const seconds = (performance.now() - mended) / 1000;
    t.diagnostic(`all is served again ${seconds.toFixed(1)} s after the last fault was mended`);
    await editing.assertNothingLost();
    assert.ok(editing.acknowledged.mark() > kBases.length * 10, "people could edit");
  } catch (error) {
    console.error(`CHAOS_SEED=${kSeed}\n${storm.told.entries.join("\n")}`);
    throw error;
  } finally {
    for (const line of summary(world, editing)) t.diagnostic(line);
  }
}

if (balancersHere(["stickler"]).length > 0) {
  scenario(`through chaos no base is had by two nodes, and no row is lost [stickler, ${kSeed}]`,
    chaos, { timeout: kLimit });
}
