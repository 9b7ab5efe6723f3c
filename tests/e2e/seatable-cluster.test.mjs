// SPDX-License-Identifier: MIT
// SeaTable's bases divided among dtable-servers by agreement in etcd: who has a bucket, that nobody
// else is asked, and what is told of it.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { kSticklerBinary } from "./harness/balancer.mjs";
import {
  assertEven, baseIn, kBuckets, kTimes, kUnload, moved, startCluster,
} from "./harness/dtable_cluster.mjs";
import { Editing } from "./harness/dtable_editors.mjs";
import { kPrefix } from "./harness/dtable_nodes.mjs";
import { libconfig } from "./harness/libconfig.mjs";
import { Program } from "./harness/program.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { eventually, inBatches } from "./harness/shared_tables.mjs";

// How a base is asked for.
const kForms = {
  plain: (base) => `/dtables/${base}`,
  api: (base) => `/api/v1/dtables/${base}/rows/?table_name=T`,
  internal: (base) => `/api/v2/internal/dtables/${base}/metadata/`,
  gateway: (base) => `/dtable-server/api/v1/dtables/${base}/views/`,
  upper: (base) => `/api/v1/dtables/${base.toUpperCase()}/`,
  undashed: (base) => `/api/v1/dtables/${base.replaceAll("-", "")}/rows/`,
  escaped: (base) => `/api/v1/dtables/${base.replaceAll("-", "%2D")}/`,
  digits: (base) => `/dtables/%${base.charCodeAt(0).toString(16)}${base.slice(1)}/`,
  file: (base) => `/api/v1/dtables/${base}/files/Budget-a1234567-2024.xlsx`,
  other: (base) => `/api/v1/dtables/${base}/links/?dst_dtable_uuid=${baseIn("a1")}`,
  polling: (base) => `/socket.io/?dtable_uuid=${base}&EIO=4&transport=polling`,
  session: (base) => `/socket.io/?EIO=4&transport=polling&sid=ab12cd34-ef56&dtable_uuid=${base}`,
};

const kSome = ["00", "3a", "7f", "80", "c0", "ff"];

// That all are asked for, and by whom each was answered.
async function answerers(balancer, buckets = kBuckets) {
  const found = {};
  await inBatches(buckets, async (bucket) => {
    const answer = await balancer.rows(baseIn(bucket));
    assert.equal(answer.status, 200, answer.text);
    found[bucket] = answer.node;
  });
  return found;
}

// ---- who is asked ----

onlyStickler("each bucket is one node's, and every form of a base's id leads there", async (t) => {
  const world = await startCluster(t);
  const [balancer] = world.balancers;
  const owners = await balancer.owners();
  assertEven(owners, world.nodes.names);
  assert.deepEqual(await answerers(balancer), owners);
  for (const bucket of kSome) {
    for (const [form, make] of Object.entries(kForms)) {
      const { node } = await balancer.ask(make(baseIn(bucket, 7)));
      assert.equal(node, owners[bucket], `${form} of bucket ${bucket}`);
    }
  }
  world.assertOrderly();
});

onlyStickler("three nodes have the same number of buckets, but for one", async (t) => {
  const world = await startCluster(t, { nodes: 3 });
  assertEven(await world.balancers[0].owners(), world.nodes.names);
});

onlyStickler("without a key any node answers; what is no key in its place is refused, as are two",
  async (t) => {
    const { balancers: [balancer], nodes } = await startCluster(t);
    const seen = new Set();
    for (let i = 0; i < 8; ++i) seen.add((await balancer.ask("/ping/")).node);
    assert.deepEqual([...seen].sort(), nodes.names);
    for (const target of ["/api/v1/admin/sys-info/", "/dtables/", "/socket.io/?dtable_uuid="]) {
      assert.equal((await balancer.ask(target)).status, 200, target);
    }
    const [one, two] = [baseIn("17"), baseIn("a7")];
    for (const target of [
      "/dtables/17c", `/dtables/${one}x/`, "/dtables/%7B/rows", `/dtables/${one.replace("-", "_")}`,
      `/socket.io/?dtable_uuid=${one}0`, `/socket.io/?dtable_uuid=${one}&dtable_uuid=${two}`,
    ]) {
      assert.equal((await balancer.ask(target)).status, 400, target);
    }
  });

onlyStickler("no_key = \"fail\" answers 404", async (t) => {
  const edit = (config) => (config.backends["dtable-servers"].no_key = "fail");
  const { balancers: [balancer] } = await startCluster(t, { nodes: 1, each: () => ({ edit }) });
  assert.equal((await balancer.ask("/ping/")).status, 404);
  assert.equal((await balancer.rows(baseIn("7f"))).status, 200);
});

onlyStickler("each request says by which epoch it was sent, and no client can", async (t) => {
  const { balancers: [balancer] } = await startCluster(t);
  const { epoch } = await balancer.buckets();
  assert.ok(epoch > 0);
  const headers = { "X-Stickler-Epoch": "999999", "x-stickler-EPOCH": "1" };
  for (const options of [{}, { headers }]) {
    const { epochs } = (await balancer.rows(baseIn("7f"), options)).json;
    assert.deepEqual(epochs, [String(epoch)]);
  }
  const { epochs } = (await balancer.ask("/", { headers })).json;
  assert.ok(!epochs.includes("999999"), String(epochs));
});

// ---- when a node is away ----

onlyStickler("a node's buckets get 503 while it is down, then go to the others", async (t) => {
  const world = await startCluster(t, { nodes: 3 });
  const { balancers: [balancer], nodes: { list: [gone, ...others] } } = world;
  const before = await balancer.owners();
  const theirs = kBuckets.filter((bucket) => before[bucket] === gone.name);
  const editing = Editing.start(t, world, [baseIn(theirs[0], 1)]);
  await editing.allGoOn();
  await gone.kill();
  await inBatches(theirs.slice(0, 40), async (bucket) => {
    const answer = await balancer.rows(baseIn(bucket));
    assert.equal(answer.status, 503, answer.text);
  });
  const rest = kBuckets.filter((bucket) => before[bucket] !== gone.name);
  await answerers(balancer, rest.slice(0, 40));
  const names = others.map(({ name }) => name);
  const after = await world.settled({ only: names });
  assertEven(after, names);
  assert.deepEqual(moved(before, after), theirs, "and no other bucket has moved");
  await editing.allGoOn();
  await editing.assertNothingLost();
});

onlyStickler("a node that is back before its lease is over keeps its buckets", async (t) => {
  const world = await startCluster(t);
  const [balancer] = world.balancers;
  const before = await balancer.owners();
  const [node] = world.nodes.list;
  const base = baseIn(kBuckets.find((bucket) => before[bucket] === node.name));
  await node.kill();
  await node.start();
  await balancer.answers(base, 200);
  assert.equal((await balancer.rows(base)).node, node.name);
  await world.heartbeats();
  assert.deepEqual(moved(before, await world.settled()), []);
  world.assertSafe();
});

onlyStickler("a node may come back at another address", async (t) => {
  const world = await startCluster(t, { nodes: 1 });
  const [balancer] = world.balancers;
  const [node] = world.nodes.list;
  await node.kill();
  node.port = 0;
  await node.start();
  await balancer.answers(baseIn("7f"), 200);
  world.assertSafe();
});

// ---- several balancers ----

onlyStickler("two balancers agree, and either takes the wish to rebalance", async (t) => {
  const world = await startCluster(t, { balancers: 2 });
  const [one, two] = world.balancers;
  const agreed = async () => {
    await eventually(async () => (await one.buckets()).epoch - (await two.buckets()).epoch,
      (it) => it === 0, "the epochs to be the same");
    const owners = await world.settled();
    const [atOne, atTwo] = await Promise.all([answerers(one), answerers(two)]);
    assert.deepEqual(atOne, owners);
    assert.deepEqual(atTwo, owners);
    return owners;
  };
  await agreed();
  await world.nodes.add();
  assertEven(await world.rebalanceTo(world.nodes.names, two), world.nodes.names);
  await agreed();
  world.assertOrderly();
});

onlyStickler("a balancer that starts again, or is reloaded, finds all as it was", async (t) => {
  const world = await startCluster(t, { balancers: 2 });
  const [one, two] = world.balancers;
  const before = await world.settled();
  const editing = Editing.start(t, { ...world, balancers: [two], assertSafe() {} },
    kSome.map((bucket) => baseIn(bucket)));
  await editing.allGoOn();
  await one.stop();
  await one.start();
  assert.deepEqual(moved(before, await world.settled()), []);
  await one.kill();
  await one.start();
  assert.deepEqual(moved(before, await world.settled()), []);
  assert.equal((await two.command("reload")).status, 0);
  await editing.allGoOn();
  assert.deepEqual(moved(before, await world.settled()), []);
  assert.deepEqual(editing.refusals(), {}, "who edits at the other one notices nothing");
  await editing.assertNothingLost();
  world.assertOrderly();
});

// Its configuration needs no listener.
onlyStickler("a monitor of its own assigns the buckets; balancers go on without it", async (t) => {
  const cluster = { monitor: false, hold: "200ms" };
  const world = await startCluster(t, { cluster, settled: false });
  const [balancer] = world.balancers;
  await balancer.answers(baseIn("7f"), 503);
  assert.ok((await balancer.rows(baseIn("7f"))).get("retry-after"));
  const file = path.join(balancer.folder, "monitor.conf");
  writeFileSync(file, libconfig({
    clusters: {
      dtable: {
        etcd: world.etcd.endpoints, prefix: kPrefix, bootstrap: true, ...kTimes,
        unload: kUnload,
      },
    },
  }));
  const start = () => new Program(t, "monitor", kSticklerBinary, ["monitor", "-f", file]);
  const monitor = start();
  const owners = await world.settled();
  assertEven(owners, world.nodes.names);
  await monitor.kill();
  await world.heartbeats(6);
  await answerers(balancer, kSome);
  await world.nodes.list[0].kill();
  await world.heartbeats(9);
  await balancer.answers(baseIn(kBuckets.find((it) => owners[it] === "dtable-server-01")), 503);
  start();
  await world.settled({ only: ["dtable-server-02"] });
  world.assertSafe();
});

// ---- what is told ----

onlyStickler("whoever asks is told the node of a base, as its own key says it", async (t) => {
  const { balancers: [balancer] } = await startCluster(t);
  const owners = await balancer.owners();
  for (const bucket of kSome) {
    const base = baseIn(bucket);
    for (const id of [base, base.toUpperCase(), base.replaceAll("-", "")]) {
      const answer = await balancer.admin(`/dtable-server/${id}`);
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json, {
        moving: false, node_id: owners[bucket],
        node_url: `https://${owners[bucket]}.example.com/`,
      });
    }
  }
  assert.equal((await balancer.admin("/dtable-server/nonsense")).status, 400);
  assert.equal((await balancer.admin("/ping/")).text.trim(), "pong");
  assert.equal((await balancer.admin("/nowhere/")).status, 404);
  const { buckets } = await balancer.buckets();
  assert.deepEqual(buckets.map(({ bucket }) => bucket), kBuckets);
  assert.deepEqual(new Set(buckets.map(({ state }) => state)), new Set(["serving"]));
});

onlyStickler("show buckets and show nodes tell it at the terminal, and as JSON", async (t) => {
  const { balancers: [balancer], nodes } = await startCluster(t);
  const owners = await balancer.owners();
  const buckets = await balancer.command("show", "buckets", "--json");
  assert.equal(buckets.status, 0, buckets.stderr);
  const list = JSON.parse(buckets.stdout).flatMap((cluster) => cluster.buckets);
  assert.deepEqual(Object.fromEntries(list.map(({ bucket, node }) => [bucket, node])), owners);
  const table = await balancer.command("show", "nodes");
  for (const { name, port } of nodes.list) {
    assert.match(table.stdout, new RegExp(`${name}\\b.*`), table.stderr);
    const json = await balancer.command("show", "nodes", "--json");
    assert.ok(json.stdout.includes(`127.0.0.1:${port}`), json.stdout);
  }
  assert.equal((await balancer.command("show", "buckets")).status, 0);
});

// ---- etcd's own protection ----

onlyStickler("an etcd that wants TLS and a certificate is shown one", async (t) => {
  const etcdOptions = { tls: true };
  const each = (i, { etcd: { endpoints, identity } }) => ({
    etcd: {
      endpoints, ca: identity.authority,
      ...(i === 0 && { certificate: identity.certificate, key: identity.key }),
    },
    cluster: { hold: "200ms" },
  });
  const world = await startCluster(t, { etcdOptions, balancers: 2, each, settled: false });
  const [one, without] = world.balancers;
  await one.settled();
  await answerers(one, kSome);
  await without.answers(baseIn("7f"), 503);
  await without.log.waitFor(/(warning|error): .*etcd/i);
  world.assertSafe();
});

onlyStickler("an etcd with users is told ours, again when it has forgotten us", async (t) => {
  const auth = { user: "stickler", password: "secret", prefix: kPrefix };
  const each = (i, { etcd: { endpoints, members: [{ directory }] } }) => {
    const file = path.join(directory, `password-${i}`);
    writeFileSync(file, ["secret\n", "what-we-have\n"][i], { mode: 0o600 });
    const etcd = { endpoints, user: auth.user, password_file: file };
    return { etcd, cluster: { hold: "200ms" } };
  };
  const etcdOptions = { auth };
  const world = await startCluster(t, { etcdOptions, balancers: 2, each, settled: false });
  const [one, wrong] = world.balancers;
  await one.settled();
  await wrong.answers(baseIn("7f"), 503);
  await wrong.log.waitFor(/(warning|error): .*(authentication|password)/i);
  assert.ok(!wrong.log.entries.some((line) => line.includes("what-we-have")));
  await world.etcd.restart(); // which forgets its tokens
  await world.heartbeats(2);
  await one.settled();
  await answerers(one, kSome);
  world.assertSafe();
});
