// SPDX-License-Identifier: MIT
// Programs with a stick table that is full of keys before anything is measured.

import path from 'node:path';
import { until } from './processes.mjs';
import { startProgram, stickTable } from './programs.mjs';
import { startRedis } from './redis.mjs';
import { runOnce } from './slots.mjs';

const FILL = { per: 'request', port: 'plain', clients: 64, load: ['--fill'] };
const SHARED_WITHIN_MS = 30_000;

// `wanted`: as startProgram has it. `shared`: through a Redis of its own, for the caller to stop.
export async function startWithKeys(count, name, context, settings, { shared, ...wanted } = {}) {
  const redis = shared ? await startRedis(context.directory) : undefined;
  const program = await startProgram(name, context, {
    ...wanted,
    ...stickTable(count),
    redisPort: redis?.port,
  });
  const load = ['--keys', `${count}`, '--owners', path.join(program.home, 'owners')];
  const side = { ...program, load, redis, pidsBesideOrigin: redis ? [redis.pid] : [] };
  const { valid, error } = await runOnce(FILL, side, settings);
  if (!valid) throw new Error(`${name} could not be given ${count} keys: ${error}`);
  if (redis) {
    await until('Redis has all keys', SHARED_WITHIN_MS, () => redis.keys() >= count);
  }
  return side;
}

// A slot with its Redis frozen; behind it everything is as before.
export function frozen(side) {
  const beside = () => {
    side.redis.freeze();
    return {
      async stop() {
        side.redis.thaw();
        try {
          await until('the table is shared again', SHARED_WITHIN_MS, () => isShared(side));
        } catch (error) {
          return error.message;
        }
      },
    };
  };
  return { ...side, beside };
}

async function isShared({ ports }) {
  const answer = await fetch(`http://127.0.0.1:${ports.plain}/metrics`);
  const text = await answer.text();
  return ['up', 'settled'].every((what) => text.includes(`\nstickler_redis_${what} 1\n`));
}
