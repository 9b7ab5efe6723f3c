// SPDX-License-Identifier: MIT
// The bases that a stand-in of dtable-server has in memory: loaded at their first use, written to
// the database late, forgotten on demand. All that is done with one base is done in turn.
import http from "node:http";
import { sharedClock } from "../harness/shared_clock.mjs";
import { pause } from "../harness/wait.mjs";

const kRetry = 20;

// A request that is not served, and the status that says so.
export class Refusal extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

export function bucketOf(base) {
  return base.slice(0, 2);
}

export class Bases {
  #bases = new Map(); // id → { id, loaded, rows, written, used, turn }; none is ever removed
  #epochs = new Map(); // bucket → epoch of its last unloading
  #agent = new http.Agent({ keepAlive: true });

  // `lease`: { isGood(), until, grace, session }.
  constructor({ name, database, lease }) {
    Object.assign(this, { name, database, lease });
  }

  // May it be served, to who was sent here at this epoch? (Undefined: nobody sent it.)
  check(id, epoch) {
    if (!this.lease.isGood()) throw new Refusal(503, `${this.name} has no lease`);
    const least = this.#epochs.get(bucketOf(id)) ?? 0;
    if (epoch < least) throw new Refusal(409, `${id} was unloaded at ${least}, not ${epoch}`);
  }

  edit(id, row, epoch) {
    return this.#use(id, epoch, (base) => {
      base.rows.push(row);
      return { session: this.lease.session };
    });
  }

  rows(id, epoch) {
    return this.#use(id, epoch, (base) => [...base.rows]);
  }

  async #use(id, epoch, act) {
    this.check(id, epoch);
    if (!this.#bases.has(id)) this.#bases.set(id, { id, turn: Promise.resolve(), ...kForgotten });
    return this.#inTurn(this.#bases.get(id), async (base) => {
      this.check(id, epoch);
      if (!base.loaded) await this.#load(base);
      this.check(id, epoch);
      base.used = sharedClock();
      return act(base);
    });
  }

  #inTurn(base, act) {
    const done = base.turn.then(() => act(base));
    base.turn = done.catch(() => {});
    return done;
  }

  async #load(base) {
    const { rows } = await this.#ask("load", base, { until: this.lease.until });
    Object.assign(base, { loaded: true, rows, written: rows.length });
  }

  async #store(base, until) {
    if (!base.loaded || base.written === base.rows.length) return;
    const rows = [...base.rows];
    await this.#ask("store", base, { rows, until });
    base.written = rows.length;
  }

  // What has been edited goes to the database; what has not been used for so long is forgotten.
  async writeOut(idle = Infinity) {
    const { until } = this.lease;
    const all = [...this.#bases.values()].filter(({ loaded }) => loaded);
    await Promise.allSettled(all.map((base) => this.#inTurn(base, async () => {
      if (!this.lease.isGood()) return;
      await this.#store(base, until);
      if (sharedClock() - base.used > idle) await this.#forget(base);
    })));
  }

  // Of these buckets nothing is in memory afterwards, and nobody who was sent before this epoch is
  // served.
  async unload(buckets, epoch) {
    for (const bucket of buckets) {
      this.#epochs.set(bucket, Math.max(epoch, this.#epochs.get(bucket) ?? 0));
    }
    const theirs = [...this.#bases.values()].filter(({ id }) => buckets.includes(bucketOf(id)));
    const until = this.lease.until + this.lease.grace;
    await Promise.all(theirs.map((base) => this.#inTurn(base, async () => {
      await this.#store(base, until);
      await this.#forget(base);
    })));
  }

  // The lease is lost: what can still be written in time is written, and all is forgotten. Returns
  // how many rows were dropped.
  async giveUp(until) {
    let dropped = 0;
    await Promise.all([...this.#bases.values()].map((base) => this.#inTurn(base, async () => {
      await this.#storeBefore(base, until);
      if (base.loaded) dropped += base.rows.length - base.written;
      await this.#forget(base);
    })));
    return dropped;
  }

  async #storeBefore(base, until) {
    while (sharedClock() < until) {
      try {
        return await this.#store(base, until);
      } catch {
        await pause(kRetry);
      }
    }
  }

  async #forget(base) {
    if (!base.loaded) return;
    Object.assign(base, kForgotten);
    await this.#ask("forgotten", base, {});
  }

  #ask(kind, { id }, words) {
    const { session } = this.lease;
    return new Promise((resolve, reject) => {
      const failed = (why) => reject(new Refusal(503, `${kind} of ${id}: ${why}`));
      const options = { method: "POST", agent: this.#agent };
      const request = http.request(`${this.database}/${kind}`, options);
      request.on("error", ({ message }) => failed(message));
      request.on("response", async (response) => {
        let text = "";
        for await (const part of response.setEncoding("utf8")) text += part;
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else failed(`the database said ${response.statusCode}`);
      });
      request.end(JSON.stringify({ base: id, node: this.name, session, ...words }));
    });
  }
}

const kForgotten = { loaded: false, rows: [], written: 0, used: 0 };
