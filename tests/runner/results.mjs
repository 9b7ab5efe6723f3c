// SPDX-License-Identifier: MIT
// What the tools said, as values alike: { passed, skipped, failures: [{ test, where, text }] }.
// Pure: text in, values out.

export function emptyResult() {
  return { passed: 0, skipped: 0, failures: [] };
}

// GoogleTest's output. A test that began and never ended crashed, and its text says how.
export function readGoogleTest({ output, code, signal, late }) {
  const result = emptyResult();
  let test = null;
  let text = [];
  for (const line of output.split("\n")) {
    const [, mark, name] = /^\[ +(RUN|OK|FAILED|SKIPPED) +\] ([^ ,]+)/.exec(line) ?? [];
    if (mark === "RUN") {
      [test, text] = [name, []];
    } else if (mark && name === test) {
      if (mark === "OK") result.passed += 1;
      if (mark === "SKIPPED") result.skipped += 1;
      if (mark === "FAILED") result.failures.push(failure(test, text));
      test = null;
    } else {
      text.push(line);
    }
  }
  const end = howItEnded({ code, signal, late });
  if (test !== null) {
    result.failures.push(failure(test, [`it ${end}`, ...text]));
  } else if (code !== 0 && result.failures.length === 0) {
    result.failures.push(failure("the program", [`it ${end}`, ...text]));
  }
  return result;
}

function failure(test, lines) {
  const where = lines.map((line) => /^(\S+\.(?:cc|h):\d+): /.exec(line)?.[1]).find(Boolean);
  return { test, where, text: lines.join("\n").trim() };
}

export function howItEnded({ code, signal, late }) {
  if (late) return "took too long and was ended";
  return signal ? `was ended by ${signal}` : `exited with ${code}`;
}

// The lines that json_reporter.mjs wrote, one per event.
export function readNodeTest({ events, output, code, signal, late }) {
  const result = emptyResult();
  for (const line of events.split("\n").filter(Boolean)) {
    const { kind, test, where, text } = JSON.parse(line);
    if (kind === "passed") result.passed += 1;
    if (kind === "skipped") result.skipped += 1;
    if (kind === "failed") result.failures.push({ test, where, text });
    if (kind === "note") result.failures.at(-1).text += `\n${text}`;
  }
  if (code !== 0 && result.failures.length === 0) {
    const text = `the file ${howItEnded({ code, signal, late })}\n${output}`;
    result.failures.push({ test: "the file", text });
  }
  return result;
}

// tests/tidy/tidy.mjs: findings, then one line that counts the rules.
export function readTidy({ output, code }) {
  const result = emptyResult();
  const [, kept] = /^(\d+) rules kept/m.exec(output) ?? [];
  result.passed = Number(kept ?? 0);
  for (const [, rule, findings] of output.matchAll(/^broken: (.*)\n((?: +.*\n)*)/gm)) {
    result.failures.push({ test: rule, text: findings });
  }
  if (code !== 0 && result.failures.length === 0) {
    result.failures.push({ test: "tidy", text: output });
  }
  return result;
}

// A generated trial: one test, whose last line says what it did.
export function readTrial({ output, code, signal, late }) {
  const result = emptyResult();
  if (code === 0) {
    result.passed = 1;
    result.note = output.trimEnd().split("\n").at(-1);
  } else {
    const text = `it ${howItEnded({ code, signal, late })}\n${output}`;
    result.failures.push({ test: "the trial", text });
  }
  return result;
}

// libFuzzer: one test that passes if nothing was found in its time.
export function readFuzzer({ output, code, signal, late }) {
  const result = emptyResult();
  const [, inputs] = /number_of_executed_units: (\d+)/.exec(output) ?? [];
  if (code === 0) {
    result.passed = 1;
    result.note = `${Number(inputs ?? 0).toLocaleString("en")} inputs`;
  } else {
    const [, input] = /Test unit written to (\S+)/.exec(output) ?? [];
    const text = `it ${howItEnded({ code, signal, late })}\n${output}`;
    result.failures.push({ test: "an input", where: input, text });
  }
  return result;
}
