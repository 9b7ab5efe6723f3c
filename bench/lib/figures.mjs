// SPDX-License-Identifier: MIT
// Workloads that are no unit of work repeated: several figures of Stickler alone, medians over the
// rounds with the range. A row each, in order of report:
//   most   the target, if there is one
//   unit   'ms', or '' for a number

const FIGURES = {
  lagP50: { title: "from etcd's word to a worker's routing, median", unit: 'ms' },
  lagMost: { title: 'the same, the latest of all', unit: 'ms', most: 50 },
  lastMost: { title: 'the latest request by the word before, at its node', unit: 'ms' },
  single: { title: 'move of one idle bucket, less the unloading', unit: 'ms', most: 1000 },
  singleRest: { title: 'the same, less `linger` (800 ms), too', unit: 'ms' },
  singleShort: {
    title: 'move of one idle bucket with `linger = "200ms"`, less the unloading',
    unit: 'ms',
    most: 1000,
  },
  moved: { title: 'a node joins, rebalance: buckets that move', unit: '' },
  rebalance: { title: 'the whole of it', unit: 'ms' },
  eachP50: { title: 'in which a bucket is not served, median', unit: 'ms' },
  asked: { title: 'requests meanwhile', unit: '' },
  lost: { title: 'lost of all', unit: '', most: 0 },
  held: { title: 'held', unit: '' },
  heldP50: { title: 'held for, median', unit: 'ms' },
  heldP99: { title: 'held for, p99', unit: 'ms' },
  heldMost: { title: 'held for, most', unit: 'ms' },
};

export const FIGURES_OF_MOVES = Object.entries(FIGURES).map(([name, row]) => ({ name, ...row }));

// `rounds`: for each a slot by program name, with `figures`; there is one program.
export function summarizeFigures({ figures }, rounds) {
  const slots = rounds.flatMap((round) => Object.values(round));
  const broken = slots.find(({ valid }) => !valid);
  const rows = figures.map((figure) => {
    const values = slots.map((slot) => slot.figures[figure.name]).sort((a, b) => a - b);
    const value = values[values.length >> 1];
    const missed = figure.most === undefined ? undefined : value > figure.most;
    return { ...figure, value, range: [values[0], values.at(-1)], missed };
  });
  return broken ? [{ ...rows[0], error: broken.error }, ...rows.slice(1)] : rows;
}

const number = (value) => value.toFixed(value < 10 && !Number.isInteger(value) ? 1 : 0);
const withUnit = (value, { unit }) => `${number(value)}${unit && ` ${unit}`}`;
const valueText = (row) =>
  `${withUnit(row.value, row)} (${row.range.map((end) => number(end)).join('–')})`;
const targetText = (row) => (row.most === undefined ? '–' : `≤ ${withUnit(row.most, row)}`);

export function figureLines(rows) {
  const lines = [];
  for (const row of rows) {
    const verdict = row.missed === undefined ? '' : row.missed ? 'MISSED' : 'reached';
    const target = row.most === undefined ? '' : targetText(row);
    const cells = [row.title.padEnd(68), valueText(row).padEnd(22), target.padEnd(10), verdict];
    lines.push(`  ${cells.join(' ').trimEnd()}`);
    if (row.error) lines.push(`  FAILED: ${row.error}`);
  }
  return lines;
}

export function tableOfFigures(rows) {
  const lines = ['| figure | target | median (range) |', '|---|---|---|'];
  for (const row of rows) {
    const value = `**${valueText(row)}**${row.missed ? ' missed' : ''}`;
    lines.push(`| ${row.title} | ${targetText(row)} | ${row.error ?? value} |`);
  }
  return lines.join('\n');
}
