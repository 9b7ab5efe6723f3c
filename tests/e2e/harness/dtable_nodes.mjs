// SPDX-License-Identifier: MIT
// Stand-ins of dtable-server as processes: registered in etcd, before one database. They can be
// killed, frozen past their lease, and told to leave.
import { Instance } from "./instances.mjs";
import { freePort } from "./ports.mjs";
import { TcpCutter } from "./tcp_cutter.mjs";
import { kLimit, pause, Timeline, within } from "./wait.mjs";

export const kPrefix = "/stickler/dtable/";

// Slow builds and busy machines get more time, and so does all that is agreed upon in a cluster.
const kPatience = Number(process.env.STICKLER_TEST_PATIENCE ?? 1);

// Milliseconds that mean something beside a cluster's times.
export function scaled(milliseconds) {
  return Math.round(milliseconds * kPatience);
}

// Of a lease etcd knows whole seconds only.
export const kLease = Math.ceil(2 * kPatience);
export const kGrace = scaled(1000);

const kDefaults = {
  prefix: kPrefix, lease: kLease, grace: kGrace, writeEvery: 300, forgetsAfter: 0, hook: "works",
  hookTakes: 0,
};

export class DtableNode extends Instance {
  // Other options than those of kDefaults: `idle` (dtable-server.mjs), `etcd`: a harness' Etcd, or
  // { endpoints, … }.
  constructor(t, { name, etcd, database, events, ...options }) {
    const settings = { ...kDefaults, database: database.url, ...options };
    settings.etcd = { ...etcd.nodeOptions, endpoints: etcd.endpoints };
    super(t, { name, script: "dtable-server.mjs", events });
    Object.assign(this, { t, database, settings });
  }

  // From now on it reaches etcd, and balancers reach it, by ways that can be cut: `cutter`.
  async goThroughCutter() {
    const { etcd } = this.settings;
    const urls = [...etcd.endpoints, `http://127.0.0.1:${this.port}`];
    this.cutter = await TcpCutter.start(this.t, urls);
    etcd.endpoints = this.cutter.endpoints.slice(0, -1);
    this.settings.url = this.cutter.endpoints.at(-1);
  }

  // For the first time, or again after it has ended; when it is registered.
  async start() {
    this.left = false;
    this.env = { DTABLE: JSON.stringify(this.settings) };
    const mark = this.events.mark();
    await super.start();
    this.process.once("exit", (code, signal) => {
      if (this.left || signal === "SIGKILL") return;
      this.events.push({ instance: this.name, event: "crashed", code });
    });
    await this.told("registered", { since: mark, limit: 3 * kLimit });
    return this;
  }

  // The next event of it of this kind.
  told(event, { since = this.events.mark(), limit } = {}) {
    const fits = (it) => it.instance === this.name && it.event === event;
    return this.events.waitFor(fits, { since, limit });
  }

  get alive() {
    return this.process !== undefined && this.process.exitCode === null && !this.process.signalCode;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  async kill() {
    if (!this.alive) return;
    await super.kill();
    if (!this.left) this.database.nodeIsGone(this.name);
  }

  freeze() {
    this.process.kill("SIGSTOP");
  }

  thaw() {
    this.process.kill("SIGCONT");
  }

  // Frozen until nobody need care for what it has in memory.
  async freezePastLease() {
    this.freeze();
    await pause(this.settings.lease * 1000 + this.settings.grace);
    this.database.nodeIsGone(this.name);
  }

  // Ends well: it writes everything out and gives its lease back.
  async leave() {
    const over = new Promise((resolve) => this.process.once("exit", resolve));
    this.left = true;
    this.process.send({ order: "leave" });
    await within(over, `the end of ${this.name}`);
  }

  setHook(hook, hookTakes = 0) {
    return this.order("setHook", { hook, hookTakes });
  }
}

export class DtableNodes {
  events = new Timeline("events of the nodes");
  list = [];

  constructor(t, { etcd, database, ...options }) {
    Object.assign(this, { t, etcd, database, options });
  }

  // Another one, that differs from the others by these options. `cuttable`: it has a `cutter`.
  async add({ cuttable = this.options.cuttable, ...options } = {}) {
    const number = String(this.list.length + 1).padStart(2, "0");
    const name = `dtable-server-${number}`;
    const { t, etcd, database, events } = this;
    const node = new DtableNode(t, { name, etcd, database, events, ...this.options, ...options });
    this.list.push(node);
    node.port = await freePort(); // it gives it up for a moment when it loses its lease
    if (cuttable) await node.goThroughCutter();
    return node.start();
  }

  get(name) {
    return this.list.find((node) => node.name === name);
  }

  get names() {
    return this.list.map(({ name }) => name);
  }

  // Complaints of any kind: who was sent to a node that had unloaded, tunnels that were open then.
  of(event) {
    return this.events.entries.filter((it) => it.event === event);
  }
}
