// SPDX-License-Identifier: MIT
// How tests are declared: one sentence each, a time limit, and on failure what the programs said.
import test from "node:test";
import { balancers } from "./balancer.mjs";
import { logsOf } from "./program.mjs";

const kTestLimit = 60_000 * Number(process.env.STICKLER_TEST_PATIENCE ?? 1);

// Suites that are declared once more for another configuration of Stickler (imported_suites.mjs):
// what their tests are called, and which are left out.
let again;

export function declareAgain(how) {
  again = how;
}

// One test.
export function scenario(sentence, run, options = {}) {
  if (!again) declare(sentence, run, options);
}

function declare(sentence, run, options = {}) {
  test(sentence, { timeout: kTestLimit, ...options }, async (t) => {
    try {
      await run(t);
    } catch (error) {
      console.error(`--- ${sentence}: what was logged\n${logsOf(t)}\n---`);
      throw error;
    }
  });
}

// One test for each balancer that runs: run(t, kind). `kinds` limits it to those that are meant to
// behave so; where they differ on purpose the sentence says whose way it is.
export function forEachBalancer(sentence, run, kinds) {
  if (again) return declareOnceMore(sentence, run, kinds);
  for (const kind of balancers(kinds)) declare(`${sentence} [${kind}]`, (t) => run(t, kind));
}

function declareOnceMore(sentence, run, kinds) {
  if (again.leavesOut(sentence) || !balancers(kinds).includes("stickler")) return;
  declare(`${sentence} [${again.name}]`, (t) => run(t, "stickler"));
}

export function onlyStickler(sentence, run) {
  forEachBalancer(sentence, run, ["stickler"]);
}

// What measures the program's memory or descriptors: says nothing of a build that needs more of
// both for itself, as sanitizers do.
export function onlyAsShipped(sentence, run) {
  if (!process.env.STICKLER_INSTRUMENTED) onlyStickler(sentence, run);
}
