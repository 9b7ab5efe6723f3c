// SPDX-License-Identifier: MIT
// Which suites there are, what each needs built, and how a few words on the command line choose
// among them. Finds tests by where they lie: nothing needs registering here.
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

export const kRoot = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");

// patience stretches the tests' own time limits: sanitizers are slow, and the next build runs
// beside the tests.
export const kBuilds = {
  plain: { preset: "release", folder: "build", patience: 2 },
  asan: { preset: "asan", folder: "build-asan", patience: 4 },
  tsan: { preset: "tsan", folder: "build-tsan", patience: 6 },
};

// What compiles yields to the tests that run meanwhile.
export const kNiceness = 10;

// Where threads meet: worker loops, shared server state and queues, logs, the program as a whole.
const kRoomsUnderTsan = ["base", "net", "backend", "proxy", "observe", "app"];
const kJourneysUnderTsan = ["editors", "health", "retries", "reload"];

// About what is shipped, whichever way it is compiled: once is enough.
const kJourneysOnce = ["completion", "container", "man-pages", "systemd-unit"];
// Made and installed, which takes as long as a dozen others: begun among the end-to-end suites,
// which are tried again if they fail in a crowd.
const kPackage = "package";

// Of each target, unless told otherwise.
const kFuzzSeconds = 15;

const kKinds = ["tidy", "unit", "trial", "e2e", "package", "fuzz"];

// All suites, in the order in which they run: { kind, name, build, file, onRequest }. Those marked
// onRequest run only if they are asked for by name.
export function allSuites(root = kRoot) {
  const rooms = list(root, "tests/unit").filter((room) =>
    list(root, `tests/unit/${room}`).some((file) => file.endsWith("_test.cc")));
  const journeys = suffixed(root, "tests/e2e", ".test.mjs").filter((name) => name !== kPackage);
  const half = Math.floor(journeys.length / 2);
  const sanitized = journeys.filter((name) => !kJourneysOnce.includes(name));
  const formats = suffixed(root, "tests/fuzz", "_fuzz.cc");
  const trials = suffixed(root, "tests/fuzz", "_trial.cc");
  const under = (build, names, usual = names) =>
    names.map((name) => ({ name, build, onRequest: !usual.includes(name) }));
  const unit = (...args) => under(...args).map((it) => ({ kind: "unit", ...it }));
  const e2e = (...args) => under(...args).map((it) => ({ kind: "e2e", ...it }));
  return [
    { kind: "tidy", name: "" },
    { kind: "tidy", name: "rules", file: "tests/tidy/tidy.test.mjs" },
    { kind: "tidy", name: "runner", file: "tests/runner/runner.test.mjs" },
    ...unit("plain", rooms),
    ...e2e("plain", journeys.slice(0, half)),
    { kind: "package", name: "", build: "plain", file: `tests/e2e/${kPackage}.test.mjs` },
    ...e2e("plain", journeys.slice(half)),
    ...trials.map((name) => ({ kind: "trial", name, build: "plain" })),
    ...unit("asan", rooms),
    ...e2e("asan", sanitized),
    ...unit("tsan", rooms, kRoomsUnderTsan),
    ...e2e("tsan", sanitized, kJourneysUnderTsan),
    ...formats.map((name) => ({ kind: "fuzz", name, build: "asan" })),
  ];
}

// "unit http asan --only WORDS" → { suites, only, fuzzSeconds }, or { error } for a word that
// chooses nothing. Without a build's name a part is run plain only; without any word each test is
// run once, plain; "all" adds the sanitizers' builds and fuzzing.
export function choose(words, suites) {
  const choosing = [...words];
  const only = takeOption(choosing, "--only");
  if (only === "") return { error: "--only needs the name of a test" };
  const seconds = takeOption(choosing, "--fuzz-seconds");
  if (seconds !== null && !/^[1-9]\d*$/.test(seconds)) {
    return { error: "--fuzz-seconds needs a number, for each target" };
  }
  const { error, suites: chosen } = chooseSuites(choosing, suites);
  return error ? { error } : { suites: chosen, only, fuzzSeconds: Number(seconds ?? kFuzzSeconds) };
}

function chooseSuites(choosing, suites) {
  const usual = suites.filter((it) => !it.onRequest);
  if (choosing.length === 0) return { suites: usual.filter((it) => isPlain(it)) };
  if (choosing.includes("all")) {
    return choosing.length === 1 ? { suites: usual } : { error: "'all' leaves nothing to choose" };
  }
  const kinds = choosing.filter((word) => kKinds.includes(word));
  const builds = choosing.filter((word) => word in kBuilds);
  const names = choosing.filter((word) => !kKinds.includes(word) && !(word in kBuilds));
  const unknown = names.find((name) => !suites.some((suite) => suite.name === name));
  if (unknown) return { error: `no tests are called '${unknown}'` };
  const chosen = suites.filter((suite) =>
    (kinds.length === 0 || kinds.includes(suite.kind)) &&
    (names.length === 0 ? !suite.onRequest : names.includes(suite.name)) &&
    (!suite.build || suite.kind === "fuzz" ||
      (builds.length === 0 ? suite.build === "plain" : builds.includes(suite.build))));
  return chosen.length > 0 ? { suites: chosen } : { error: "these words choose no test" };
}

function isPlain({ build }) {
  return build === undefined || build === "plain";
}

// Takes an option and its value out of the words; null if it is not there, "" if it has no value.
function takeOption(words, name) {
  const at = words.indexOf(name);
  return at < 0 ? null : words.splice(at, 2)[1] ?? "";
}

// What has to be built for these suites, of each build the targets.
export function targetsOf(suites) {
  const targets = new Map();
  for (const { kind, name, build } of suites.filter((suite) => suite.build)) {
    if (!targets.has(build)) targets.set(build, new Set());
    targets.get(build).add(programOf({ kind, name }));
  }
  return targets;
}

// What is built and run for a suite.
export function programOf({ kind, name }) {
  const programs = { unit: `unit_${name}`, trial: `${name}_trial`, fuzz: `${name}_fuzz` };
  return programs[kind] ?? "stickler";
}

function list(root, folder) {
  const path = join(root, folder);
  return existsSync(path) ? readdirSync(path).sort() : [];
}

function suffixed(root, folder, ending) {
  return list(root, folder).filter((it) => it.endsWith(ending)).map((it) => basename(it, ending));
}
