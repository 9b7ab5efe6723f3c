// SPDX-License-Identifier: MIT
// Balancers that share a stick table through Redis, before the same servers. The servers write down
// who brought which key to whom; all requests must be answered with 200.
import assert from "node:assert/strict";
import { startStickler } from "./balancer.mjs";
import { runtimeSocket } from "./runtime_socket.mjs";
import { namedServers } from "./servers.mjs";
import { pause, within } from "./wait.mjs";
import { RawClient } from "./wire.mjs";

export const kServers = ["s1", "s2", "s3"];
export const kPrefix = "stickler:table:t:"; // of the table's keys in Redis
const kPoll = 20;
const kLongest = 2000; // of what an error says
const kPatient = { wait: "3s", timeout: "3s" }; // a busy machine is no reason to decide alone

// Asks until the answer fits; the answer. (What only a question tells cannot be awaited.)
export async function eventually(ask, fits, what, limit) {
  let last;
  const asking = { over: false };
  const found = (async () => {
    while (!asking.over) {
      last = await ask();
      if (fits(last)) return last;
      await pause(kPoll);
    }
  })();
  try {
    return await within(found, what, limit);
  } catch (error) {
    throw new Error(`${error.message}; at last: ${JSON.stringify(last)}`.slice(0, kLongest));
  } finally {
    asking.over = true;
  }
}

// Servers that remember which keys (the parameter k) they have been asked for.
export class KeyServers {
  #seen = new Map();

  static async start(t, options = {}) {
    const all = new KeyServers();
    const handler = (request, response) => {
      const key = new URL(request.url, "http://s").searchParams.get("k");
      if (key !== null) all.#note(key, response.getHeader("X-Instance"));
      return options.handler?.(request, response) ?? false;
    };
    all.list = await namedServers(t, kServers, { ...options, handler });
    return all;
  }

  #note(key, server) {
    if (!this.#seen.has(key)) this.#seen.set(key, new Set());
    this.#seen.get(key).add(server);
  }

  get(name) {
    return this.list.find((server) => server.name === name);
  }

  // What was seen up to now does not count any more.
  forget() {
    this.#seen.clear();
  }

  // Keys that came to more than one server: { key: [servers] }.
  get split() {
    const several = [...this.#seen].filter(([, servers]) => servers.size > 1);
    return Object.fromEntries(several.map(([key, servers]) => [key, [...servers]]));
  }
}

// One of the balancers. `redis`: the setting, or { address } of a Redis or a proxy. Begins when it
// shares its table; with `alone: true` when it is ready.
export async function startSharing(t, servers, {
  redis, table = {}, tables = {}, key = { query: "k" }, stick = {}, alone = false, edit = () => {},
  ...settings
}) {
  const runtime = runtimeSocket(t, {
    edit: (config) => {
      config.redis = { ...kPatient, ...redis };
      config.tables = { t: { shared: "redis", ...table }, ...tables };
      config.listeners.plain.stats = { uri: "/s" };
      config.backends["server-pro"].stick = { table: "t", key, ...stick };
      edit(config);
    },
  });
  const stickler = await startStickler(t, {
    servers: servers.list,
    check: { http: "HEAD /status", interval: "50ms", timeout: "5s", rise: 1, fall: 1 },
    cookie: null,
    ...settings,
    ...runtime.settings,
  });
  const balancer = new SharingBalancer(t, stickler, runtime.say);
  if (!alone) await balancer.isShared();
  return balancer;
}

// Two of them, with the same settings; `each(i)` adds what is different.
export function startPair(t, servers, { each = () => ({}), ...settings }) {
  return Promise.all([0, 1].map((i) => startSharing(t, servers, { ...settings, ...each(i) })));
}

export class SharingBalancer {
  constructor(t, stickler, say) {
    Object.assign(this, { t, stickler, say, log: stickler.log });
  }

  async answer(target, fields = []) {
    const client = await RawClient.connect(this.t, { port: this.stickler.ports.plain });
    const response = await client.request(`GET ${target}`, fields).response();
    client.close();
    return response;
  }

  // The server that answers; that it does with 200 is what every test here wants.
  async server(target, fields) {
    const response = await this.answer(target, fields);
    assert.equal(response.status, 200, `GET ${target}: ${response.status} ${response.text}`);
    return response.get("x-served-by");
  }

  // The servers of these keys: { key: server }.
  async servers(keys) {
    const found = {};
    await inBatches(keys, async (key) => (found[key] = await this.server(`/?k=${key}`)));
    return found;
  }

  // What its table says: the server of a key (undefined: it is not there), of all keys.
  async owner(key, table = "t") {
    return /server_key=(\S+)/.exec(await this.say(`show table ${table} key ${key}`))?.[1];
  }

  async owners(table = "t") {
    const text = await this.say(`show table ${table}`);
    const rows = text.matchAll(/key=(\S+) .*server_key=(\S+)/g);
    return Object.fromEntries([...rows].map(([, key, server]) => [key, server]));
  }

  hasOwner(key, server) {
    return eventually(() => this.owner(key), (it) => it === server,
      `${key} to be ${server}'s in the table of ${this.stickler.name}`);
  }

  // New keys go to this server only, until all are ready again. (Those that drain keep theirs.)
  async prefer(server) {
    for (const other of kServers.filter((it) => it !== server)) {
      await this.say(`set server server-pro/${other} state drain`);
    }
  }

  async ready() {
    for (const server of kServers) await this.say(`set server server-pro/${server} state ready`);
  }

  // Keys of this server move at their next request here; others still believe in it.
  maint(server) {
    return this.say(`set server server-pro/${server} state maint`);
  }

  async statistics() {
    return JSON.parse((await this.answer("/s;json")).text);
  }

  // "shared", "settling" or "alone".
  async sharing() {
    const { redis } = await this.statistics();
    return redis ? redis.state : this.#stateInLog();
  }

  #stateInLog() {
    const last = this.told().at(-1) ?? "";
    return /\balone\b/.test(last) ? "alone" : /\bshared\b/.test(last) ? "shared" : undefined;
  }

  // How many keys of the table others have had another server for.
  async corrected() {
    const { tables } = await this.statistics();
    return tables.find(({ name }) => name === "t").counts.corrected;
  }

  isShared() {
    return eventually(() => this.sharing(), (it) => it === "shared", "the table to be shared");
  }

  isAlone() {
    return eventually(() => this.sharing(), (it) => it === "alone", "the balancer to be alone");
  }

  // What it has told an administrator about Redis since.
  told(since = 0) {
    return this.log.since(since).filter((line) => kAboutRedis.test(line) && kTold.test(line));
  }

  warnings(since = 0) {
    return this.told(since).filter((line) => /\bwarning\b/.test(line));
  }
}

const kAboutRedis = /redis|alone|shared/i;
const kTold = /\b(info|warning|error): (?!listener )/;

// A few at a time: what matters is that they meet, not that all do.
const kAtOnce = 25;

export async function inBatches(values, act) {
  for (let i = 0; i < values.length; i += kAtOnce) {
    await Promise.all(values.slice(i, i + kAtOnce).map(act));
  }
}

export function keysNamed(prefix, count) {
  return Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
}

// These keys' part of { key: server }.
export function pick(owners, keys) {
  return Object.fromEntries(keys.map((key) => [key, owners[key]]));
}

// Whose a key is by its value in Redis ("VERSION SINCE SERVER"); "" for one that is forgotten.
export function serverIn(value) {
  const found = /^(\d+) (\d+) (\S*)$/.exec(value ?? "");
  return found?.[3];
}

export function versionIn(value) {
  return Number(/^(\d+) /.exec(value)[1]);
}

// All of these keys are in Redis, and the tables of these balancers agree with it; { key: server }.
export async function agreement(redis, balancers, keys) {
  const names = keys.map((key) => kPrefix + key);
  const values = await eventually(() => redis.ask("MGET", ...names),
    (all) => all.every((value) => serverIn(value)), "all keys to be in Redis");
  const wanted = Object.fromEntries(keys.map((key, i) => [key, serverIn(values[i])]));
  for (const balancer of balancers) {
    await eventually(() => balancer.owners(), (owners) =>
      keys.every((key) => owners[key] === wanted[key]), "the table to agree with Redis");
  }
  return wanted;
}
