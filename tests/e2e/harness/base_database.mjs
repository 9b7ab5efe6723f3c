// SPDX-License-Identifier: MIT
// The database behind the stand-ins of dtable-server, asked over HTTP: the rows of each base, and
// who has a base in memory. It notes what must never be: a base loaded by one server while another
// has it, and rows overwritten by one that did not know them.
import http from "node:http";
import { cleanUp } from "./cleanup.mjs";
import { listen } from "./ports.mjs";
import { sharedClock } from "./shared_clock.mjs";
import { Timeline } from "./wait.mjs";

// A session is a server from its registration until its lease is lost: what it had acknowledged and
// not yet written ends with it.
export class BaseDatabase {
  events = new Timeline("what the database was asked"); // { kind, base, node, session, … }
  delay = undefined; // a promise that all answers wait for, if a test makes one
  #bases = new Map(); // base → { rows, holders: session → node }
  #gone = new Set();
  #sessions = new Map(); // node → its last one
  #violations = [];

  static async start(t) {
    const database = new BaseDatabase();
    const server = http.createServer((request, response) => {
      database.#answer(request, response).catch(() => response.destroy());
    });
    server.keepAliveTimeout = 60_000;
    database.url = `http://127.0.0.1:${await listen(server)}`;
    cleanUp(t, () => {
      server.close();
      server.closeAllConnections();
    });
    return database;
  }

  // { kind, base, node, text }: "double load", "stale overwrite" or "stranger's overwrite".
  violations() {
    return [...this.#violations];
  }

  // Killed, or frozen past the end of its lease and the grace: it has nothing in memory any more,
  // or will drop it unwritten when it wakes.
  nodeIsGone(node) {
    this.sessionIsGone(this.#sessions.get(node));
  }

  sessionIsGone(session) {
    this.#gone.add(session);
  }

  // Rows that this session acknowledged and had not written are lost, whatever a balancer does.
  isGone(session) {
    return this.#gone.has(session);
  }

  rows(base) {
    return [...this.#base(base).rows];
  }

  // The nodes that have it in memory, as far as they told.
  loadedBy(base) {
    const { holders } = this.#base(base);
    return [...holders].filter(([session]) => !this.#gone.has(session)).map(([, node]) => node);
  }

  #base(base) {
    if (!this.#bases.has(base)) this.#bases.set(base, { rows: [], holders: new Map() });
    return this.#bases.get(base);
  }

  async #answer(request, response) {
    let text = "";
    for await (const part of request.setEncoding("utf8")) text += part;
    await this.delay;
    const { until, ...asked } = JSON.parse(text);
    // A server looks at its clock at each write: the condition goes with the write, so that it
    // cannot be frozen between the two.
    if (until !== undefined && sharedClock() > until) {
      response.writeHead(410).end();
      return;
    }
    this.#sessions.set(asked.node, asked.session);
    const kind = request.url.slice(1);
    const act = { load: this.#load, store: this.#store, forgotten: this.#forgotten }[kind];
    response.end(JSON.stringify(act.call(this, asked) ?? {}));
    this.events.push({ kind, ...asked });
  }

  #load({ base, node, session }) {
    const { rows, holders } = this.#base(base);
    for (const [other, name] of this.#others(session, holders)) {
      this.#note("double load", base, node, `by ${session} while ${name} had it (${other})`);
    }
    holders.set(session, node);
    return { rows };
  }

  #others(session, holders) {
    return [...holders].filter(([other]) => other !== session && !this.#gone.has(other));
  }

  #store({ base, node, session, rows }) {
    const stored = this.#base(base);
    const known = new Set(rows);
    const missing = stored.rows.filter((row) => !known.has(row));
    if (missing.length > 0) {
      this.#note("stale overwrite", base, node, `by ${session}, without ${missing.join(", ")}`);
    }
    const others = this.#others(session, stored.holders).map(([other]) => other);
    if (!stored.holders.has(session) || others.length > 0) {
      const owner = others.join(", ") || "nobody";
      this.#note("stranger's overwrite", base, node, `by ${session}, while it was ${owner}'s`);
    }
    stored.rows = rows;
  }

  #forgotten({ base, session }) {
    this.#base(base).holders.delete(session);
  }

  #note(kind, base, node, words) {
    this.#violations.push({ kind, base, node, text: `${kind} of ${base} ${words}` });
  }
}
