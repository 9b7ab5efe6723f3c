// SPDX-License-Identifier: MIT
// A real Redis for what several balancers share: on the core of load generator and origin, with
// nothing on disk.

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { LOAD_CORE, freePorts, start, stop, until } from './processes.mjs';

const READY_WITHIN_MS = 10_000;

export function hasRedis() {
  try {
    for (const tool of ['redis-server', 'redis-cli']) execFileSync(tool, ['--version']);
    return true;
  } catch {
    return false;
  }
}

// It can be frozen, killed and begun anew, or full: nothing can be written to it.
export async function startRedis(directory) {
  const [port] = await freePorts(1);
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'no', dir: directory };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  // A process that is frozen ends by SIGKILL only.
  const options = { log: path.join(directory, 'redis.log'), orphaned: 'KILL' };
  let child;
  const redis = {
    port,
    get pid() {
      return child.pid;
    },
    async begin() {
      child = start(LOAD_CORE, 'redis-server', args, options);
      await until('redis-server answers', READY_WITHIN_MS, () => ask(port, 'PING') === 'PONG');
    },
    async kill() {
      child.kill('SIGKILL');
      await child.exited;
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    fill: () => ask(port, 'CONFIG', 'SET', 'maxmemory', '1'),
    makeRoom: () => ask(port, 'CONFIG', 'SET', 'maxmemory', '0'),
    stop: () => stop(child),
    keys: () => Number(ask(port, 'DBSIZE')),
  };
  await redis.begin();
  return redis;
}

// '' if it cannot be asked.
function ask(port, ...words) {
  try {
    const args = ['-p', String(port), ...words];
    return execFileSync('redis-cli', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return '';
  }
}
