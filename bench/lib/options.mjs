// SPDX-License-Identifier: MIT
// The command line of bench/run.

import { parseArgs } from 'node:util';
import { programs } from './programs.mjs';
import { workloads } from './workloads.mjs';

const WORKLOADS = workloads
  .map(({ name }) => name)
  .join(' ')
  .replace(/(.{45}\S*) /g, '$1\n' + ' '.repeat(23));

const HELP = `usage: bench/run [options]

Runs Stickler, HAProxy and nginx side by side on the same work and prints proxy CPU (or memory) per
unit of work as ratios to HAProxy, medians over interleaved rounds.

  --quick              2 short rounds of a few workloads (about a minute)
  --only NAME,…        these workloads: ${WORKLOADS}
  --programs NAME,…    of ${Object.keys(programs).join(', ')} (all that are there)
  --rounds N           (5)
  --seconds S          length of a slot (2)
  --dirty PERCENT      foreign CPU above which a slot is repeated, at most twice (6)
  --build DIR          where stickler, bench_load and bench_origin are (build)
  --json FILE          every slot, for other tools
  --write              put the table of a whole run into bench/README.md
  --strict             exit 1 if a target is missed, not only if answers are wrong
`;

const QUICK = { rounds: 2, seconds: 0.8, warmupMs: 200 };
const FULL = { rounds: 5, seconds: 2, warmupMs: 300 };

export function readOptions(argv, root) {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: flag,
      only: text,
      programs: text,
      rounds: text,
      seconds: text,
      dirty: text,
      build: text,
      json: text,
      write: flag,
      strict: flag,
      help: flag,
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    process.exit(0);
  }
  if (values.write && (values.quick || values.only)) throw new Error('--write needs a whole run');
  const base = values.quick ? QUICK : FULL;
  return {
    rounds: positive(values.rounds ?? base.rounds),
    durationMs: Math.round(positive(values.seconds ?? base.seconds) * 1000),
    warmupMs: base.warmupMs,
    dirty: positive(values.dirty ?? 6) / 100,
    build: values.build ?? `${root}/build`,
    json: values.json,
    write: values.write,
    strict: values.strict,
    workloads: values.only
      ? pick(values.only, Object.fromEntries(workloads.map((w) => [w.name, w])))
      : workloads.filter((w) => !values.quick || w.quick),
    programs: values.programs
      ? pick(values.programs, Object.fromEntries(Object.keys(programs).map((n) => [n, n])))
      : undefined,
  };
}

function positive(text) {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${text} is not a number above 0`);
  return value;
}

function pick(list, choices) {
  return list.split(',').map((name) => {
    if (!choices[name]) throw new Error(`${name} is none of ${Object.keys(choices).join(', ')}`);
    return choices[name];
  });
}
