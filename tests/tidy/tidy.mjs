// SPDX-License-Identifier: MIT
// The rules of form that a machine can check. Prints "file:line: what, what to do" for each breach,
// and fails if there is one. ./stickler.sh test tidy
import { arrows, deadHeaders, linkedArrows } from "./rules/arrows.mjs";
import { awaitShapes } from "./rules/coroutines.mjs";
import { licence, opening, titles, width } from "./rules/form.mjs";
import { fileLength, functionLength, medianLength } from "./rules/size.mjs";
import { format, headersAlone } from "./rules/tools.mjs";
import { calls, leftovers, sides, waits } from "./rules/words.mjs";
import { readTree } from "./tree.mjs";

const kRules = [
  arrows, linkedArrows, deadHeaders, fileLength, medianLength, functionLength, awaitShapes, calls,
  waits, leftovers, sides, licence, opening, width, titles, format, headersAlone,
];

const kShown = 40;

async function main() {
  const root = new URL("../..", import.meta.url).pathname;
  const files = readTree(root);
  let broken = 0;
  for (const rule of kRules) {
    const findings = [];
    for await (const finding of rule.check(files, { root })) findings.push(finding);
    if (findings.length === 0) continue;
    broken += 1;
    console.log(`broken: ${rule.name}`);
    for (const { file, line, what } of findings.slice(0, kShown)) {
      console.log(`  ${file.path}:${line}: ${what}`);
    }
    if (findings.length > kShown) console.log(`  and ${findings.length - kShown} more`);
  }
  console.log(`${kRules.length - broken} rules kept, ${broken} broken (${files.length} files)`);
  return broken === 0 ? 0 : 1;
}

process.exitCode = await main();
