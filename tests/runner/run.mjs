// SPDX-License-Identifier: MIT
// Runs the tests: ./stickler.sh test [PART…]. Two lanes side by side: one makes build after build;
// the other runs each suite, in order, as soon as what it needs is there.
import { cpus } from "node:os";
import { startBuilds } from "./builds.mjs";
import { allSuites, choose, targetsOf } from "./plan.mjs";
import { Report } from "./report.mjs";
import { mayBeCrowding } from "./second_try.mjs";
import { keepLog, runSuite } from "./suites.mjs";

const kOldestNode = 18;

async function main(words) {
  if (Number.parseInt(process.versions.node, 10) < kOldestNode) {
    console.error(`the tests need Node.js ${kOldestNode} or later; this is ${process.version}`);
    return 2;
  }
  const { suites, error, ...options } = choose(words, allSuites());
  if (error) {
    console.error(`${error}; ./stickler.sh help says what can be chosen`);
    return 2;
  }
  const report = new Report();
  const builds = startBuilds(targetsOf(suites), (build, built) => {
    report.built(build, { ...built, log: keepLog(`build ${build}`, built.output) });
  });
  const crowded = [];
  await Promise.all(cpus().map(() => runInTurn(suites, { builds, options, report, crowded })));
  await Promise.all(builds.values());
  for (const suite of crowded) report.ended(suite, await runSuite(suite, options));
  return report.finish() ? 0 : 1;
}

// Takes the next suite until none is left; as many of these run side by side as there are cores.
async function runInTurn(queue, { builds, options, report, crowded }) {
  while (queue.length > 0) {
    const suite = queue.shift();
    const built = suite.build ? await builds.get(suite.build) : { ok: true };
    if (!built.ok) {
      report.notRun(suite);
      continue;
    }
    const result = await runSuite(suite, options);
    if (mayBeCrowding(suite, result)) {
      crowded.push(suite);
      report.postponed(suite, result);
    } else {
      report.ended(suite, result);
    }
  }
}

process.exitCode = await main(process.argv.slice(2));
