// SPDX-License-Identifier: MIT
// One run: for each workload start every program afresh, let them do it in interleaved rounds, stop
// them, print the figures.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.mjs';
import { startPair, stopPair } from './pairs.mjs';
import { runMoves } from './moves.mjs';
import { LOAD_CORE, firstLine, start, stopAll } from './processes.mjs';
import {
  makeCertificates,
  programs,
  startProgram,
  stickTable,
  stopProgram,
  version,
} from './programs.mjs';
import { hasEtcd } from './etcd.mjs';
import { hasRedis } from './redis.mjs';
import { markdown, reached, summarize, terminalLines, writeInto } from './report.mjs';
import { cleanest, runPair, runSlot } from './slots.mjs';
import { countsMemory } from './workloads.mjs';

const bench = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const root = path.dirname(bench);

async function main() {
  const options = readOptions(process.argv.slice(2), root);
  buildTools(options.build);
  const names = availablePrograms(options);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'stickler-bench-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  try {
    const facts = describe(options, names);
    console.log(facts.join('\n'));
    const results = await runAll(options, names, directory);
    finish(options, facts, results);
  } finally {
    await stopAll();
  }
}

// Into the build directory that is there already, or a new one.
function buildTools(build) {
  const tools = ['bench_load', 'bench_origin'];
  if (tools.every((tool) => existsSync(path.join(build, tool)))) return;
  console.log(`building ${tools.join(' and ')} in ${build}`);
  execFileSync('cmake', ['-S', root, '-B', build, '-DSTICKLER_BENCH=ON'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  execFileSync('cmake', ['--build', build, '--target', ...tools], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

function availablePrograms({ build, programs: wanted }) {
  return (wanted ?? Object.keys(programs)).filter((name) => {
    try {
      version(name, build);
      return true;
    } catch {
      if (wanted) throw new Error(`${name} is not there (see --build)`);
      console.log(`${name} is not there: measured without it`);
      return false;
    }
  });
}

function availableWorkloads({ workloads }) {
  return workloads.filter(({ name, redis, etcd }) => {
    const missing = (redis && !hasRedis() && 'redis') || (etcd && !hasEtcd() && 'etcd');
    if (missing) console.log(`${missing} is not there: measured without ${name}`);
    return !missing;
  });
}

function describe({ rounds, durationMs, dirty, build }, names) {
  const model =
    /model name\s*:\s*(.*)/.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  const versions = names.map((name) => `${name} ${version(name, build)}`).join(', ');
  const today = new Date().toISOString().slice(0, 10);
  return [
    `${today}: ${versions}; ${os.cpus().length} × ${model}, Linux ${os.release()}.`,
    `${rounds} interleaved rounds of ${durationMs / 1000} s; ratio to HAProxy: median (range); ` +
      `† others used more than ${dirty * 100} % of the machine in some slots.`,
  ];
}

async function runAll(options, names, directory) {
  const certificates = makeCertificates(directory);
  const origin = start(LOAD_CORE, path.join(options.build, 'bench_origin'), [], { pipe: true });
  const originPorts = (await firstLine(origin)).split(' ').map(Number);
  const [servers, [logPort]] = [originPorts.slice(0, 3), originPorts.slice(3)];
  const settings = {
    ...options,
    loadCommand: path.join(options.build, 'bench_load'),
    originPids: [origin.pid],
  };
  const results = [];
  for (const workload of availableWorkloads(options)) {
    const context = { build: options.build, directory, certificates, servers, logPort };
    const able = names.filter((name) => workload.programs?.includes(name) ?? true);
    if (able.length === 0) continue;
    const rounds = await runWorkload(workload, able, context, settings);
    const summary = summarize(workload, rounds);
    console.log(`\n${terminalLines(summary).join('\n')}`);
    results.push({ workload, rounds, summary });
  }
  return results;
}

async function runWorkload(workload, names, context, settings) {
  if (workload.figures) return runFigures(names, context, settings);
  if (countsMemory(workload)) return runFresh(workload, names, context, settings);
  if (workload.than) return runPairs(workload, names, context, settings);
  const running = [];
  for (const name of names) {
    running.push(await startProgram(name, context, { reuse: workload.reuse }));
  }
  const rounds = [];
  for (let round = 0; round < settings.rounds; ++round) {
    const slots = {};
    for (const program of rotated(running, round)) {
      slots[program.name] = await runSlot(workload, program, settings);
    }
    rounds.push(inOrder(names, slots));
  }
  await Promise.all(running.map(stopProgram));
  return rounds;
}

// Each program with `workload.than` and, at once before or behind, without.
async function runPairs(workload, names, context, settings) {
  const running = [];
  for (const name of names) {
    running.push({ name, ...(await startPair(workload, name, context, settings)) });
  }
  const rounds = [];
  for (let round = 0; round < settings.rounds; ++round) {
    const slots = {};
    for (const pair of rotated(running, round)) {
      slots[pair.name] = await runPair(workload, pair, round % 2 === 0, settings);
    }
    rounds.push(inOrder(names, slots));
  }
  await Promise.all(running.map(stopPair));
  return rounds;
}

// Each round has processes of its own.
async function runFigures([name], context, settings) {
  const rounds = [];
  for (let round = 0; round < settings.rounds; ++round) {
    rounds.push({ [name]: await cleanest(() => runMoves(context), settings.dirty) });
  }
  return rounds;
}

// Memory is measured on fresh processes; it varies little, so two rounds do.
async function runFresh(workload, names, context, settings) {
  const rounds = [];
  for (let round = 0; round < Math.min(2, settings.rounds); ++round) {
    const slots = {};
    for (const name of names) {
      const wanted = workload.keys ? stickTable(workload.keys) : {};
      const program = await startProgram(name, context, wanted);
      slots[name] = await runSlot(workload, program, settings);
      await stopProgram(program);
    }
    rounds.push(slots);
  }
  return rounds;
}

// Nobody always follows the same neighbour.
const rotated = (list, by) => list.map((_, i) => list[(i + by) % list.length]);

const inOrder = (names, slots) => Object.fromEntries(names.map((name) => [name, slots[name]]));

function finish({ json, write, strict }, facts, results) {
  const summaries = results.map(({ summary }) => summary);
  const slots = results.map(({ workload, rounds }) => ({ workload: workload.name, rounds }));
  if (json) writeFileSync(json, JSON.stringify(slots, null, 1));
  if (write) writeInto(path.join(bench, 'README.md'), markdown(summaries, facts));
  const wrong = summaries.filter(({ rows }) => rows.some((row) => row.error));
  const missed = summaries.filter(({ workload, rows }) =>
    rows.some((row) => row.missed || (row.name === 'stickler' && reached(workload, row) === false)),
  );
  const list = (some) => some.map(({ workload }) => workload.name).join(', ');
  if (wrong.length) console.log(`\nwrong answers in: ${list(wrong)}`);
  if (missed.length) console.log(`\ntargets missed in: ${list(missed)}`);
  process.exitCode = wrong.length || (strict && missed.length) ? 1 : 0;
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await stopAll();
    process.exit(130);
  });
}

try {
  await main();
} catch (error) {
  console.error(`bench/run: ${error.message}`);
  process.exitCode = 2;
}
