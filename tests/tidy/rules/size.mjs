// SPDX-License-Identifier: MIT
// Small enough to be read: files and functions.
import { execFileSync } from "node:child_process";
import { isCpp, isProgram } from "../tree.mjs";

const kFileLines = 500;
const kMedianLines = 200;
const kFunctionLines = 70;

export const fileLength = {
  name: `no file over ${kFileLines} lines`,
  *check(files) {
    for (const file of files.filter(isProgram)) {
      const count = file.lines.length;
      if (count <= kFileLines) continue;
      yield { file, line: kFileLines + 1, what: `${count} lines: split it by what it is about` };
    }
  },
};

export const medianLength = {
  name: `a median of ${kMedianLines} lines a file at most`,
  *check(files) {
    const program = files.filter(({ path }) => /^src\/.*\.(h|cc)$/.test(path));
    const lengths = program.map(({ lines }) => lines.length).sort((a, b) => a - b);
    const median = lengths[Math.floor(lengths.length / 2)] ?? 0;
    if (median <= kMedianLines) return;
    yield { file: { path: "src" }, line: 1, what: `the median file has ${median} lines` };
  },
};

export const functionLength = {
  name: `no function over ${kFunctionLines} lines`,
  *check(files, { root }) {
    const scripts = files.filter(({ path }) => path.endsWith(".mjs"));
    const functions = [...cppFunctions(files.filter(isCpp), root), ...scripts.flatMap(jsFunctions)];
    for (const { file, line, end } of functions) {
      const length = end - line + 1;
      if (length <= kFunctionLines) continue;
      yield { file, line, what: `a function of ${length} lines: name its parts` };
    }
  },
};

function cppFunctions(files, root) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const output = execFileSync("ctags", [
    "--languages=C++", "--langmap=C++:.h.cc", "--kinds-C++=f", "--fields=+ne",
    "--output-format=json", "-f", "-", "-L", "-",
  ], { cwd: root, input: [...byPath.keys()].join("\n"), encoding: "utf8", maxBuffer: 1 << 28 });
  return output.split("\n").filter(Boolean).map((it) => JSON.parse(it))
    .map(({ path, line, end = line }) => ({ file: byPath.get(path), line, end }));
}

// ctags does not know where JavaScript's functions end, but how we indent tells: at the next line
// that is not further in than the first.
function jsFunctions(file) {
  return file.lines.flatMap((text, at) => {
    const [, indent] = /^(\s*)(?!if|for|while|switch|catch).*\).*\{$/.exec(text) ?? [];
    if (indent === undefined) return [];
    const length = file.lines.slice(at + 1).findIndex((line) =>
      line.startsWith(`${indent}}`) || (line !== "" && !line.startsWith(`${indent} `)));
    return [{ file, line: at + 1, end: at + 2 + length }];
  });
}
