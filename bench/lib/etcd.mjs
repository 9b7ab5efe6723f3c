// SPDX-License-Identifier: MIT
// A real etcd with the origins as a cluster's nodes: on the core of load generator and origin.

import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { now } from './clock.mjs';
import { LOAD_CORE, freePorts, start, stop, until } from './processes.mjs';

const READY_WITHIN_MS = 10_000;
export const PREFIX = '/stickler/bench/';

export function hasEtcd() {
  try {
    execFileSync('etcd', ['--version'], { stdio: 'pipe' });
    return true;
  } catch {
    return false;
  }
}

// `servers`: the ports of the nodes, which register for good, as s1, s2, …
export async function startEtcd(directory, servers) {
  const [port, peerPort] = await freePorts(2);
  const data = mkdtempSync(path.join(directory, 'etcd-'));
  const urls = { 'client-urls': port, 'peer-urls': peerPort };
  const args = Object.entries(urls).flatMap(([kind, of]) => [
    `--listen-${kind}`,
    `http://127.0.0.1:${of}`,
  ]);
  args.push('--advertise-client-urls', `http://127.0.0.1:${port}`, '--data-dir', data);
  const child = start(LOAD_CORE, 'etcd', args, { log: path.join(data, 'log') });
  const ask = (what, body) =>
    fetch(`http://127.0.0.1:${port}/v3/kv/${what}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(READY_WITHIN_MS),
    });
  await until('etcd answers', READY_WITHIN_MS, () =>
    ask('range', { key: encoded('/') }).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  const put = (key, value) =>
    ask('put', { key: encoded(PREFIX + key), value: encoded(JSON.stringify(value)) });
  const register = (name, server) =>
    put(`nodes/${name}`, { node_url: '', local_node_url: `http://127.0.0.1:${server}/` });
  for (const [i, server] of servers.entries()) await register(`s${i + 1}`, server);
  return {
    port,
    pid: child.pid,
    put,
    register,
    watch: (key, tell) => watch(port, key, tell),
    stop: () => stop(child),
  };
}

// Tells each value that the key gets from now on, and when etcd's word of it came. Resolves when
// that has begun, to what ends it.
function watch(port, key, tell) {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/v3/watch', method: 'POST', agent: false };
    const request = http.request(options, (response) => {
      let text = '';
      let at;
      response.setEncoding('utf8').on('data', (chunk) => {
        at ??= now(); // of a line's first bytes
        text += chunk;
        if (!text.endsWith('\n')) return;
        const lines = text.trimEnd().split('\n');
        for (const { result } of lines.map((line) => JSON.parse(line))) {
          if (result.created) resolve(() => request.destroy());
          for (const { kv } of result.events ?? []) tell(JSON.parse(decoded(kv.value)), at);
        }
        text = '';
        at = undefined;
      });
      response.on('error', () => {});
    });
    request.on('error', reject);
    request.end(JSON.stringify({ create_request: { key: encoded(PREFIX + key) } }));
  });
}

const encoded = (text) => Buffer.from(text).toString('base64');
const decoded = (text) => Buffer.from(text, 'base64').toString();
