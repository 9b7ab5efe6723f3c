// SPDX-License-Identifier: MIT
// Programs that are compared with themselves: the side `with` what the workload is about, and that
// `without`. A side is a running program, perhaps with more of what runOnce() of slots.mjs takes.

import { startEtcd } from './etcd.mjs';
import { startProgram, stopProgram } from './programs.mjs';
import { startWithKeys, troubled, troubles } from './tables.mjs';
import { watch } from './watcher.mjs';
import { FEW_KEYS } from './workloads.mjs';

// By what a workload has as `than`.
const sides = {
  async log(workload, name, context) {
    return {
      without: await startProgram(name, context),
      with: await startProgram(name, context, { log: true }),
    };
  },

  // Who watches does so from outside: it is the same process.
  async watcher(workload, name, context) {
    const program = await startProgram(name, context, { pages: true });
    const beside = () => watch(program.ports.plain, program.pages);
    return { without: program, with: { ...program, beside } };
  },

  async keys({ keys }, name, context, settings) {
    return {
      without: await startWithKeys(FEW_KEYS, name, context, settings),
      with: await startWithKeys(keys, name, context, settings),
    };
  },

  // Without a table the keys are sent as well, but say nothing.
  async table({ keys }, name, context, settings) {
    const program = await startProgram(name, context, { sticky: 'nothing' });
    return {
      without: { ...program, load: ['--keys', `${keys}`] },
      with: await startWithKeys(keys, name, context, settings, { shared: name === 'stickler' }),
    };
  },

  // Each request has a base's key, which only the side `with` looks at.
  async owner({ by }, name, context) {
    const etcd = by === 'buckets' ? await startEtcd(context.directory, context.servers) : undefined;
    const wanted = { sticky: by, etcdPort: etcd?.port };
    return {
      without: await startProgram(name, context, { sticky: 'nothing' }),
      with: { ...(await startProgram(name, context, wanted)), etcd },
    };
  },

  // Keys are renewed in Redis all the time, which is the most that a known key has to do with it.
  async trouble({ keys, trouble: which }, name, context, settings) {
    const trouble = troubles[which];
    const wanted = { shared: true, idle: trouble.idle, pages: true };
    const side = await startWithKeys(keys, name, context, settings, wanted);
    return { without: side, with: troubled(side, trouble, settings) };
  },
};

export const startPair = (workload, ...how) => sides[workload.than](workload, ...how);

export async function stopPair(pair) {
  for (const side of [pair.without, pair.with]) {
    await stopProgram(side);
    await side.redis?.stop();
    await side.etcd?.stop();
  }
}
