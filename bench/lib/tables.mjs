// SPDX-License-Identifier: MIT
// Programs with a stick table that is full of keys before anything is measured.

import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
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
  const pidsBesideOrigin = () => (redis ? [redis.pid] : []);
  const side = { ...program, keys: count, load, redis, pidsBesideOrigin };
  const { valid, error } = await runOnce(FILL, side, settings);
  if (!valid) throw new Error(`${name} could not be given ${count} keys: ${error}`);
  if (redis) {
    await until('Redis has all keys', SHARED_WITHIN_MS, () => redis.keys() >= count);
  }
  return side;
}

// What may be the matter with a Redis, how that begins and how it ends. `within`: not at the slot's
// beginning, but when it is being measured. `idle`, of the table: each key is renewed ten times as
// often, and must outlive several slots and the ends of their troubles unused.
export const troubles = {
  frozen: {
    idle: '10s',
    begin: ({ redis }) => redis.freeze(),
    end: ({ redis }) => redis.thaw(),
  },
  killed: {
    idle: '30s',
    within: true,
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.begin(),
  },
  // Which is noticed when a key is new.
  full: {
    idle: '30s',
    within: true,
    begin({ redis, ports }) {
      redis.fill();
      return fetch(`http://127.0.0.1:${ports.plain}/?k=new`);
    },
    end: ({ redis }) => redis.makeRoom(),
  },
};

// A slot whose Redis is in trouble; behind it everything is as before.
export function troubled(side, { within, begin, end }, { warmupMs, durationMs }) {
  const beside = () => {
    const begun = within
      ? pause(warmupMs + durationMs / 10).then(() => begin(side))
      : Promise.resolve(begin(side));
    begun.catch(() => {}); // stop() tells
    return {
      async stop() {
        try {
          await begun;
          await end(side);
          await until('the table is shared again', SHARED_WITHIN_MS, () => isShared(side));
        } catch (error) {
          return error.message;
        }
      },
    };
  };
  // Of one that ends within the slot nobody can tell what it has used.
  return { ...side, beside, pidsBesideOrigin: within ? () => [] : side.pidsBesideOrigin };
}

async function isShared({ keys, ports, redis }) {
  const answer = await fetch(`http://127.0.0.1:${ports.plain}/metrics`);
  const text = await answer.text();
  const agrees = ['up', 'settled'].every((it) => text.includes(`\nstickler_redis_${it} 1\n`));
  return agrees && redis.keys() >= keys;
}
