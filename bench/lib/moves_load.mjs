// SPDX-License-Identifier: MIT
// Clients that ask for bases while buckets move, as a process of their own: so many requests a
// second, each for a base drawn at random, on connections that stay. A request that is due goes out
// at once; if all connections wait for their answers it gets a new one, up to a bound that only a
// machine that cannot keep pace reaches. SIGTERM ends it: then it prints what became of each
// request.
//
//   moves_load.mjs PORT REQUESTS_A_SECOND BASES BUCKETS      the bases are in the first BUCKETS

import net from 'node:net';
import { now } from './clock.mjs';

const CONNECTIONS_LEAST = 64; // so many that each worker has its share
const CONNECTIONS_MOST = 2000; // a rebalance holds less than half of it
const TICK_MS = 1;
const AT_ONCE_MOST = 50; // then whoever has answered has his turn
const LOST_AFTER_MS = 60_000;

const [port, rate, bases, buckets] = process.argv.slice(2).map(Number);
const idle = []; // in turn, so that all are used
const records = [];
let connections = 0;
let waiting = 0;
let ending = false;

class Connection {
  number = ++connections;
  #text = '';

  constructor() {
    this.socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.setEncoding('latin1');
    this.socket.on('data', (text) => this.#take(text));
    this.socket.on('error', () => {});
    this.socket.on('close', () => this.#closed());
  }

  ask(due) {
    ++waiting;
    const base = Math.floor(Math.random() * bases);
    const bucket = (base % buckets).toString(16).padStart(2, '0');
    const uuid = `${bucket}84e1a1-66e2-41d4-a716-${String(base).padStart(12, '0')}`;
    this.record = { bucket, due, client: this.number };
    this.socket.write(`GET /dtables/${uuid}/rows/ HTTP/1.1\r\nHost: bench.example\r\n\r\n`);
  }

  #take(text) {
    this.#text += text;
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#text.slice(0, head))?.[1]);
    if (this.#text.length < head + 4 + length) return;
    const status = Number(this.#text.slice(9, 12));
    const said = status === 200 ? JSON.parse(this.#text.slice(head + 4)) : {};
    this.#text = '';
    this.#done({ status, ...said });
    idle.push(this);
  }

  #closed() {
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
    if (this.record) this.#done({ status: 0 });
  }

  #done(found) {
    records.push({ ...this.record, ...found, answered: now() });
    this.record = undefined;
    if (--waiting === 0 && ending) report();
  }
}

function report() {
  process.stdout.write(JSON.stringify(records), () => process.exit());
}

for (let i = 0; i < CONNECTIONS_LEAST; ++i) idle.push(new Connection());
const begun = now();
let sent = 0;
const ticking = setInterval(() => {
  for (let i = 0; i < AT_ONCE_MOST; ++i, ++sent) {
    const due = begun + (sent * 1000) / rate;
    if (due > now() || (idle.length === 0 && waiting >= CONNECTIONS_MOST)) break;
    (idle.shift() ?? new Connection()).ask(due);
  }
}, TICK_MS);

process.once('SIGTERM', () => {
  clearInterval(ticking);
  ending = true;
  if (waiting === 0) report();
  else setTimeout(report, LOST_AFTER_MS).unref();
});
