// SPDX-License-Identifier: MIT
// The work that every program does, and how its cost is counted. One row each, in order of report.
//   port     which listener: plain, tls (ECDSA P-256) or rsa (RSA-2048)
//   per      the unit that proxy CPU is divided by; `tunnel` and `entry` (of a stick table) count
//            memory instead, `p99` latency
//   target   the greatest ratio to HAProxy (with `than`: to itself) that Stickler may have;
//            none: for information
//   enough   a cost that Stickler may have whatever the ratio is
//   clients  how many at once
//   load     further options of bench_load
//   reuse    HAProxy's http-reuse, if not its default
//   than     compares each program not with HAProxy but with itself without this (pairs.mjs):
//            `log`, its access log; `watcher`, somebody who looks at its pages; `table`, a stick
//            table; `keys`, so many keys in it; `trouble`, what is the matter with Redis;
//            `owner`, who finds a request's server by the key in it
//   trouble  that: frozen, killed or full (tables.mjs)
//   keys     no cookie, but a stick table with so many keys
//   by       whose a request is: `map`, by a map; `buckets`, by buckets in etcd
//   redis    needs a Redis
//   etcd     needs an etcd
//   programs those that can do it, if not all
//   figures  measures something else (moves.mjs): these figures, each with a target of its own
//   quick    part of `--quick`

import { FIGURES_OF_MOVES } from './figures.mjs';

const KB = 1024;
const MB = 1024 * KB;

const download = (size) => ['--path', `/bytes/${size}`, '--bytes', `${size}`];
const upload = (size) => ['--path', '/upload', '--bytes', '0', '--upload', `${size}`];
export const FEW_KEYS = 1000;
const KEY_BYTES = 24; // as bench_load makes them
const OF_A_BASE = [
  '--sessionless',
  '--path',
  '/bytes/128?dtable_uuid=7f84e1a1-66e2-41d4-a716-000000000001',
];
const fill = (keys) => ['--keys', `${keys}`, '--fill'];
const heartbeat = ['--tunnels', '--pause', '2000', '--warmup', '2500'];

// A group of workloads with what they have in common.
function group(common, rows) {
  return Object.entries(rows).map(([name, row]) => ({ name, load: [], ...common, ...row }));
}

export const workloads = [
  ...group(
    { per: 'request', clients: 64, port: 'plain' },
    {
      'small': { title: 'small GET, 64 connections', target: 0.8, quick: true },
      'browser': { title: "the same with a browser's 14 fields", target: 0.8, load: ['--browser'] },
      'small-tls': { title: 'small GET over TLS 1.3', target: 0.8, port: 'tls', quick: true },
      'many': { title: 'small GET, 1,000 connections', target: 0.7, clients: 1000 },
      'light': { title: 'small GET, 2,000 a second', load: ['--rate', '2000'] },
      'connect': {
        title: 'new connection per request',
        target: 0.7,
        load: ['--close'],
        quick: true,
      },
      'connect-reuse': { title: 'the same, http-reuse always', load: ['--close'], reuse: 'always' },
    },
  ),
  ...group(
    { per: 'request', clients: 64, port: 'plain' },
    {
      'log': { title: 'small GET with an access log', than: 'log', target: 1.05, quick: true },
      'watched': {
        title: 'small GET, statistics page open and metrics read each second',
        than: 'watcher',
        target: 1.02, // what is less cannot be told from noise
        programs: ['haproxy', 'stickler'],
      },
    },
  ),
  ...group(
    { per: 'request', clients: 64, port: 'plain', programs: ['haproxy', 'stickler'] },
    {
      'table': {
        title: 'small GET, stick table with 1,000 keys (Stickler: shared)',
        than: 'table',
        keys: FEW_KEYS,
        redis: true,
        target: 1.08,
        quick: true,
      },
      'keys-100k': {
        title: 'small GET, stick table with 100,000 keys instead of 1,000',
        than: 'keys',
        keys: 100_000,
        target: 1.12,
      },
      'keys-1m': {
        title: 'small GET, stick table with 1,000,000 keys instead of 1,000',
        than: 'keys',
        keys: 1_000_000,
        target: 1.2,
      },
    },
  ),
  ...group(
    {
      per: 'request',
      than: 'owner',
      clients: 64,
      port: 'plain',
      load: OF_A_BASE,
      programs: ['stickler'],
      target: 1.05,
    },
    {
      'map': { title: 'small GET of a base, by a map instead of round robin', by: 'map' },
      'buckets': {
        title: 'small GET of a base, by buckets in etcd instead of round robin',
        by: 'buckets',
        etcd: true,
      },
    },
  ),
  ...['frozen', 'killed', 'full'].map((trouble) => ({
    name: trouble,
    title: `small GET, 2,000 a second, known keys while Redis is ${trouble}`,
    per: 'p99',
    than: 'trouble',
    trouble,
    clients: 64,
    port: 'plain',
    keys: FEW_KEYS,
    redis: true,
    load: ['--rate', '2000'],
    target: 1.5,
    enough: 2000,
    programs: ['stickler'],
  })),
  ...group(
    { per: 'request', clients: 32, port: 'tls' },
    {
      'handshake': {
        title: 'full handshake, ECDSA P-256',
        target: 0.8,
        load: ['--close'],
        quick: true,
      },
      'handshake-rsa': { title: 'full handshake, RSA-2048', port: 'rsa', load: ['--close'] },
      'resume': { title: 'resumed handshake', load: ['--close', '--resume'] },
    },
  ),
  ...group(
    { per: 'GB', clients: 32, load: download(64 * KB) },
    {
      'down-64k': { title: '64 kB downloads', target: 0.8, port: 'plain', quick: true },
      'down-64k-tls': { title: '64 kB downloads, TLS', target: 0.8, port: 'tls' },
    },
  ),
  ...group(
    { per: 'GB', clients: 8, load: download(10 * MB) },
    {
      'down-10m': { title: '10 MB downloads', target: 0.65, port: 'plain' },
      'down-10m-tls': { title: '10 MB downloads, TLS', target: 0.8, port: 'tls' },
    },
  ),
  ...group(
    { per: 'GB', clients: 4, load: upload(50 * MB) },
    {
      'up-50m': { title: '50 MB uploads', target: 0.85, port: 'plain' },
      'up-50m-tls': { title: '50 MB uploads, TLS', target: 0.85, port: 'tls' },
    },
  ),
  ...group(
    { per: 'message', clients: 500, load: ['--tunnels'] },
    {
      'messages': {
        title: '64-byte messages over 500 tunnels',
        target: 1.0,
        port: 'plain',
        quick: true,
      },
      'messages-tls': { title: '64-byte messages over 500 tunnels, TLS', target: 1.0, port: 'tls' },
    },
  ),
  ...group(
    { per: 'tunnel', clients: 5000, load: heartbeat },
    {
      'memory': { title: 'memory of 5,000 idle tunnels', target: 0.3, port: 'plain' },
      'memory-tls': { title: 'memory of 5,000 idle tunnels, TLS', target: 0.85, port: 'tls' },
    },
  ),
  ...group(
    { per: 'entry', clients: 64, port: 'plain', programs: ['haproxy', 'stickler'] },
    {
      'entry-memory': {
        title: 'memory of a stick table of 1,000,000 keys, without the keys themselves',
        keys: 1_000_000,
        load: fill(1_000_000),
        enough: 120,
      },
    },
  ),
  {
    name: 'moves',
    title: 'buckets in etcd move while 2,000 requests a second ask for 10,000 bases',
    figures: FIGURES_OF_MOVES,
    etcd: true,
    programs: ['stickler'],
  },
];

export const countsMemory = ({ per }) => per === 'tunnel' || per === 'entry';

// What one unit cost the proxy in this slot, in `costUnit`.
export function cost(workload, slot) {
  switch (workload.per) {
    case 'GB':
      return (slot.proxyCpu * 1e3) / (slot.bytes / 1e9);
    case 'tunnel':
      return (slot.pss - slot.pssBefore) / 1000 / workload.clients;
    case 'entry':
      return (slot.pss - slot.pssBefore) / workload.keys - KEY_BYTES;
    case 'p99':
      return slot.p99;
    default:
      return (slot.proxyCpu * 1e6) / slot.correct;
  }
}

export const costUnit = ({ per }) =>
  ({
    GB: 'ms/GB',
    tunnel: 'kB/tunnel',
    entry: 'B/entry',
    p99: 'µs p99',
    request: 'µs/request',
    message: 'µs/message',
  })[per];

// Units of work done per second, as people say it.
export function throughput({ per }, slot) {
  if (per === 'GB') return `${Math.round(slot.bytes / 1e6 / slot.seconds)} MB/s`;
  return `${Math.round(slot.correct / slot.seconds)}/s`;
}
