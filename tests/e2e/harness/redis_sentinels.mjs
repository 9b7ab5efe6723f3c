// SPDX-License-Identifier: MIT
// A Redis with a replica, watched by three Sentinels that replace it when it fails.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cleanUp } from "./cleanup.mjs";
import { freePort } from "./ports.mjs";
import { Redis, RedisProgram } from "./redis.mjs";
import { kLimit, Timeline, within } from "./wait.mjs";

const kMaster = "mymaster";
const kCount = 3;

// Another Redis that copies this one, once it has done so for the first time.
export async function startReplica(t, of, options = {}) {
  const lines = [`replicaof 127.0.0.1 ${of.port}`, ...(options.lines ?? [])];
  const replica = await Redis.start(t, { name: "replica", ...options, lines });
  await replica.program.log.waitFor(/sync: Finished with success/);
  return replica;
}

export class Sentinels {
  // { master, replica, sentinels, addresses, name }, when all know of each other.
  static async start(t) {
    const all = new Sentinels();
    all.name = kMaster;
    all.master = await Redis.start(t, { name: "master" });
    all.replica = await startReplica(t, all.master);
    const ports = [];
    for (let i = 0; i < kCount; ++i) ports.push(await freePort());
    all.sentinels = ports.map((port, i) => startSentinel(t, `sentinel${i + 1}`, port, all.master));
    all.addresses = ports.map((port) => `127.0.0.1:${port}`);
    await Promise.all(all.sentinels.map((sentinel) => sentinel.knowsAll()));
    return all;
  }

  // The master dies; the replica's log says when it has taken over, and each Sentinel's that it
  // says so.
  async failOver() {
    await this.master.kill();
    await this.replica.program.log.waitFor(/MASTER MODE enabled/, { limit: 3 * kLimit });
    await Promise.all(this.sentinels.map(({ log }) =>
      log.waitFor(new RegExp(`\\+switch-master .* ${this.replica.port}$`), { limit: 3 * kLimit })));
  }

  // The old master comes back, and is told that it is a replica now.
  async oldMasterReturns() {
    await this.master.start();
    await this.master.program.log.waitFor(/REPLICAOF 127\.0\.0\.1/, { limit: 3 * kLimit });
  }
}

class Sentinel extends RedisProgram {
  // The replica, and as many others as there are. It greets them every two seconds.
  async knowsAll() {
    const others = new Timeline(`Sentinels that ${this.name} knows`);
    const met = (async () => {
      for (let seen = 0; others.mark() < kCount - 1;) {
        const line = await this.log.waitFor(/ \+sentinel /, { since: seen, limit: 3 * kLimit });
        seen = this.log.entries.indexOf(line, seen) + 1;
        others.push(line);
      }
    })();
    await within(met, `${this.name} to meet the others`, 3 * kLimit);
    await this.log.waitFor(/ \+slave /, { limit: 3 * kLimit });
  }
}

function startSentinel(t, name, port, master) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-sentinel-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, "sentinel.conf");
  writeFileSync(file, [
    `port ${port}`,
    "bind 127.0.0.1",
    `dir ${directory}`,
    `sentinel monitor ${kMaster} 127.0.0.1 ${master.port} 2`,
    // On a busy machine the new master must not seem to be dead in its turn.
    `sentinel down-after-milliseconds ${kMaster} 2000`,
    `sentinel failover-timeout ${kMaster} 15000`,
  ].map((line) => `${line}\n`).join(""));
  return new Sentinel(t, name, "redis-sentinel", [file]);
}
