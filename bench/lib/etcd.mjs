// SPDX-License-Identifier: MIT
// A real etcd with the origins as a cluster's nodes: on the core of load generator and origin.

import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import path from 'node:path';
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

// `servers`: the ports of the nodes, which register for good.
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
    fetch(`http://127.0.0.1:${port}/v3/kv/${what}`, { method: 'POST', body: JSON.stringify(body) });
  await until('etcd answers', READY_WITHIN_MS, () =>
    ask('range', { key: encoded('/') }).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  for (const [i, server] of servers.entries()) {
    const node = { node_url: '', local_node_url: `http://127.0.0.1:${server}/` };
    const value = encoded(JSON.stringify(node));
    await ask('put', { key: encoded(`${PREFIX}nodes/s${i + 1}`), value });
  }
  return { port, stop: () => stop(child) };
}

const encoded = (text) => Buffer.from(text).toString('base64');
