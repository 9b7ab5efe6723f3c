// SPDX-License-Identifier: MIT
// A whole SeaTable cluster as far as balancers see it: a real etcd, stand-ins of dtable-server
// before one database, and balancers. All times are scaled down.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ask, post } from "./ask.mjs";
import { kSticklerBinary, startStickler } from "./balancer.mjs";
import { BaseDatabase } from "./base_database.mjs";
import { cleanUp } from "./cleanup.mjs";
import { DtableNodes, kGrace, kLease, kPrefix, scaled } from "./dtable_nodes.mjs";
import { startEtcdCluster } from "./etcd.mjs";
import { libconfig } from "./libconfig.mjs";
import { freePort } from "./ports.mjs";
import { eventually } from "./shared_tables.mjs";
import { kLimit } from "./wait.mjs";

export const kBuckets = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
const kName = "dtable";
const kShown = 5; // of what must not be, in a failure

// What it takes at most until all is well again after the last fault: the lease, the term, the
// grace, the limit of an unloading, an election, each of a second or two.
export const kSettles = 3 * kLimit;

const time = (milliseconds) => `${scaled(milliseconds)}ms`;

export const kTimes = {
  lease: `${kLease}s`, term: time(2000), margin: time(300), grace: `${kGrace}ms`,
  drain: time(1000), linger: time(50), hold: time(5000),
};
export const kUnload = { http: "POST /unload-buckets/", timeout: time(2000) };

// One base of a bucket.
export function baseIn(bucket, number = 0) {
  return `${bucket}84e1a1-66e2-41d4-a716-${String(number).padStart(12, "0")}`;
}

export const rowsOf = (base) => `/api/v1/dtables/${base}/rows/`;

// `edit(config)` changes the configuration of one balancer. `cutter`: the TcpCutter between it and
// etcd, if there is one.
export class ClusterBalancer {
  constructor(t, { etcd, cluster, edit = () => {}, cutter }) {
    const folder = mkdtempSync(path.join(tmpdir(), "stickler-cluster-"));
    cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
    Object.assign(this, { t, etcd, cluster, edit, cutter, folder });
  }

  // At the addresses that it had before if it had some; with `ready: false` returns at once.
  async start(options = {}) {
    this.ports ??= { proxy: await freePort(), admin: await freePort() };
    const text = libconfig(this.#config());
    const { t, ports } = this;
    this.program = await startStickler(t, { text, ports, ...options });
    // A frozen one does not hear that it shall end.
    cleanUp(t, () => this.thaw());
    return this;
  }

  #config() {
    const { proxy, admin } = this.ports;
    const config = {
      process: { workers: 2, stop_within: "500ms" },
      log: { level: "debug", access: "off" },
      runtime: { socket: path.join(this.folder, "runtime.sock") },
      timeouts: { connect: time(500), client: "30s", server: time(5000), tunnel: "60s" },
      clusters: {
        [kName]: {
          etcd: { ...this.etcd, timeout: time(500) },
          prefix: kPrefix,
          bootstrap: true,
          ...kTimes,
          unload: kUnload,
          ...this.cluster,
        },
      },
      listeners: {
        proxy: { bind: `127.0.0.1:${proxy}`, backend: "dtable-servers" },
        admin: { bind: `127.0.0.1:${admin}`, cluster_admin: kName },
      },
      backends: {
        "dtable-servers": {
          cluster: kName,
          no_key: "any",
          check: {
            http: "GET /ping/", expect: 200, interval: "100ms", timeout: time(1000), rise: 1,
            fall: 2,
          },
        },
      },
    };
    this.edit(config);
    return config;
  }

  get log() {
    return this.program.log;
  }

  kill() {
    return this.program.kill();
  }

  // Ends well.
  async stop() {
    this.program.signal("SIGTERM");
    const { code } = await this.program.expectExit();
    assert.equal(code, 0, this.program.lastLines());
  }

  freeze() {
    this.program.signal("SIGSTOP");
  }

  thaw() {
    this.program.signal("SIGCONT");
  }

  ask(target, options) {
    return ask(this.ports.proxy, target, options);
  }

  write(base, row, options) {
    return post(this.ports.proxy, rowsOf(base), { row }, options);
  }

  rows(base, options) {
    return this.ask(rowsOf(base), options);
  }

  // The listener for administrators.
  admin(target, options) {
    return ask(this.ports.admin, target, options);
  }

  // { epoch, buckets: [{ bucket, state, node, next }] }
  async buckets() {
    const answer = await this.admin("/buckets/");
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  // { bucket: node }
  async owners() {
    return ownersIn(await this.buckets());
  }

  // How many moves that makes; that it is taken up is what every test wants.
  async rebalance() {
    const answer = await this.admin("/rebalance/", { method: "POST" });
    assert.equal(answer.status, 202, answer.text);
    return answer.json.moving;
  }

  // These nodes are registered, as this balancer knows.
  knows(nodes) {
    return eventually(() => this.admin("/nodes/").then((it) => it.text, ({ message }) => message),
      (text) => nodes.every((name) => text.includes(name)), `${nodes.join(", ")} to be seen`);
  }

  // All buckets are served: `only` by these nodes, `among` them by each of these, if that is said.
  // The owners.
  async settled({ only, among = [], limit = kSettles } = {}) {
    const fits = ({ states, shares }) => states?.serving === kBuckets.length &&
      Object.keys(shares).every((node) => !only || only.includes(node)) &&
      among.every((node) => shares[node] > 0);
    const what = `all buckets to be served${only ? ` only by ${only.join(", ")}` : ""}` +
      `${among.length > 0 ? `, some by ${among.join(", ")}` : ""}`;
    const ask = () => this.buckets().then(digest, ({ message }) => ({ message }));
    return (await eventually(ask, fits, what, limit)).owners;
  }

  // Requests of this base are answered with this status.
  answers(base, status, limit = kSettles) {
    return eventually(() => this.rows(base).then((it) => it.status, ({ message }) => message),
      (it) => it === status, `${base} to be answered with ${status}`, limit);
  }

  // `stickler WORDS -f FILE` beside the running one: { status, stdout, stderr }.
  command(...words) {
    return new Promise((resolve) => {
      execFile(kSticklerBinary, [...words, "-f", this.program.file], (error, stdout, stderr) => {
        resolve({ status: error ? error.code : 0, stdout, stderr });
      });
    });
  }
}

function ownersIn({ buckets }) {
  return Object.fromEntries(buckets.map(({ bucket, node }) => [bucket, node]));
}

// What a failure shall show, and the owners, which it need not.
function digest(answer) {
  const owners = ownersIn(answer);
  const states = {};
  for (const { state } of answer.buckets) states[state] = (states[state] ?? 0) + 1;
  const found = { epoch: answer.epoch, states, shares: shares(owners) };
  return Object.defineProperty(found, "owners", { value: owners });
}

// How many buckets each node has: { node: number }.
export function shares(owners) {
  const counts = {};
  for (const node of Object.values(owners)) counts[node] = (counts[node] ?? 0) + 1;
  return counts;
}

// No node has more than ⌈256/n⌉, and none fewer than ⌊256/n⌋.
export function assertEven(owners, nodes) {
  const counts = shares(owners);
  assert.deepEqual(Object.keys(counts).sort(), [...nodes].sort());
  const each = kBuckets.length / nodes.length;
  const text = JSON.stringify(counts);
  assert.ok(Object.values(counts).every((it) => it <= Math.ceil(each)), text);
  assert.ok(Object.values(counts).every((it) => it >= Math.floor(each)), text);
}

// The buckets that have another owner.
export function moved(before, after) {
  return kBuckets.filter((bucket) => before[bucket] !== after[bucket]);
}

// { etcd, database, nodes, balancers }, when all buckets are served, or at once with `settled:
// false`. `members` of etcd, `nodes` and `balancers`: how many. `node`: options of DtableNode.
// `each(i, world)`: what is different at one balancer: `etcd`, `cluster`, `edit`.
export async function startCluster(t, {
  members = 1, etcdOptions, nodes = 2, node = {}, balancers = 1, cluster = {}, each = () => ({}),
  settled = true,
} = {}) {
  const etcd = await startEtcdCluster(t, members, etcdOptions);
  const database = await BaseDatabase.start(t);
  const world = new Cluster(t, { etcd, database, cluster });
  world.nodes = new DtableNodes(t, { etcd, database, ...node });
  await Promise.all(Array.from({ length: nodes }, () => world.nodes.add()));
  for (let i = 0; i < balancers; ++i) world.prepareBalancer(await each(i, world));
  await Promise.all(world.balancers.map((balancer) => balancer.start()));
  if (settled) await world.settled();
  return world;
}

export class Cluster {
  balancers = [];

  constructor(t, parts) {
    Object.assign(this, { t, ...parts });
  }

  // One more, not started.
  prepareBalancer({ etcd = { endpoints: this.etcd.endpoints }, cluster, ...options } = {}) {
    const settings = { ...this.cluster, ...cluster };
    const balancer = new ClusterBalancer(this.t, { etcd, cluster: settings, ...options });
    this.balancers.push(balancer);
    return balancer;
  }

  // All balancers say that all buckets are served, and by whom: the same. Options as above.
  async settled(options) {
    const all = await Promise.all(this.balancers.map((it) => it.settled(options)));
    if (all.every((owners) => moved(all[0], owners).length === 0)) return all[0];
    return this.settled(options);
  }

  // A wish to rebalance, once it has an effect: these nodes are known and have buckets afterwards.
  async rebalanceTo(nodes = this.nodes.names, balancer = this.balancers[0]) {
    await balancer.knows(nodes);
    await balancer.rebalance();
    return this.settled({ among: nodes });
  }

  // What the database complains about: nothing. And all who came to a node said by which epoch.
  assertSafe() {
    const texts = [...this.database.violations().map(({ text }) => text),
                   ...this.nodes.of("no epoch").map(({ url }) => `no epoch: ${url}`),
                   ...this.nodes.of("crashed").map(({ instance }) => `${instance} crashed`)];
    assert.deepEqual(texts.slice(0, kShown), [], `${texts.length} violations`);
  }

  // Nobody was sent to a node that had unloaded since, and no tunnel was open when it did: so it
  // is as long as nobody is frozen or killed.
  assertOrderly() {
    this.assertSafe();
    assert.deepEqual(this.nodes.of("refused").map(({ text }) => text).slice(0, kShown), []);
    const left = this.nodes.of("unloaded").filter(({ tunnels }) => tunnels > 0);
    assert.deepEqual(left, [], "tunnels that were open at the unloading");
  }

  // Balancers have written so many more signs of life: what they do by themselves they have done.
  async heartbeats(count = 4) {
    const heard = await this.etcd.client.watch(`${kPrefix}balancers/`);
    await heard.at(count * this.balancers.length - 1);
    heard.close();
  }
}
