// SPDX-License-Identifier: MIT
// Faults of a SeaTable cluster by chance: which, when, whose and for how long follows from a seed
// alone. Each fault ends; no two at once are of the same node or balancer, or of etcd.
import { kPrefix } from "./dtable_nodes.mjs";
import { pause, Timeline } from "./wait.mjs";

const kBetween = [300, 1800]; // milliseconds from one fault to the next

// Each: how often compared with others, for how long at least and at most (milliseconds), what
// begins it and what ends it; or what `asks` something, which may fail. `dice`: from 0 to 1.
const kFaults = {
  node: [
    { what: "killed", often: 4, lasts: [0, 6000],
      begin: (node) => node.kill(), end: (node) => node.start() },
    { what: "left", often: 2, lasts: [0, 4000],
      begin: (node) => node.leave(), end: (node) => node.start() },
    { what: "frozen for a moment", often: 5, lasts: [50, 900],
      begin: (node) => node.freeze(), end: (node) => node.thaw() },
    { what: "frozen past its lease", often: 3, lasts: [3200, 9000],
      begin: (node) => node.freezePastLease(), end: (node) => node.thaw() },
    { what: "cut off", often: 3, lasts: [500, 7000],
      begin: ({ cutter }) => cutter.cut(), end: ({ cutter }) => cutter.heal() },
    { what: "unheard of by everybody", often: 4, lasts: [500, 7000],
      begin: ({ cutter }) => cutter.stall(), end: ({ cutter }) => cutter.heal() },
    { what: "failing to unload", often: 2, lasts: [500, 4000],
      begin: (node) => node.setHook("fails"), end: (node) => node.setHook("works") },
    { what: "unloading slowly", often: 3, lasts: [2000, 6000],
      begin: (node) => node.setHook("slow", 700), end: (node) => node.setHook("works") },
    { what: "robbed of its lease", often: 3, lasts: [0, 0],
      asks: async (node, { etcd: { client } }) => {
        const key = await client.entry(`${kPrefix}nodes/${node.name}`);
        if (key) await client.revoke(key.lease);
      } },
  ],
  balancer: [
    { what: "killed", often: 4, lasts: [0, 4000],
      begin: (it) => it.kill(), end: (it) => it.start() },
    { what: "stopped", often: 1, lasts: [0, 1000],
      begin: (it) => it.stop(), end: (it) => it.start() },
    { what: "frozen", often: 4, lasts: [100, 5000],
      begin: (it) => it.freeze(), end: (it) => it.thaw() },
    { what: "cut from etcd", often: 3, lasts: [100, 5000],
      begin: ({ cutter }) => cutter.cut(), end: ({ cutter }) => cutter.heal() },
    { what: "unheard of by etcd", often: 4, lasts: [100, 5000],
      begin: ({ cutter }) => cutter.stall(), end: ({ cutter }) => cutter.heal() },
    { what: "asked to rebalance", often: 12, lasts: [0, 0], asks: (it) => it.rebalance() },
  ],
  etcd: [
    { what: "one member short", often: 3, lasts: [0, 4000],
      begin: (etcd, { dice }) => etcd.kill(member(dice)),
      end: (etcd, { dice }) => etcd.restart(member(dice)) },
    { what: "with a silent member", often: 3, lasts: [100, 4000],
      begin: (etcd, { dice }) => etcd.freeze(member(dice)),
      end: (etcd, { dice }) => etcd.thaw(member(dice)) },
    { what: "without a quorum", often: 2, lasts: [0, 5000],
      begin: (etcd, { dice }) => etcd.kill(...otherMembers(dice)),
      end: (etcd, { dice }) => etcd.restart(...otherMembers(dice)) },
    { what: "down", often: 1, lasts: [0, 3000],
      begin: (etcd) => etcd.kill(), end: (etcd) => etcd.restart() },
    { what: "down, and then empty", often: 1, lasts: [0, 1000],
      begin: (etcd) => etcd.kill(),
      end: (etcd, { dice }) => etcd.restartEmpty({ anew: dice < 0.5 }) },
    { what: "compacted", often: 1, lasts: [0, 0], asks: ({ client }) => client.compact() },
    { what: "robbed of the assignment", often: 1, lasts: [0, 0],
      asks: ({ client }) => client.del(`${kPrefix}assignment`) },
  ],
};

const kOften = { node: 4, balancer: 5, etcd: 2 };

const member = (dice) => Math.floor(dice * 3);
const otherMembers = (dice) => [0, 1, 2].filter((i) => i !== member(dice));

// Numbers from 0 to 1 (mulberry32).
export function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

// What will happen: { at, whom, which, fault, lasts, dice }, for so many seconds. `counts`: how
// many nodes and balancers there are.
export function planOf(seed, seconds, counts) {
  const random = randomNumbers(seed);
  const between = ([least, most]) => Math.round(least + random() * (most - least));
  const plan = [];
  for (let at = 0; at < seconds * 1000; at += between(kBetween)) {
    const whom = chosen(Object.keys(kFaults), (it) => kOften[it], random());
    const which = Math.floor(random() * (counts[whom] ?? 1));
    const fault = chosen(kFaults[whom], ({ often }) => often, random());
    plan.push({ at, whom, which, fault, lasts: between(fault.lasts), dice: random() });
  }
  return plan;
}

function chosen(all, weight, dice) {
  let left = dice * all.reduce((sum, it) => sum + weight(it), 0);
  return all.find((it) => (left -= weight(it)) < 0) ?? all.at(-1);
}

// Carries a plan out, and returns when all that was broken is whole. `told`: what happened.
export class Chaos {
  told = new Timeline("what chaos did"); // lines
  #busy = new Map();

  constructor(world) {
    this.world = world;
  }

  // Until `stop()` says true.
  async run(plan, stop = () => false) {
    this.began = performance.now();
    for (const step of plan) {
      const left = this.began + step.at - performance.now();
      if (left > 0) await pause(left);
      if (this.error || stop()) break;
      const name = step.whom === "etcd" ? "etcd" : `${step.whom} ${step.which + 1}`;
      const before = this.#busy.get(name) ?? Promise.resolve();
      const after = before.then(() => this.#carryOut(step, name));
      this.#busy.set(name, after.catch((error) => (this.error ??= error)));
    }
    await Promise.all(this.#busy.values());
    if (this.error) throw this.error;
  }

  async #carryOut({ whom, which, fault, lasts, dice }, name) {
    const { nodes, balancers, etcd } = this.world;
    const target = { node: nodes.list[which], balancer: balancers[which], etcd }[whom];
    const { what, asks, begin, end } = fault;
    const words = { etcd, dice };
    if (asks) {
      this.#tell(`${name}: ${what}`);
      return asks(target, words).catch(({ message }) => this.#tell(`${name}: ${message}`));
    }
    const due = performance.now() + lasts;
    this.#tell(`${name}: ${what}`);
    await begin(target, words);
    const left = due - performance.now();
    if (left > 0) await pause(left);
    await end(target, words);
    this.#tell(`${name}: no longer ${what}`);
  }

  #tell(words) {
    const at = ((performance.now() - this.began) / 1000).toFixed(2).padStart(6);
    this.told.push(`${at} ${words}`);
  }
}
