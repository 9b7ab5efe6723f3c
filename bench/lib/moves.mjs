// SPDX-License-Identifier: MIT
// Buckets that move: a real etcd, nodes that unload them, and Stickler with two workers, while
// clients ask. First one bucket at a time that nobody asks for, then a node joins and a third of
// all buckets moves. Everything is timed from outside, by one clock: what etcd says of the
// assignment, and what requests and nodes say of themselves.

import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { now } from './clock.mjs';
import { startEtcd } from './etcd.mjs';
import { byWorker, heldMs, lags, moves, percentile } from './moves_count.mjs';
import { LOAD_CORE, cpuSeconds, firstLine, output, start, stop, until } from './processes.mjs';
import { startProgram, stopProgram } from './programs.mjs';
import { median } from './report.mjs';

const WORKERS = 2;
const NODES = 3; // the last one joins later
const BUCKETS = 256;
const IDLE_BUCKET = 'ff'; // of two nodes with the same number, the one that levelling moves
const BASES = 10_000;
const RATE = 2000; // requests a second
const UNLOAD_MS = 100;
const SINGLE_MOVES = 10;
const LINGER_MS = 800; // Stickler's default
const SHORT_LINGER = '200ms';
const WITHIN_MS = 30_000;
const ANSWERS_WITHIN_MS = 30_000;
const WARM_UP_MS = 2000;
const CHECKS_LEAST = 2; // whoever joins is up by then

// One round: a slot as others are, with `figures` instead of a cost.
export async function runMoves(context) {
  const cluster = await startCluster(context, {});
  const load = await startLoad(cluster);
  const singles = await moveSingly(cluster);
  const rebalance = await moveThird(cluster);
  const foreign = load.foreign();
  const requests = await endLoad(load);
  await stopCluster(cluster);
  const brisk = await startCluster(context, { linger: SHORT_LINGER });
  const briskSingles = await moveSingly(brisk);
  await stopCluster(brisk);
  const found = { requests, events: cluster.events, singles, rebalance, briskSingles };
  return { ...digest(found), foreign };
}

function digest({ requests, events, singles, rebalance, briskSingles }) {
  const lost = requests.filter(({ status }) => status !== 200);
  const answered = requests.filter(({ status }) => status === 200);
  const workerLags = byWorker(answered, WORKERS).map((of) => lags(of, events));
  const firsts = workerLags.flat().map(({ first }) => first);
  const held = heldMs(answered, rebalance.ended);
  const each = rebalance.ended.map(({ closing, serving }) => serving - closing);
  const others = requests.filter(({ due }) => due > rebalance.asked && due < rebalance.over);
  return {
    valid: lost.length === 0,
    error: lost.length ? `${lost.length} requests lost: ${statuses(lost)}` : undefined,
    detail: { workerLags, singles, briskSingles },
    figures: {
      lagP50: median(firsts),
      lagMost: Math.max(...firsts),
      lastMost: Math.max(...workerLags.flat().map(({ last }) => last)),
      single: median(singles.map(({ took, call }) => took - call)),
      singleRest: median(singles.map(({ took, call }) => took - call - LINGER_MS)),
      singleShort: median(briskSingles.map(({ took, call }) => took - call)),
      asked: others.length,
      lost: lost.length,
      moved: rebalance.ended.length,
      held: held.length,
      heldP50: percentile(held, 0.5),
      heldP99: percentile(held, 0.99),
      heldMost: Math.max(...held),
      eachP50: median(each),
      rebalance: rebalance.over - rebalance.asked,
    },
  };
}

const statuses = (lost) => [...new Set(lost.map(({ status }) => status || 'no answer'))].join(', ');

// ---- The parts ----

// When all buckets are served, by two nodes with the same number.
async function startCluster(context, { linger }) {
  const nodes = Array.from({ length: NODES }, startNode);
  for (const node of nodes) node.port = Number(await firstLine(node.child));
  const ports = nodes.map(({ port }) => port);
  const etcd = await startEtcd(context.directory, ports.slice(0, -1));
  const events = [];
  const endWatch = await etcd.watch('assignment', (assignment, at) => {
    events.push({ at, ...assignment }); // epoch, nodes, buckets
  });
  const etcdPort = etcd.port;
  const wanted = { sticky: 'buckets', etcdPort, workers: WORKERS, unloads: true, linger };
  const program = await startProgram('stickler', { ...context, servers: ports }, wanted);
  const cluster = { nodes, etcd, events, endWatch, program };
  await settled(cluster);
  return cluster;
}

function startNode() {
  const args = [beside('moves_node.mjs'), `${UNLOAD_MS}`];
  return { child: start(LOAD_CORE, process.execPath, args, { pipe: true }) };
}

const beside = (name) => path.join(path.dirname(fileURLToPath(import.meta.url)), name);

async function stopCluster({ nodes, etcd, endWatch, program }) {
  endWatch();
  await stopProgram(program);
  await etcd.stop();
  await Promise.all(nodes.map(({ child }) => stop(child)));
}

const seen = ({ port }) => ask(port, '/seen');

async function ask(port, target, method = 'GET') {
  const signal = AbortSignal.timeout(ANSWERS_WITHIN_MS);
  try {
    return await (await fetch(`http://127.0.0.1:${port}${target}`, { method, signal })).json();
  } catch ({ message }) {
    throw new Error(`${method} ${target}: ${message}`);
  }
}

// Nothing moves, and something has been said since.
async function settled({ events }, since = 0) {
  await until('all buckets are served', WITHIN_MS, () => {
    const last = events.at(-1);
    return last?.at > since && stagesOf(last).every((stage) => stage === 'serving');
  });
  return events.filter(({ at }) => at > since);
}

const stagesOf = ({ buckets }) => Object.values(buckets).map(({ stage }) => stage);

async function startLoad({ program, etcd, nodes }) {
  const args = [program.ports.plain, RATE, BASES, BUCKETS - 1].map(String);
  const command = [beside('moves_load.mjs'), ...args];
  const child = start(LOAD_CORE, process.execPath, command, { pipe: true });
  const text = output(child, 10 * WITHIN_MS);
  text.catch(() => {}); // endLoad() tells
  await pause(WARM_UP_MS);
  const pids = [child.pid, etcd.pid, process.pid, ...program.pids];
  pids.push(...nodes.map((node) => node.child.pid));
  return { child, text, foreign: foreignSince(pids) };
}

// Afterwards: which share of the machine others than these processes have used since.
function foreignSince(pids) {
  const used = () => ({ at: now(), others: cpuSeconds() - cpuSeconds(pids) });
  const from = used();
  return () => {
    const to = used();
    const capacity = ((to.at - from.at) / 1000) * os.availableParallelism();
    return Math.max(0, (to.others - from.others) / capacity);
  };
}

async function endLoad({ child, text }) {
  child.kill('SIGTERM');
  return JSON.parse(await text);
}

// ---- Moves ----

// Returns when it was asked for. It has to be about so many buckets.
async function rebalance({ program }, wanted) {
  const asked = now();
  const { moving } = await ask(program.ports.admin, '/rebalance/', 'POST');
  if (moving !== wanted) throw new Error(`${moving} buckets move instead of ${wanted}`);
  return asked;
}

async function moveSingly(cluster) {
  const found = [];
  for (let i = 0; i < SINGLE_MOVES; ++i) found.push(await moveOne(cluster));
  return found;
}

// Of one bucket, milliseconds: from being asked for to being served again, and the parts.
async function moveOne(cluster) {
  const owner = await giveAway(cluster);
  const asked = await rebalance(cluster, 1);
  const [{ closing, unloading, serving }] = moves(await settled(cluster, asked));
  const call = (await seen(cluster.nodes[0])).unloads.at(-1);
  if (cluster.events.at(-1).buckets[IDLE_BUCKET].node !== owner) throw new Error('it did not move');
  return {
    took: serving - asked,
    toClosing: closing - asked,
    toUnloading: unloading - closing,
    toCall: call.begun - unloading,
    call: call.ended - call.begun,
    toServing: serving - call.ended,
  };
}

// The idle bucket goes to the first node without a handover, so that it can be asked back: no node
// has any of its bases. Returns who had it.
async function giveAway({ etcd, events }) {
  const before = events.at(-1);
  const epoch = before.epoch + 1;
  const bucket = { stage: 'serving', node: 's1', since: epoch };
  const buckets = { ...before.buckets, [IDLE_BUCKET]: bucket };
  await etcd.put('assignment', { epoch, nodes: before.nodes, buckets });
  await until('etcd has said so', WITHIN_MS, () => events.at(-1).epoch === epoch);
  return before.buckets[IDLE_BUCKET].node;
}

// The last node joins, and gets its third.
async function moveThird(cluster) {
  const { etcd, nodes } = cluster;
  const last = nodes.at(-1);
  await etcd.register(`s${NODES}`, last.port);
  await until('the node is up', WITHIN_MS, async () => (await seen(last)).checks >= CHECKS_LEAST);
  const asked = await rebalance(cluster, Math.floor(BUCKETS / NODES));
  const events = await settled(cluster, asked);
  return { asked, over: events.at(-1).at, ended: moves(events) };
}
