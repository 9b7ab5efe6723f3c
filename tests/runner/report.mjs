// SPDX-License-Identifier: MIT
// What the terminal says: a line per suite as it ends, each failure with all that helps, and the
// count of all as the last line.
import { nameOf } from "./suites.mjs";

const kShownLines = 80;

export class Report {
  #total = { passed: 0, failed: 0, skipped: 0 };
  #repeats = new Set();
  #secondTries = 0;

  built(build, { ok, seconds, output, log }) {
    this.#line(`build ${build}`, ok ? "" : "failed", seconds);
    if (ok) return;
    this.#total.failed += 1;
    this.#show(output, log);
  }

  // A suite whose build failed: that has been told.
  notRun(suite) {
    this.#line(nameOf(suite), "not run: its build failed");
  }

  // Failed beside others and will be run again, alone. The failure is shown, and the end says it.
  postponed(suite, { passed, failures, seconds, log }) {
    const counts = `${passed} passed, ${failures.length} to try again alone`;
    this.#line(nameOf(suite), counts, seconds);
    this.#secondTries += failures.length;
    for (const { test, where, text } of failures) {
      console.log(`  UNSURE  ${test}${where ? `  (${where})` : ""}`);
      this.#show(text, log);
    }
  }

  ended(suite, { passed, skipped, failures, seconds, note, log }) {
    const counts = [`${passed} passed`];
    if (failures.length > 0) counts.push(`${failures.length} failed`);
    if (skipped > 0) counts.push(`${skipped} skipped`);
    if (note) counts.push(note);
    this.#line(nameOf(suite), counts.join(", "), seconds);
    this.#total.passed += passed;
    this.#total.skipped += skipped;
    this.#total.failed += failures.length;
    for (const failure of failures) this.#failed(suite, failure, log);
  }

  #failed(suite, { test, where, text }, log) {
    const repeat = howToRepeat(suite, { test, where });
    this.#repeats.add(repeat);
    console.log(`  FAILED  ${test}${where ? `  (${where})` : ""}`);
    this.#show(text, log);
    console.log(`    again:            ${repeat}`);
  }

  #show(text, log) {
    const lines = text.trimEnd().split("\n");
    const left = lines.length - kShownLines;
    for (const line of lines.slice(-kShownLines)) console.log(`    ${line}`);
    if (log) console.log(`    the whole output: ${log}${left > 0 ? ` (${left} more lines)` : ""}`);
  }

  #line(name, what, seconds) {
    const time = seconds === undefined ? "" : `${seconds.toFixed(1)} s`;
    console.log(`  ${name.padEnd(28)} ${what.padEnd(36)} ${time.padStart(8)}`.trimEnd());
  }

  // Prints the end; returns whether all went well.
  finish() {
    const { passed, failed, skipped } = this.#total;
    if (this.#repeats.size > 0) console.log("\nTo repeat what failed:");
    for (const repeat of this.#repeats) console.log(`  ${repeat}`);
    if (this.#secondTries > 0) {
      console.log(`tried again alone after a failure beside others: ${this.#secondTries}`);
    }
    console.log(`${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}`);
    return failed === 0 && passed > 0;
  }
}

// The command that runs this one test again.
export function howToRepeat(suite, { test, where }) {
  if (suite.kind === "fuzz" && where) return `build-asan/${suite.name}_fuzz ${where}`;
  const words = ["./stickler.sh test", nameOf(suite)];
  const named = ["unit", "e2e", "package"].includes(suite.kind);
  if (named && !test.startsWith("the ")) words.push(`--only '${test.replaceAll("'", "'\\''")}'`);
  return words.join(" ");
}
