// SPDX-License-Identifier: MIT
// Which failures deserve a second try, alone. Suites run side by side, and beside a build, on few
// cores: there a limit that is scaled down for a test can pass because nobody got the processor.
// Only that is excused, and the report says that it was: never a sanitizer's finding, a crash, or
// several failures at once.

const kMostExcused = 2;
const kNeverExcused =
  /Sanitizer|runtime error:|ended by SIG|ended by itself|did not end well|took too long/;

// `output`: all that the suite printed, the logs of the programs under test among it.
export function mayBeCrowding({ kind }, { failures, output }) {
  if (kind !== "e2e" || failures.length === 0 || failures.length > kMostExcused) return false;
  if (failures.some(({ test }) => test === "the file")) return false;
  return !kNeverExcused.test([output, ...failures.map(({ text }) => text)].join("\n"));
}
