// SPDX-License-Identifier: MIT
// A reporter for node --test-reporter: one JSON object a line for each test that has ended, and for
// each note on the failure before it.
import { relative } from "node:path";
import { inspect } from "node:util";

// Node ends each file with notes that count its tests: not about the last failure.
const kCounts = /^(tests|suites|pass|fail|cancelled|skipped|todo|duration_ms) [\d.]+$/;

export default async function* jsonLines(events) {
  let failed = false;
  for await (const { type, data } of events) {
    const line = describe(type, data, failed);
    if (type === "test:pass") failed = false;
    if (line === null) continue;
    if (line.kind === "failed") failed = true;
    yield `${JSON.stringify(line)}\n`;
  }
}

function describe(type, data, failed) {
  if (type === "test:diagnostic") {
    return failed && !kCounts.test(data.message) ? { kind: "note", text: data.message } : null;
  }
  if (type !== "test:pass" && type !== "test:fail") return null;
  if (data.details?.type === "suite") return null;
  if (data.skip !== undefined || data.todo !== undefined) return { kind: "skipped" };
  if (type === "test:pass") return { kind: "passed" };
  const error = data.details.error;
  // A test with parts fails because one of them did: that one has been reported.
  if (error?.failureType === "subtestsFailed") return null;
  const text = inspect(error?.cause ?? error);
  return { kind: "failed", test: data.name, where: placeOf(data, text), text };
}

// Where the test's own file is in the stack; else where it was declared, perhaps by a helper.
function placeOf({ file, line }, text) {
  const [, path, at] = /(?:file:\/\/)?(\/\S+\.test\.mjs):(\d+)/.exec(text) ?? [null, file, line];
  return path && `${relative(process.cwd(), path)}:${at}`;
}
