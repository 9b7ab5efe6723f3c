// SPDX-License-Identifier: MIT
// A real etcd on loopback, of one member or several: killed, frozen, with a disk that hangs,
// started again as it was or empty, with TLS or users if wanted. Its elections are quick.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { certificates, issue } from "./certificates.mjs";
import { cleanUp } from "./cleanup.mjs";
import { EtcdClient } from "./etcd_client.mjs";
import { hangDisk } from "./injected_fault.mjs";
import { freePort } from "./ports.mjs";
import { Program } from "./program.mjs";
import { kLimit, pause, within } from "./wait.mjs";

const kHeartbeat = 50;
const kElection = 500; // and a lease lasts at least one and a half of it, in whole seconds
const kHashing = 4; // the least: each time somebody authenticates it costs a second elsewhere
const kServes = /serving client traffic/;
const kMatters = /serving client traffic|elected leader|lost leader|started election/;
const kPoll = 20;
const kForever = 3_600_000;
const kRoot = { user: "root", password: "root-secret" };

// `tls`: https, and only for clients with a certificate of our authority; `etcd.identity` is one.
// `auth`: { user, password, prefix }: a user who may read and write below this prefix, and no more.
// `flags`: further ones.
export function startEtcd(t, options) {
  return startEtcdCluster(t, 1, options);
}

export async function startEtcdCluster(t, count = 3, options) {
  const etcd = await prepareEtcd(t, count, options);
  await etcd.start();
  return etcd;
}

// Its addresses, before anybody listens there.
export async function prepareEtcd(t, count = 1, { tls = false, auth, flags = [] } = {}) {
  const etcd = new Etcd(t, { tls, auth, flags });
  for (let i = 0; i < count; ++i) {
    const ports = { client: await freePort(), peer: await freePort() };
    etcd.members.push(new Member(t, `etcd-${i + 1}`, ports, tls));
  }
  etcd.prepareClient();
  return etcd;
}

class EtcdProgram extends Program {
  // Of its many words only those that say what became of it.
  constructor(t, name, words) {
    super(t, name, "etcd", words);
    const { log } = this;
    log.push = (line) => {
      const { level, ts, msg } = parsed(line);
      const matters = level === undefined || level !== "info" || kMatters.test(msg);
      if (matters) Object.getPrototypeOf(log).push.call(log, msg ? `${ts} ${level}: ${msg}` : line);
    };
  }

  // It has nothing to show at its end, but must not have ended before.
  async stop() {
    if (this.exit) return super.stop();
    await this.kill();
  }
}

class Member {
  frozen = false;

  constructor(t, name, ports, tls) {
    // etcd waits for the disk at each write, and a busy one would depose leaders.
    const folder = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
    this.directory = mkdtempSync(path.join(folder, "stickler-etcd-"));
    cleanUp(t, () => rmSync(this.directory, { recursive: true, force: true }));
    const scheme = tls ? "https" : "http";
    Object.assign(this, { t, name, ports });
    this.url = `${scheme}://127.0.0.1:${ports.client}`;
    this.peerUrl = `http://127.0.0.1:${ports.peer}`;
  }

  get alive() {
    return this.program !== undefined && !this.program.exit && !this.frozen;
  }

  // A leader whose disk hangs does not notice that it is deposed.
  get knows() {
    return this.alive && (this.disk === undefined || this.disk.exit !== undefined);
  }

  run(flags) {
    const own = {
      "name": this.name,
      "data-dir": path.join(this.directory, "data"),
      "listen-client-urls": this.url,
      "advertise-client-urls": this.url,
      "listen-peer-urls": this.peerUrl,
      "initial-advertise-peer-urls": this.peerUrl,
    };
    const words = [...Object.entries(own).flatMap(([name, value]) => [`--${name}`, value])];
    const log = ["--logger", "zap", "--log-outputs", "stderr"];
    this.program = new EtcdProgram(this.t, this.name, [...words, ...log, ...flags]);
  }

  async kill() {
    this.frozen = false;
    await this.program.kill();
  }

  empty() {
    rmSync(path.join(this.directory, "data"), { recursive: true, force: true });
  }
}

export class Etcd {
  members = [];
  #generation = 1;

  constructor(t, options) {
    Object.assign(this, { t, ...options });
  }

  get endpoints() {
    return this.members.map(({ url }) => url);
  }

  // For an EtcdClient in another process, beside the endpoints.
  get nodeOptions() {
    const { tls, ...who } = this.clientOptions;
    const text = Object.entries(tls).map(([name, value]) => [name, String(value)]);
    return { tls: Object.fromEntries(text), ...who };
  }

  // For the administrator's client of the tests.
  prepareClient() {
    if (this.tls) this.#prepareTls();
    const tls = this.tls && {
      ca: certificates().ca,
      cert: readFileSync(this.identity.certificate),
      key: readFileSync(this.identity.key),
    };
    this.clientOptions = { tls: tls || {}, ...(this.auth && kRoot) };
    this.client = this.newClient();
    this.nobody = this.newClient({ user: undefined });
  }

  newClient(options = {}) {
    const client = new EtcdClient(this.endpoints, { ...this.clientOptions, ...options });
    cleanUp(this.t, () => client.close());
    return client;
  }

  // `authority`, and the client's `certificate` and `key`: files.
  #prepareTls() {
    const client = issue({ hosts: ["stickler"] });
    this.server = issue({ hosts: ["localhost"] });
    this.identity = {
      authority: path.join(certificates().directory, "root.crt"),
      certificate: client.chain,
      key: client.key,
    };
  }

  async start() {
    for (const member of this.members) member.run(this.#flags());
    await this.#ready(this.members);
    if (this.auth) await this.#addUsers();
  }

  #flags() {
    const tls = this.tls ? [
      "--cert-file", this.server.chain, "--key-file", this.server.key,
      "--trusted-ca-file", this.identity.authority, "--client-cert-auth",
    ] : [];
    return [
      "--heartbeat-interval", kHeartbeat, "--election-timeout", kElection,
      "--initial-cluster", this.members.map((it) => `${it.name}=${it.peerUrl}`).join(","),
      "--initial-cluster-token", `stickler-${process.pid}-${this.#generation}`,
      "--bcrypt-cost", kHashing, ...tls, ...this.flags,
    ].map(String);
  }

  async #ready(members) {
    await Promise.all(members.map(({ program }) => {
      return program.log.waitFor(kServes, { limit: 2 * kLimit });
    }));
    await this.leader();
  }

  async #addUsers() {
    const { client, nobody, auth } = this;
    const call = (words, body) => nobody.call(`/v3/auth/${words}`, body);
    const base64 = (text) => Buffer.from(text).toString("base64");
    const end = auth.prefix.slice(0, -1) + String.fromCharCode(auth.prefix.at(-1).charCodeAt() + 1);
    const perm = { permType: "READWRITE", key: base64(auth.prefix), range_end: base64(end) };
    await call("user/add", { name: kRoot.user, password: kRoot.password });
    await call("user/add", { name: auth.user, password: auth.password });
    for (const role of ["root", "limited"]) await call("role/add", { name: role });
    await call("role/grant", { name: "limited", perm });
    await call("user/grant", { user: kRoot.user, role: "root" });
    await call("user/grant", { user: auth.user, role: "limited" });
    await call("enable");
    await client.get("anything");
  }

  // As the crash of a machine, of all of them unless it is said.
  async kill(...which) {
    await Promise.all(this.#chosen(which).map((member) => member.kill()));
  }

  // It takes connections and says nothing.
  freeze(...which) {
    for (const member of this.#chosen(which)) {
      member.frozen = true;
      member.program.signal("SIGSTOP");
    }
  }

  thaw(...which) {
    for (const member of this.#chosen(which)) {
      member.frozen = false;
      member.program.signal("SIGCONT");
    }
  }

  // Its disk takes so long for each write, until `end()` of what is returned.
  async hangDisk(i, milliseconds = kForever) {
    const member = this.members[i];
    member.disk = await hangDisk(this.t, member.program, milliseconds);
    return member.disk;
  }

  // With what it knew, killed before if it still runs. A quorum must be there then, unless
  // `ready` is false.
  async restart(...which) {
    await this.restartWithout(...which);
    await this.#ready(this.#chosen(which));
  }

  // Does not wait until it serves.
  async restartWithout(...which) {
    const members = this.#chosen(which);
    await Promise.all(members.filter(({ program }) => !program.exit).map((it) => it.kill()));
    for (const member of members) member.run(this.#flags());
  }

  // All of them, with nothing, at the same addresses; with `anew` as another cluster than before.
  async restartEmpty({ anew = false } = {}) {
    await this.kill();
    for (const member of this.members) member.empty();
    if (anew) this.#generation += 1;
    await this.start();
  }

  // Which of them leads, once one does.
  leader() {
    return within(this.#findLeader(), "etcd to elect a leader", 2 * kLimit);
  }

  // From now on this one leads.
  async makeLeader(i) {
    const leader = await this.leader();
    if (leader === i) return;
    const { header } = await this.nobody.callAt(i, "/v3/maintenance/status");
    const words = { targetID: header.member_id };
    await this.nobody.callAt(leader, "/v3/maintenance/transfer-leadership", words);
    assert.equal(await this.leader(), i);
  }

  async #findLeader() {
    for (;;) {
      const all = await Promise.all(this.members.map((_, i) => this.#status(i)));
      const led = all.filter(Boolean).map(({ leader }) => leader).find((it) => it && it !== "0");
      const found = all.findIndex((it) => it !== undefined && it.header.member_id === led);
      if (led && found >= 0) return found;
      await pause(kPoll);
    }
  }

  async #status(i) {
    if (!this.members[i].knows) return undefined;
    return this.nobody.callAt(i, "/v3/maintenance/status").catch(() => undefined);
  }

  #chosen(which) {
    return which.length > 0 ? which.map((i) => this.members[i]) : this.members;
  }
}

function parsed(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}
