// SPDX-License-Identifier: MIT
// What the program says of itself: its commands and their options, as --help lists them.
import { execFileSync } from "node:child_process";
import { kSticklerBinary } from "./balancer.mjs";

// { commands, options } of the program, or of one of its commands: { name, other names, … } each
// as an array of names.
export function help(...words) {
  const text = execFileSync(kSticklerBinary, [...words, "--help"], { encoding: "utf8" });
  const lines = text.replace(/^Positionals:\n(?: .*\n)*/m, "").split("\n");
  const heads = lines.map((line) => /^ {2}(\S.*?)(?: {2}|$)/.exec(line)?.[1]).filter(Boolean);
  return {
    commands: heads.filter((head) => !head.startsWith("-")).map((head) => head.split(", ")),
    options: heads.filter((head) => head.startsWith("-"))
      .map((head) => head.split(" ")[0].split(",")),
  };
}
