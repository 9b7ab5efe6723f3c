// SPDX-License-Identifier: MIT
// One slot: one program does one workload for some seconds. A slot that others on the machine
// disturbed is repeated a bounded number of times; the cleanest is kept, and marked if still dirty.

import { LOAD_CORE, output, pssBytes, start } from './processes.mjs';
import { countsMemory } from './workloads.mjs';

const REPEATS_MOST = 2;
const SLOT_LIMIT_MS = 200_000;

let slotsBegun = 0;

export function runSlot(workload, program, settings) {
  // Memory does not mind others.
  const dirty = countsMemory(workload) ? Infinity : settings.dirty;
  return cleanest(() => runOnce(workload, program, settings), dirty);
}

// Of the slots that `once` makes, until one is no dirtier than this.
export async function cleanest(once, dirty) {
  let best;
  for (let repeat = 0; repeat <= REPEATS_MOST; ++repeat) {
    const slot = await once();
    if (!best || (slot.valid && (!best.valid || slot.foreign < best.foreign))) best = slot;
    // What is wrong does not get right by repeating.
    if (best.foreign <= dirty || !best.valid) break;
  }
  best.dirty = best.foreign > dirty;
  return best;
}

// A slot of the program as it is, holding one `without` what the workload is about.
export async function runPair(workload, pair, withoutFirst, settings) {
  const slots = {};
  for (const which of withoutFirst ? ['without', 'with'] : ['with', 'without']) {
    slots[which] = await runSlot(workload, pair[which], settings);
  }
  const { with: slot, without } = slots;
  return {
    ...slot,
    without,
    valid: slot.valid && without.valid,
    error: slot.error || without.error,
    dirty: slot.dirty || without.dirty,
  };
}

// What a program may have besides: `load`, further options of bench_load; `beside`, which begins
// what happens meanwhile, and returns a stop() that says what went wrong, or nothing;
// `pidsBesideOrigin()`, processes that work for the slot, too.
export async function runOnce(workload, program, settings) {
  const { loadCommand, originPids, durationMs, warmupMs } = settings;
  const pssBefore = countsMemory(workload) ? pssBytes(program.pids) : 0;
  const beside = program.beside?.();
  const child = start(
    LOAD_CORE,
    loadCommand,
    [
      '--port',
      String(program.ports[workload.port]),
      ...(workload.port === 'plain' ? [] : ['--tls']),
      '--proxy',
      program.pids.join(','),
      '--origin',
      [...originPids, ...(program.pidsBesideOrigin?.() ?? [])].join(','),
      '--warmup',
      String(warmupMs),
      '--duration',
      String(durationMs),
      '--clients',
      String(workload.clients),
      '--seed',
      String(++slotsBegun),
      ...(program.load ?? []),
      ...workload.load, // last, so that a workload may set times of its own
    ],
    { pipe: true },
  );
  const slot = JSON.parse(await output(child, SLOT_LIMIT_MS));
  const besideError = await beside?.stop();
  // Bytes of a long transfer count before its end; that it ended well is seen after the slot.
  const right = slot.wrong === 0 && slot.correct + slot.bytes > 0;
  return { ...slot, pssBefore, error: slot.error || besideError, valid: right && !besideError };
}
