// SPDX-License-Identifier: MIT
// The runner must not call a failure a success: what it reads from each tool, and what it chooses.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { run } from "./exec.mjs";
import { choose, targetsOf } from "./plan.mjs";
import { howToRepeat } from "./report.mjs";
import { mayBeCrowding } from "./second_try.mjs";
import { readFuzzer, readGoogleTest, readNodeTest, readTidy } from "./results.mjs";

const kOk = "[ RUN      ] A.B\n[       OK ] A.B (0 ms)\n";
const kSkipped = "[ RUN      ] A.C\nno IPv6\n[  SKIPPED ] A.C (0 ms)\n";
const kFailed = "[ RUN      ] A.D\ntests/unit/a_test.cc:7: Failure\nwhy\n[  FAILED  ] A.D (0 ms)\n";

test("GoogleTest: each end of a test is counted", () => {
  const output = `${kOk}${kSkipped}${kFailed}[  FAILED  ] 1 test, listed below:\n`;
  const { passed, skipped, failures } = readGoogleTest({ output, code: 1 });
  assert.deepEqual([passed, skipped, failures.length], [1, 1, 1]);
  assert.equal(failures[0].test, "A.D");
  assert.equal(failures[0].where, "tests/unit/a_test.cc:7");
});

test("GoogleTest: a test that never ended has crashed", () => {
  const output = `${kOk}[ RUN      ] A.E\n==1==ERROR: AddressSanitizer\n`;
  const { failures } = readGoogleTest({ output, code: null, signal: "SIGABRT" });
  assert.match(failures[0].text, /was ended by SIGABRT[\s\S]*AddressSanitizer/);
});

test("GoogleTest: a bad end after good tests is a failure", () => {
  assert.equal(readGoogleTest({ output: kOk, code: 1 }).failures[0].test, "the program");
});

// What the reporter and its reader make of a file of tests.
async function runFile(t, text) {
  const folder = mkdtempSync(join(tmpdir(), "runner-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "a.test.mjs");
  writeFileSync(file, `import { test, describe } from "node:test";\n${text}`);
  const reporter = new URL("json_reporter.mjs", import.meta.url).pathname;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(
    "node", [`--test-reporter=${reporter}`, "--test-reporter-destination=stdout", file],
    { encoding: "utf8", env });
  return readNodeTest({ events: stdout, output: stderr, code: status });
}

test("node: tests and their parts are counted, groups are not", async (t) => {
  const result = await runFile(t, `
    test("a", () => {});
    test("b", { skip: true }, () => {});
    describe("group", () => test("c", () => {}));
    test("d", async (t) => { await t.test("e", () => {}); });`);
  assert.deepEqual(result, { passed: 4, skipped: 1, failures: [] });
});

test("node: a failure says what, where and what was noted", async (t) => {
  const { failures } = await runFile(t, `
    test("a", async (t) => {
      await t.test("part", (t) => { t.diagnostic("the log"); throw new Error("why"); });
    });`);
  assert.deepEqual(failures.map((it) => it.test), ["part"]);
  assert.match(failures[0].where, /a\.test\.mjs:4$/);
  assert.match(failures[0].text, /Error: why[\s\S]*the log/);
});

test("node: a file that does not load is a failure", async (t) => {
  const { failures } = await runFile(t, 'import "./nowhere.mjs";');
  assert.equal(failures.length, 1);
  assert.match(failures[0].text, /nowhere/);
});

test("node: a file that throws between its tests is a failure", async (t) => {
  const { failures } = await runFile(t, 'test("a", () => {});\nthrow new Error("why");');
  assert.ok(failures.length > 0);
});

test("tidy: kept rules pass, broken ones fail with their findings", () => {
  const output = "broken: columns\n  a.cc:1: long\n  a.cc:2: long\n16 rules kept, 1 broken\n";
  const { passed, failures } = readTidy({ output, code: 1 });
  assert.equal(passed, 16);
  assert.deepEqual(failures, [{ test: "columns", text: "  a.cc:1: long\n  a.cc:2: long\n" }]);
});

test("tidy: a rule that cannot be checked is a failure", () => {
  assert.equal(readTidy({ output: "no ctags", code: 1 }).failures.length, 1);
});

test("fuzzing: what was found is named", () => {
  const output = "Test unit written to build-asan/request-crash-1\n";
  assert.equal(readFuzzer({ output, code: 77 }).failures[0].where, "build-asan/request-crash-1");
  assert.equal(readFuzzer({ output: "", code: 0 }).passed, 1);
});

const kSuites = [
  { kind: "tidy", name: "" },
  { kind: "unit", name: "http", build: "plain" },
  { kind: "e2e", name: "cookies", build: "plain" },
  { kind: "unit", name: "http", build: "asan" },
  { kind: "e2e", name: "cookies", build: "asan" },
  { kind: "e2e", name: "cookies", build: "tsan", onRequest: true },
  { kind: "fuzz", name: "request", build: "asan" },
];

function chosen(words) {
  const { suites, error } = choose(words.split(" ").filter(Boolean), kSuites);
  return error ?? suites.map((it) => [it.kind, it.name, it.build].filter(Boolean).join(" "));
}

test("words choose suites", () => {
  assert.deepEqual(chosen(""), ["tidy", "unit http plain", "e2e cookies plain"]);
  assert.equal(chosen("all").length, kSuites.length - 1);
  assert.equal(chosen("all asan"), "'all' leaves nothing to choose");
  assert.deepEqual(chosen("cookies tsan"), ["e2e cookies tsan"]);
  assert.equal(chosen("e2e tsan"), "these words choose no test");
  assert.deepEqual(chosen("unit"), ["unit http plain"]);
  assert.deepEqual(chosen("http asan"), ["unit http asan"]);
  assert.deepEqual(chosen("unit e2e asan"), ["unit http asan", "e2e cookies asan"]);
  assert.deepEqual(chosen("fuzz"), ["fuzz request asan"]);
  assert.deepEqual(chosen("tidy"), ["tidy"]);
  assert.equal(chosen("cokies"), "no tests are called 'cokies'");
});

test("fuzzing takes as long as one likes", () => {
  const seconds = (...words) => {
    const { error, fuzzSeconds } = choose(words, kSuites);
    return error ?? fuzzSeconds;
  };
  assert.equal(seconds("fuzz"), 15);
  assert.equal(seconds("all", "--fuzz-seconds", "60"), 60);
  assert.equal(seconds("fuzz", "request", "--fuzz-seconds", "60"), 60);
  assert.match(seconds("--fuzz-seconds"), /needs a number/);
  assert.match(seconds("--fuzz-seconds", "fuzz"), /needs a number/);
  assert.match(seconds("--only"), /needs the name of a test/);
});

test("only what the chosen suites need is built", () => {
  const targets = targetsOf(choose(["unit", "e2e", "fuzz"], kSuites).suites);
  assert.deepEqual([...targets].map(([build, names]) => [build, [...names]]),
    [["plain", ["unit_http", "stickler"]], ["asan", ["request_fuzz"]]]);
});

test("a failure names the command that repeats it", () => {
  const again = (kind, build, failure) => howToRepeat({ kind, name: "x", build }, failure);
  assert.equal(again("unit", "asan", { test: "A.B" }),
    "./stickler.sh test unit x asan --only 'A.B'");
  assert.equal(again("e2e", "plain", { test: "it's" }),
    "./stickler.sh test e2e x --only 'it'\\''s'");
  assert.equal(again("e2e", "plain", { test: "the file" }), "./stickler.sh test e2e x");
});

test("a command that takes too long is ended with all it started", async () => {
  const { late, output } = await run("sh", ["-c", "sleep 60 & echo begun; wait"],
    { limitSeconds: 0.2 });
  assert.ok(late);
  assert.equal(output, "begun\n");
});

test("a second try is for one or two failures of an end-to-end suite", () => {
  const failures = (...texts) => {
    return { failures: texts.map((text) => ({ test: "a", text: "1 != 2" })), output: texts.join() };
  };
  const e2e = { kind: "e2e" };
  assert.ok(mayBeCrowding(e2e, failures("expected 1, got 2")));
  assert.ok(!mayBeCrowding(e2e, failures()));
  assert.ok(!mayBeCrowding(e2e, failures("1", "2", "3")));
  assert.ok(!mayBeCrowding({ kind: "unit" }, failures("expected 1, got 2")));
  for (const text of ["AddressSanitizer: heap-use-after-free", "a.cc:3: runtime error: shift",
    "stickler was ended by SIGSEGV"]) {
    assert.ok(!mayBeCrowding(e2e, failures(text)), text);
  }
});
