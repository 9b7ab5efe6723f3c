// SPDX-License-Identifier: MIT
// How each kind of suite is run. All give the value of results.mjs, with `seconds` and the path of
// their whole output.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./exec.mjs";
import { kBuilds, kNiceness, kRoot, programOf } from "./plan.mjs";
import { readFuzzer, readGoogleTest, readNodeTest, readTidy, readTrial } from "./results.mjs";

const kLogs = join(kRoot, "build", "test-logs");

// What a target needs besides the time that it is given: to read its corpus, and to end.
const kFuzzSlack = 120;

// A sanitizer's finding ends the program at once, with a back-trace of names and lines. Debian's
// libraries are not built for ThreadSanitizer, which would miss how they synchronise.
const kSanitizers = {
  ASAN_OPTIONS: "detect_stack_use_after_return=1:strict_string_checks=1",
  UBSAN_OPTIONS: "print_stacktrace=1",
  TSAN_OPTIONS: "halt_on_error=1:ignore_noninstrumented_modules=1",
  ASAN_SYMBOLIZER_PATH: "/usr/bin/llvm-symbolizer-19",
  TSAN_SYMBOLIZER_PATH: "/usr/bin/llvm-symbolizer-19",
  UBSAN_SYMBOLIZER_PATH: "/usr/bin/llvm-symbolizer-19",
};

// `options`: what choose() says besides the suites.
export async function runSuite(suite, options) {
  const runners = {
    tidy: runTidy, unit: runUnit, trial: runTrial, e2e: runJourney, package: runPackage,
    fuzz: runFuzzer,
  };
  const ended = await runners[suite.kind](suite, options);
  const { result, seconds, output } = ended;
  return { ...result, seconds, output, log: keepLog(nameOf(suite), output) };
}

// "unit http asan"
export function nameOf({ kind, name, build }) {
  return [kind, name, build === "plain" || kind === "fuzz" ? "" : build].filter(Boolean).join(" ");
}

async function runTidy({ file }, { only }) {
  if (file) return runNode(file, {}, 120, only);
  const ended = await run("node", ["tests/tidy/tidy.mjs"], { cwd: kRoot, limitSeconds: 600 });
  return { ...ended, result: readTidy(ended) };
}

async function runUnit(suite, { only }) {
  const { folder, patience } = kBuilds[suite.build];
  const filter = only ? [`--gtest_filter=${only.includes(".") ? only : `*${only}*`}`] : [];
  const ended = await run(join(folder, programOf(suite)), filter, {
    cwd: kRoot,
    env: { ...kSanitizers, STICKLER_TEST_PATIENCE: patience },
    limitSeconds: 300 * patience,
  });
  return { ...ended, result: readGoogleTest(ended) };
}

function runJourney({ name, build }, { only }) {
  const { folder, patience } = kBuilds[build];
  const env = {
    ...kSanitizers,
    STICKLER_BIN: join(kRoot, folder, "stickler"),
    STICKLER_TEST_PATIENCE: patience,
    STICKLER_INSTRUMENTED: build === "plain" ? "" : build,
    // HAProxy is the same under each build: once is enough.
    BALANCERS: process.env.BALANCERS ?? (build === "plain" ? "stickler,haproxy" : "stickler"),
  };
  return runNode(`tests/e2e/${name}.test.mjs`, env, 180 * patience, only);
}

// Without a compiler cache it compiles everything once more, yielding to the tests beside it.
function runPackage({ file, build }, { only }) {
  const { patience } = kBuilds[build];
  return runNode(file, { STICKLER_TEST_PATIENCE: patience }, 1800, only, kNiceness);
}

async function runNode(file, env, limitSeconds, only, niceness = 0) {
  const events = logPath(`${file.replaceAll("/", "-")}-${process.hrtime.bigint()}.events`);
  mkdirSync(kLogs, { recursive: true });
  const reporter = `--test-reporter=${join(kRoot, "tests/runner/json_reporter.mjs")}`;
  const pattern = only ? [`--test-name-pattern=${escapeRegExp(only)}`] : [];
  const ended = await run(
    "node", [reporter, `--test-reporter-destination=${events}`, ...pattern, file],
    { cwd: kRoot, env, limitSeconds, niceness });
  const text = readFileSync(events, { encoding: "utf8", flag: "a+" });
  rmSync(events);
  return { ...ended, result: readNodeTest({ ...ended, events: text }) };
}

async function runTrial(suite) {
  const program = join(kBuilds[suite.build].folder, programOf(suite));
  const ended = await run(program, [], { cwd: kRoot, limitSeconds: 300 });
  return { ...ended, result: readTrial(ended) };
}

async function runFuzzer(suite, { fuzzSeconds }) {
  const { name, build } = suite;
  const { folder } = kBuilds[build];
  const found = join(kRoot, folder, "corpus", name);
  const seeds = join(kRoot, "tests/fuzz/corpus", name);
  for (const path of [found, seeds]) mkdirSync(path, { recursive: true });
  const limits = [`-max_total_time=${fuzzSeconds}`, "-timeout=5", "-rss_limit_mb=2048"];
  const ended = await run(
    join(folder, programOf(suite)),
    [...limits, "-print_final_stats=1", `-artifact_prefix=${folder}/${name}-`, found, seeds],
    { cwd: kRoot, env: kSanitizers, limitSeconds: fuzzSeconds + kFuzzSlack });
  return { ...ended, result: readFuzzer(ended) };
}

function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

export function keepLog(name, output) {
  mkdirSync(kLogs, { recursive: true });
  writeFileSync(logPath(`${name.replaceAll(" ", "-")}.log`), output);
  return logPath(`${name.replaceAll(" ", "-")}.log`).slice(kRoot.length + 1);
}

function logPath(file) {
  return join(kLogs, file);
}
