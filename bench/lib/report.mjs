// SPDX-License-Identifier: MIT
// Figures from slots: the median over rounds of (this program / HAProxy in the same round), or of
// (with / without) where a program is compared with itself, with the range; as lines for the
// terminal and as tables for README.md.

import { readFileSync, writeFileSync } from 'node:fs';
import { figureLines, summarizeFigures, tableOfFigures } from './figures.mjs';
import { cost, costUnit, countsMemory, throughput } from './workloads.mjs';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// `rounds`: for each round, a slot per program name.
export function summarize(workload, rounds) {
  if (workload.figures) {
    return { workload, dirty: countDirty(rounds), rows: summarizeFigures(workload, rounds) };
  }
  const names = Object.keys(rounds[0]);
  const rows = names.map((name) => summarizeProgram(workload, rounds, name));
  return { workload, dirty: countDirty(rounds), rows };
}

const countDirty = (rounds) => rounds.flatMap(Object.values).filter((slot) => slot.dirty).length;

function summarizeProgram(workload, rounds, name) {
  const all = rounds.map((round) => round[name]);
  const slots = all.filter((slot) => slot.valid);
  const broken = all.find((slot) => !slot.valid);
  if (slots.length === 0) return { name, error: broken.error || 'nothing was answered' };
  const ratios = rounds
    .map((round) => [round[name], workload.than ? round[name].without : round.haproxy])
    .filter(([slot, reference]) => slot.valid && reference?.valid)
    .map(([slot, reference]) => cost(workload, slot) / cost(workload, reference));
  const middle = (value) => median(slots.map(value));
  // The slot with the median cost speaks for throughput, since both belong together.
  const typical = [...slots].sort((a, b) => cost(workload, a) - cost(workload, b))[
    slots.length >> 1
  ];
  return {
    name,
    error: broken && `${all.length - slots.length} slots wrong: ${broken.error}`,
    cost: middle((slot) => cost(workload, slot)),
    ratio: ratios.length ? median(ratios) : undefined,
    range: ratios.length ? [Math.min(...ratios), Math.max(...ratios)] : undefined,
    throughput: throughput(workload, typical),
    p50: middle((slot) => slot.p50),
    p99: middle((slot) => slot.p99),
    busy: middle((slot) => slot.proxyCpu / slot.seconds),
    otherCore: middle((slot) => (slot.loadCpu + slot.originCpu) / slot.seconds),
  };
}

// A miss by less than what is printed is none.
export function reached({ target, enough }, { ratio, cost: its }) {
  const ways = [];
  if (target !== undefined && ratio !== undefined) ways.push(ratio < target + 0.005);
  if (enough !== undefined && its !== undefined) ways.push(its <= enough);
  return ways.length ? ways.includes(true) : undefined;
}

const number = (value) =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
function micros(us) {
  if (us === 0) return '–'; // nothing ended within the slot
  return us >= 1000 ? `${(us / 1000).toFixed(us >= 10_000 ? 0 : 1)} ms` : `${us.toFixed(0)} µs`;
}
const percent = (share) => `${Math.round(share * 100)} %`;
const ratioText = ({ ratio, range }) =>
  ratio === undefined
    ? '–'
    : `${ratio.toFixed(2)} (${range.map((end) => end.toFixed(2)).join('–')})`;

function targetText(workload) {
  const { target, enough } = workload;
  const ways = [];
  if (target !== undefined) ways.push(target.toFixed(2));
  if (enough !== undefined) ways.push(`${enough} ${costUnit(workload)}`);
  return ways.length ? `≤ ${ways.join(' or ')}` : '–';
}

export function terminalLines({ workload, dirty, rows }) {
  const marks = dirty ? `   † ${dirty} slots disturbed` : '';
  const head = `${workload.name}: ${workload.title}`;
  if (workload.figures) return [head + marks, ...figureLines(rows)];
  const than = workload.than ? ', to itself' : '';
  const target = `target ${targetText(workload)}${than}`;
  const lines = [`${head}   ${target}${marks}`];
  for (const row of rows) {
    if (row.cost === undefined) {
      lines.push(`  ${row.name.padEnd(9)} FAILED: ${row.error}`);
      continue;
    }
    const verdict =
      row.name !== 'stickler'
        ? ''
        : ({ true: 'reached', false: 'MISSED' }[reached(workload, row)] ?? '');
    lines.push(
      [
        `  ${row.name.padEnd(9)}`,
        ratioText(row).padEnd(18),
        `${number(row.cost)} ${costUnit(workload)}`.padEnd(18),
        row.throughput.padEnd(12),
        `p50 ${micros(row.p50)}`.padEnd(12),
        `p99 ${micros(row.p99)}`.padEnd(12),
        `proxy ${percent(row.busy)}`.padEnd(12),
        `load+origin ${percent(row.otherCore)}`,
        verdict,
        row.error ?? '',
      ]
        .join(' ')
        .trimEnd(),
    );
  }
  return lines;
}

export function markdown(summaries, facts) {
  const figures = summaries.filter(({ workload }) => workload.figures);
  const pairs = summaries.filter(({ workload }) => workload.than);
  const rest = summaries.filter(({ workload }) => !workload.figures && !workload.than);
  const tables = [table(rest)];
  if (pairs.length) tables.push('Ratio to the same program without that:', tableOfPairs(pairs));
  for (const { workload, dirty, rows } of figures) {
    tables.push(`Stickler alone, ${workload.title}${dirty ? ' †' : ''}:`, tableOfFigures(rows));
  }
  return [facts.join('\n'), ...tables].join('\n\n');
}

function table(summaries) {
  const names = summaries[0].rows.map((row) => row.name);
  const others = names.filter((name) => name !== 'haproxy');
  const details = names.map((name) => `${name}: cost, throughput, p50/p99`);
  return rowsOf(['work', 'target', ...others, ...details], summaries, ({ workload, rows }) => [
    ...others.map((name) => ratioCell(workload, rowOf(rows, name))),
    ...names.map((name) => detailCell(workload, rowOf(rows, name))),
  ]);
}

function tableOfPairs(summaries) {
  const names = [...new Set(summaries.flatMap(({ rows }) => rows.map((row) => row.name)))];
  const details = names.map((name) => `${name}: cost`);
  return rowsOf(['work', 'target', ...names, ...details], summaries, ({ workload, rows }) => [
    ...names.map((name) => ratioCell(workload, rowOf(rows, name))),
    ...names.map((name) => costCell(workload, rowOf(rows, name))),
  ]);
}

const rowOf = (rows, name) => rows.find((row) => row.name === name);

function rowsOf(header, summaries, cellsOf) {
  const lines = [`| ${header.join(' | ')} |`, `|${header.map(() => '---').join('|')}|`];
  for (const summary of summaries) {
    const { workload, dirty } = summary;
    const title = `${workload.title}${dirty ? ' †' : ''}`;
    lines.push(`| ${[title, targetText(workload), ...cellsOf(summary)].join(' | ')} |`);
  }
  return lines.join('\n');
}

function ratioCell(workload, row) {
  if (!row) return '–';
  if (row.cost === undefined) return 'failed';
  if (row.name !== 'stickler') return ratioText(row);
  return `**${ratioText(row)}**${reached(workload, row) === false ? ' missed' : ''}`;
}

function costCell(workload, row) {
  if (!row) return '–';
  return row.cost === undefined ? row.error : `${number(row.cost)} ${costUnit(workload)}`;
}

function detailCell(workload, row) {
  if (!row) return '–';
  if (row.cost === undefined) return row.error;
  if (countsMemory(workload)) return `${number(row.cost)} ${costUnit(workload).split('/')[0]}`;
  const latency = `${micros(row.p50)}/${micros(row.p99)}`;
  return `${number(row.cost)} ${costUnit(workload)}, ${row.throughput}, ${latency}`;
}

// Replaces what stands between the two markers.
export function writeInto(file, table) {
  const [open, close] = ['<!-- results -->', '<!-- /results -->'];
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from < 0 || to < from) throw new Error(`${file} has lost its markers ${open} and ${close}`);
  writeFileSync(file, `${text.slice(0, from + open.length)}\n${table}\n${text.slice(to)}`);
}
