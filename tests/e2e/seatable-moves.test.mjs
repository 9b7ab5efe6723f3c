// SPDX-License-Identifier: MIT
// Buckets of SeaTable's bases that move from one dtable-server to another: as few as possible, one
// step after the other, and nobody who edits loses anything.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { post } from "./harness/ask.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import {
  assertEven, baseIn, kBuckets, moved, rowsOf, startCluster,
} from "./harness/dtable_cluster.mjs";
import { Editing } from "./harness/dtable_editors.mjs";
import { scaled } from "./harness/dtable_nodes.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { Timeline, within } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kThird = "dtable-server-03";

// A balancer before two nodes, and one more that has nothing yet. `third`: its options.
async function world(t, { third, ...options } = {}) {
  const all = await startCluster(t, options);
  const [balancer] = all.balancers;
  const before = await balancer.owners();
  const joined = await all.nodes.add(third);
  await balancer.knows([kThird]);
  return { all, balancer, before, joined };
}

// Every sixth bucket will do: of each node some leave, others stay.
const kBases = kBuckets.filter((_, i) => i % 6 === 0).map((bucket) => baseIn(bucket));

// All is as the wish wanted it.
const rebalanced = (all) => all.settled({ among: all.nodes.names });

// The next call that asks a node to unload.
function askedToUnload({ nodes }, since = nodes.events.mark()) {
  return nodes.events.waitFor(({ event }) => event === "asked to unload", { since });
}

// ---- which ----

onlyStickler("a node that joins gets nothing until it is asked for, then its share and no more",
  async (t) => {
    const { all, balancer, before } = await world(t);
    await all.heartbeats();
    assert.deepEqual(moved(before, await all.settled()), []);
    const { epoch } = await balancer.buckets();
    assert.equal(await balancer.rebalance(), Math.floor(kBuckets.length / 3));
    const after = await rebalanced(all);
    assertEven(after, all.nodes.names);
    const changed = moved(before, after);
    assert.equal(changed.length, Math.floor(kBuckets.length / 3));
    assert.ok(changed.every((bucket) => after[bucket] === kThird), "nothing went elsewhere");
    assert.ok((await balancer.buckets()).epoch > epoch);
    assert.equal(await balancer.rebalance(), 0);
    await all.heartbeats();
    assert.deepEqual(moved(after, await all.settled()), []);
    for (const bucket of changed.slice(0, 10)) {
      assert.equal((await balancer.rows(baseIn(bucket))).node, kThird);
    }
    all.assertOrderly();
  });

onlyStickler("with rebalance_on_join a node gets its share at once", async (t) => {
  const all = await startCluster(t, { nodes: 1, cluster: { rebalance_on_join: true } });
  for (let count = 2; count <= 3; ++count) {
    const before = await all.settled();
    await all.nodes.add();
    const after = await rebalanced(all);
    assertEven(after, all.nodes.names);
    const least = Math.floor(kBuckets.length / count);
    assert.ok(moved(before, after).length <= least + 1, `${moved(before, after).length} moved`);
  }
  all.assertOrderly();
});

onlyStickler("stickler rebalance says what would move, and has it moved", async (t) => {
  const { all, balancer, before } = await world(t);
  const dry = await balancer.command("rebalance", "--dry-run");
  assert.equal(dry.status, 0, dry.stderr);
  assert.match(dry.stdout, /\b85\b/);
  await all.heartbeats();
  assert.deepEqual(moved(before, await all.settled()), []);
  const done = await balancer.command("rebalance");
  assert.equal(done.status, 0, done.stderr);
  assertEven(await rebalanced(all), all.nodes.names);
  all.assertOrderly();
});

// ---- who edits meanwhile ----

onlyStickler("who edits while buckets move waits a little, is never refused, and loses nothing",
  async (t) => {
    const { all, balancer } = await world(t);
    const editing = Editing.start(t, all, kBases);
    await editing.allGoOn();
    await balancer.rebalance();
    await rebalanced(all);
    await editing.allGoOn();
    assert.deepEqual(editing.refusals(), {});
    await editing.assertNothingLost();
    all.assertOrderly();
  });

onlyStickler("tunnels of a bucket that moves are closed, come back, and nothing is lost",
  async (t) => {
    const { all, balancer, before } = await world(t);
    const editing = Editing.start(t, all, kBases, { by: ["tunnel"] });
    await editing.allGoOn();
    const closed = new Timeline("tunnels that were closed");
    const watched = await Promise.all(kBases.slice(0, 30).map((base) => {
      return openTunnel(t, balancer, base, closed);
    }));
    await balancer.rebalance();
    const after = await rebalanced(all);
    await editing.allGoOn();
    const changed = moved(before, after);
    const leaving = watched.filter(({ base }) => changed.includes(base.slice(0, 2)));
    assert.ok(leaving.length > 0 && leaving.length < watched.length);
    for (const { base } of leaving) await closed.waitFor((it) => it === base);
    assert.equal(closed.mark(), leaving.length, "and those of no other bucket");
    await editing.assertNothingLost();
    all.assertOrderly();
  });

// One that does not come back by itself.
async function openTunnel(t, { ports }, base, closed) {
  const socket = io(`http://127.0.0.1:${ports.proxy}`, {
    query: { dtable_uuid: base }, transports: ["websocket"], forceNew: true, reconnection: false,
  });
  cleanUp(t, () => socket.disconnect());
  socket.on("disconnect", () => closed.push(base));
  await within(socket.emitWithAck("rows"), "the rows");
  return { base, socket };
}

// ---- the steps ----

// A move that takes as long as the test wants: of the bucket of `base`, from the node that has it.
async function slowMove(t, options) {
  const found = await world(t, options);
  const { all, balancer } = found;
  const asked = askedToUnload(all);
  await Promise.all(all.nodes.list.map((node) => node.setHook("slow", scaled(1500))));
  await balancer.rebalance();
  const { buckets } = await asked;
  return { ...found, base: baseIn(buckets[0]) };
}

onlyStickler("a request of a bucket that moves waits for the new node", async (t) => {
  const { all, balancer, before, base } = await slowMove(t);
  const { buckets } = await balancer.buckets();
  const moving = buckets.find(({ bucket }) => bucket === base.slice(0, 2));
  assert.equal(moving.state, "unloading");
  assert.equal(moving.next, kThird);
  assert.equal(moving.node, before[moving.bucket]);
  const answer = await balancer.write(base, "held");
  assert.equal(answer.status, 200);
  assert.equal(answer.node, kThird);
  all.assertOrderly();
});

onlyStickler("it waits no longer than hold says, then gets 503 and is told to come again",
  async (t) => {
    const { all, balancer, base } = await slowMove(t, { cluster: { hold: "200ms" } });
    const answer = await balancer.write(base, "refused");
    assert.equal(answer.status, 503);
    assert.ok(Number(answer.get("retry-after")) > 0);
    await balancer.answers(base, 200);
    assert.deepEqual((await balancer.rows(base)).json.rows, []);
    await rebalanced(all);
    all.assertOrderly();
  });

onlyStickler("a request whose client leaves while it waits is not sent to the new node",
  async (t) => {
    const { all, balancer, base } = await slowMove(t);
    const client = await RawClient.connect(t, { port: balancer.ports.proxy });
    const body = JSON.stringify({ row: "gone" });
    client.request(`POST ${rowsOf(base)}`, [`Content-Length: ${body.length}`], body);
    await assert.rejects(client.response({ limit: 300 }), /in vain/);
    client.reset();
    const answer = await balancer.write(base, "held");
    assert.equal(answer.status, 200);
    assert.deepEqual((await balancer.rows(base)).json.rows, ["held"]);
    all.assertOrderly();
  });

// A request that is under way at its node when its bucket shall leave; `takes` milliseconds.
async function underWay(t, takes) {
  const { all, balancer, before } = await world(t);
  const owner = all.nodes.get("dtable-server-01");
  const theirs = kBuckets.filter((it) => before[it] === owner.name).map((it) => baseIn(it));
  // Which of them will leave is not known: to each there is a request.
  const target = (base) => `${rowsOf(base)}?takes=${takes}`;
  const answers = theirs.map((base) => {
    return post(balancer.ports.proxy, target(base), { row: "late" }).then((it) => ({ base, it }));
  });
  const others = theirs.map((base) => balancer.rows(base));
  await Promise.all(others);
  await balancer.rebalance();
  const after = await rebalanced(all);
  const left = moved(before, after);
  const found = (await Promise.all(answers)).filter(({ base }) => left.includes(base.slice(0, 2)));
  assert.ok(found.length > 0);
  return { all, balancer, owner, found };
}

onlyStickler("a request under way is finished by the old node before its bucket leaves",
  async (t) => {
    const { all, balancer, owner, found } = await underWay(t, scaled(600));
    for (const { base, it } of found) {
      assert.equal(it.status, 200, it.text);
      assert.equal(it.node, owner.name);
      assert.deepEqual((await balancer.rows(base)).json.rows, ["late"]);
    }
    all.assertOrderly();
  });

onlyStickler("a request that takes longer than drain is cut, and not done later", async (t) => {
  const { all, balancer, found } = await underWay(t, scaled(4000));
  for (const { base, it } of found) {
    assert.ok([502, 503].includes(it.status), `${it.status}`);
    assert.equal((await balancer.rows(base)).node, kThird);
  }
  const refused = await all.nodes.events.waitFor(({ event }) => event === "refused");
  assert.equal(refused.status, 409, "the old node knows that it came from before");
  for (const { base } of found) {
    assert.deepEqual((await balancer.rows(base)).json.rows, []);
  }
  all.assertSafe();
});

// ---- nodes that do not unload ----

for (const hook of ["fails", "none"]) {
  onlyStickler(`buckets stay where the call ${hook === "none" ? "is unknown" : "fails"}, with a ` +
    "warning, until it works", async (t) => {
    const { all, balancer, before } = await world(t, { node: { hook } });
    const editing = Editing.start(t, all, kBases);
    await editing.allGoOn();
    const asked = askedToUnload(all);
    await balancer.rebalance();
    await asked;
    await balancer.log.waitFor(/(warning|error): .*unload/i);
    await all.settled();
    await editing.allGoOn();
    assert.deepEqual(moved(before, await all.settled()), []);
    await Promise.all(all.nodes.list.map((node) => node.setHook("works")));
    await balancer.rebalance();
    assertEven(await rebalanced(all), all.nodes.names);
    await editing.allGoOn();
    await editing.assertNothingLost();
    all.assertOrderly();
  });
}

onlyStickler("a call that takes longer than its limit fails, too", async (t) => {
  const { all, balancer, before, joined } = await world(t);
  const [, second] = all.nodes.list;
  await second.setHook("slow", 60_000);
  await balancer.rebalance();
  await balancer.log.waitFor(/(warning|error): .*unload/i);
  const after = await rebalanced(all);
  assert.ok(moved(before, after).every((bucket) => before[bucket] !== second.name));
  await balancer.answers(baseIn(kBuckets.find((bucket) => after[bucket] === joined.name)), 200);
  all.assertSafe();
});

onlyStickler("without a call nodes are given the time they need", async (t) => {
  const { all, balancer } = await world(t, {
    node: { hook: "none", idle: scaled(400), writeEvery: 100 },
    cluster: { unload: { wait: `${scaled(1500)}ms` } },
    third: { idle: 60_000 },
  });
  const editing = Editing.start(t, all, kBases);
  await editing.allGoOn();
  await balancer.rebalance();
  assertEven(await rebalanced(all), all.nodes.names);
  await editing.allGoOn();
  assert.deepEqual(all.nodes.of("asked to unload"), []);
  await editing.assertNothingLost();
  all.assertOrderly();
});

// ---- nodes that leave ----

onlyStickler("a node that ends well takes nothing with it", async (t) => {
  const all = await startCluster(t, { nodes: 3 });
  const editing = Editing.start(t, all, kBases, { by: ["http", "tunnel"] });
  await editing.allGoOn();
  const [first, ...others] = all.nodes.list;
  await first.leave();
  const names = others.map(({ name }) => name);
  assertEven(await all.settled({ only: names }), names);
  await editing.allGoOn();
  await editing.assertNothingLost();
});

// A node that has its lease revoked registers again; one whose key is deleted does not notice.
for (const way of ["revoke", "del"]) {
  const what = { revoke: "a lease that ends early", del: "a key that vanishes" }[way];
  onlyStickler(`${what} while its node lives costs nobody a row`, async (t) => {
    const all = await startCluster(t, { nodes: 3 });
    const editing = Editing.start(t, all, kBases, { by: ["http", "tunnel"] });
    await editing.allGoOn();
    const [first, ...others] = all.nodes.list;
    const { client } = all.etcd;
    const key = `${first.settings.prefix}nodes/${first.name}`;
    if (way === "revoke") {
      const back = first.told("registered");
      await client.revoke((await client.entry(key)).lease);
      await back;
      await all.heartbeats();
      await all.settled();
    } else {
      await client.del(key);
      await all.settled({ only: others.map(({ name }) => name) });
    }
    await editing.allGoOn();
    await editing.assertNothingLost();
  });
}
