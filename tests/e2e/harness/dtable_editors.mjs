// SPDX-License-Identifier: MIT
// People who edit SeaTable's bases through balancers, by HTTP and over socket.io, and remember what
// was acknowledged: the house rule is that no such row is lost.
import assert from "node:assert/strict";
import http from "node:http";
import { io } from "socket.io-client";
import { ask, post } from "./ask.mjs";
import { cleanUp } from "./cleanup.mjs";
import { rowsOf } from "./dtable_cluster.mjs";
import { scaled } from "./dtable_nodes.mjs";
import { eventually } from "./shared_tables.mjs";
import { kLimit, pause, Timeline } from "./wait.mjs";

const kPatience = 7000; // longer than any hold, so that a late answer is heard
const kTunnelPatience = scaled(2000);

export class Editing {
  acknowledged = new Timeline("acknowledged edits"); // { base, row, node, session, by }
  refused = new Timeline("refused edits"); // { base, row, by, why: a status or an error's code }
  #over = false;
  #loops = [];
  #rows = 0;

  // One editor for each base, who edits so often (milliseconds), at each balancer in turn. `by`:
  // "http", "tunnel", or both in turn over the bases.
  static start(t, world, bases, { every = 50, by = ["http"] } = {}) {
    const editing = new Editing();
    Object.assign(editing, { t, world, bases, every });
    editing.agent = new http.Agent({ keepAlive: true });
    cleanUp(t, () => editing.end());
    bases.forEach((base, i) => {
      const tunnel = by[i % by.length] === "tunnel";
      editing.#loops.push(tunnel ? editing.#byTunnel(base, i) : editing.#byHttp(base, i));
    });
    return editing;
  }

  // No more edits; returns when the last has been answered.
  async end() {
    this.#over = true;
    await Promise.all(this.#loops);
    this.agent.destroy();
  }

  // Why edits were refused, and how many: { "503": 2 }.
  refusals(since = 0) {
    const found = {};
    for (const { why } of this.refused.since(since)) found[why] = (found[why] ?? 0) + 1;
    return found;
  }

  // Each base has been edited with success once more, from now on.
  async allGoOn(limit = 3 * kLimit) {
    const since = this.acknowledged.mark();
    await Promise.all(this.bases.map((base) => {
      return this.acknowledged.waitFor((it) => it.base === base, { since, limit });
    }));
  }

  #nextRow(base) {
    return `${base.slice(0, 2)}-${++this.#rows}`;
  }

  async #byHttp(base, i) {
    for (; !this.#over; ++i) {
      const row = this.#nextRow(base);
      const { ports } = this.world.balancers[i % this.world.balancers.length];
      const options = { limit: kPatience, agent: this.agent };
      try {
        const answer = await post(ports.proxy, rowsOf(base), { row }, options);
        if (answer.status === 200) this.acknowledged.push({ base, by: "http", ...answer.json });
        else this.#note(base, row, "http", answer.status);
      } catch (error) {
        this.#note(base, row, "http", error.code ?? error.message);
      }
      await pause(this.every);
    }
  }

  async #byTunnel(base, i) {
    const { ports } = this.world.balancers[i % this.world.balancers.length];
    const socket = io(`http://127.0.0.1:${ports.proxy}`, {
      query: { dtable_uuid: base }, transports: ["websocket"], forceNew: true,
      reconnectionDelay: 50, reconnectionDelayMax: 300, timeout: kTunnelPatience,
    });
    while (!this.#over) {
      if (socket.connected) await this.#editByTunnel(socket, base);
      await pause(this.every);
    }
    socket.disconnect();
  }

  async #editByTunnel(socket, base) {
    const row = this.#nextRow(base);
    try {
      const answer = await socket.timeout(kTunnelPatience).emitWithAck("edit", row);
      if (answer.error) this.#note(base, row, "tunnel", answer.error);
      else this.acknowledged.push({ base, row, by: "tunnel", ...answer });
    } catch ({ message }) {
      this.#note(base, row, "tunnel", message);
    }
  }

  #note(base, row, by, why) {
    this.refused.push({ base, row, by, why });
  }

  // Acknowledged rows that the database has not, and should: what a node that was killed, or frozen
  // past its lease, had not written yet does not count. `dropped`: how many its node says to have
  // dropped, if it does, because it could not write them before its lease and the grace were over:
  // a machine that is too busy is a freeze that no test has made.
  lost() {
    const { database, nodes } = this.world;
    const rows = new Map(this.bases.map((base) => [base, new Set(database.rows(base))]));
    const ends = nodes?.of("lost its lease") ?? [];
    const dropped = new Map(ends.map((end) => [end.session, end.dropped]));
    return this.acknowledged.entries
      .filter(({ base, row, session }) => !rows.get(base).has(row) && !database.isGone(session))
      .map((it) => ({ ...it, dropped: dropped.get(it.session) }));
  }

  // All that was acknowledged gets into the database, is what readers see, and nothing happened
  // that must not. Ends the editing.
  async assertNothingLost() {
    await this.end();
    this.world.assertSafe();
    await eventually(async () => this.lost(), (rows) => rows.length === 0,
      "all that was acknowledged to be in the database");
    const [{ ports }] = this.world.balancers;
    for (const base of this.bases) {
      // A check that came late on a busy machine takes a node out for a moment.
      const { text } = await eventually(() => ask(ports.proxy, rowsOf(base)),
        ({ status }) => status === 200, `${base} to be read`);
      const seen = new Set(JSON.parse(text).rows);
      const unseen = this.world.database.rows(base).filter((row) => !seen.has(row));
      assert.deepEqual(unseen, [], `rows of ${base} that a reader does not see`);
    }
    this.world.assertSafe();
  }
}
