// SPDX-License-Identifier: MIT
// The files under the rules, as values: { path, text, lines, code }. `code` is the text of a C++
// file with comments and the insides of literals blanked out, each character in its place.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const kRoots = ["src", "tests", "bench", "docs", "conf", "systemd", "debian", ".ci", "."];
const kNotOurs = /(^|\/)(node_modules|corpus|build[^/]*|\.git|\.cache)(\/|$)/;

export function readTree(root) {
  const files = new Map();
  for (const folder of kRoots) {
    for (const path of pathsUnder(root, folder === "." ? "" : folder, folder !== ".")) {
      if (!files.has(path)) files.set(path, makeFile(path, readFileSync(join(root, path), "utf8")));
    }
  }
  return [...files.values()];
}

function pathsUnder(root, folder, deep) {
  let entries;
  try {
    entries = readdirSync(join(root, folder), { withFileTypes: true });
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (kNotOurs.test(path)) return [];
    if (entry.isDirectory()) return deep ? pathsUnder(root, path, deep) : [];
    return entry.isFile() ? [path] : [];
  });
}

export function makeFile(path, text) {
  const file = { path, text, lines: text.split("\n") };
  if (file.lines.at(-1) === "") file.lines.pop();
  if (isCpp(file)) file.code = blank(text);
  return file;
}

export function isCpp({ path }) {
  return /\.(h|cc)$/.test(path);
}

export function isProgram(file) {
  return isCpp(file) || /\.(mjs|js|sh|cmake)$/.test(file.path) || file.path === "CMakeLists.txt" ||
    file.text.startsWith("#!");
}

export function roomOf(path) {
  return /^src\/(\w+)\//.exec(path)?.[1];
}

// Line number (from 1) of a place in the text.
export function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}

// Each finding of `pattern` (global) in what `look` gives, with its line.
export function* matches(file, pattern, look = (it) => it.code ?? it.text) {
  const text = look(file);
  for (const match of text.matchAll(pattern)) yield { match, line: lineAt(text, match.index) };
}

// A comment with a reason, on the line or the one above, lets one place off one rule:
//   // tidy: waits, because the server must be seen to do nothing
export function isLetOff(file, line, rule) {
  const permit = new RegExp(`(//|#) tidy: ${rule}, because \\w+`);
  return [line - 1, line - 2].some((at) => permit.test(file.lines[at] ?? ""));
}

const kToken = new RegExp([
  String.raw`//[^\n]*`,
  String.raw`/\*[\s\S]*?\*/`,
  String.raw`R"([^(\s]*)\([\s\S]*?\)\1"`,
  String.raw`"(?:\\.|[^"\\\n])*"`,
  String.raw`(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'`,
].join("|"), "g");

function blank(text) {
  return text.replace(kToken, (token, _1, at) => {
    // An include's path is code.
    if (/#include\s*$/.test(text.slice(Math.max(0, at - 20), at))) return token;
    const edges = token.startsWith("/") ? ["", ""] : [token[0], token.at(-1)];
    const inside = token.slice(edges[0].length, token.length - edges[1].length);
    return edges[0] + inside.replace(/[^\n]/g, " ") + edges[1];
  });
}
