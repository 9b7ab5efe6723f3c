// SPDX-License-Identifier: MIT
// A SeaTable cluster in which some edit, for what may happen to it: with a balancer that can be cut
// off from etcd, or amid a move; and how one sees that all is well again, or that a balancer is
// silent.
import assert from "node:assert/strict";
import { baseIn, kBuckets, kSettles, rowsOf, startCluster } from "./dtable_cluster.mjs";
import { Editing } from "./dtable_editors.mjs";
import { scaled } from "./dtable_nodes.mjs";
import { namedServer } from "./servers.mjs";
import { eventually } from "./shared_tables.mjs";
import { TcpCutter } from "./tcp_cutter.mjs";
import { RawClient } from "./wire.mjs";

// Every eighth bucket, so that each node has some.
export const kBases = kBuckets.filter((_, i) => i % 8 === 0).map((bucket) => baseIn(bucket));
export const kBase = kBases[0];
export const kThird = "dtable-server-03";
export const kShort = { hold: "300ms" };

// A lease that outlasts whatever happens to etcd.
export const kLong = { cluster: { lease: "60s" }, node: { lease: 60 } };

// A cluster in which some edit already, over HTTP and tunnels.
export async function world(t, options = {}) {
  const all = await startCluster(t, options);
  const editing = Editing.start(t, all, kBases, { by: ["http", "http", "tunnel"] });
  await editing.allGoOn();
  return { ...all, all, editing, before: await all.settled() };
}

// All is served again, and nothing was lost.
export async function assertRecovered({ all, editing }) {
  const owners = await all.settled();
  await editing.allGoOn(kSettles);
  await editing.assertNothingLost();
  return owners;
}

// The first of two, which is the monitor, reaches etcd through a cutter; the other does not.
export async function worldWithCutter(t, { cluster, ...options } = {}) {
  let cutter;
  const each = async (i, { etcd }) => {
    if (i > 0) return {};
    cutter = await TcpCutter.start(t, etcd.endpoints);
    return { etcd: { endpoints: cutter.endpoints } };
  };
  const all = await startCluster(t, { cluster: { ...kShort, ...cluster }, each, ...options });
  all.prepareBalancer();
  await all.balancers[1].start();
  await all.settled();
  const editing = Editing.start(t, all, kBases, { by: ["http", "tunnel"] });
  await editing.allGoOn();
  return { all, cutter, editing, ...all };
}

// In the middle of a move, of two balancers; the first is the monitor.
export async function midMove(t, options) {
  const all = await startCluster(t, options);
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

// A balancer that cannot vouch for what it knows says so (a node may answer 503, too, but does not
// say when to come again), and serves all else.
export async function assertSilent(balancer) {
  const ask = (target) => balancer.ask(target).then((it) => ({
    status: it.status, later: Number(it.get("retry-after") ?? 0),
  }));
  await eventually(() => ask(rowsOf(kBase)), ({ status, later }) => status === 503 && later > 0,
    "the balancer to be silent", kSettles);
  await eventually(() => ask("/ping/"), ({ status }) => status === 200,
    "what has no key to be served");
}

// Another backend of each balancer, of one server.
export async function elsewhere(t) {
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

export async function assertElsewhereServed(balancer) {
  assert.equal((await balancer.ask("/elsewhere/")).status, 200, "another backend is served");
}

// A tunnel of a base, byte by byte, to see it cut.
export async function rawTunnel(t, { ports }, base) {
  const client = await RawClient.connect(t, { port: ports.proxy });
  const fields = ["Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="];
  client.request(`GET /socket.io/?dtable_uuid=${base}&EIO=4&transport=websocket`, fields);
  assert.equal((await client.response()).status, 101);
  return client;
}
