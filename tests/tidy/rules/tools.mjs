// SPDX-License-Identifier: MIT
// What other programs judge: the form (clang-format) and that each header compiles alone (g++).
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { isCpp, matches } from "../tree.mjs";

const kFormatter = "clang-format-19";
const kLibraries = ["libevent_core", "libssl", "libconfig++", "spdlog", "re2"];

export const format = {
  name: "clang-format has nothing to change",
  *check(files, { root }) {
    const byPath = new Map(files.filter(isCpp).map((file) => [file.path, file]));
    if (byPath.size === 0) return;
    const { error, stderr } = spawnSync(
      kFormatter, ["--dry-run", ...byPath.keys()], { cwd: root, encoding: "utf8" });
    if (error) throw new Error(`${kFormatter} is not here: ./stickler.sh test installs it`);
    const told = new Set();
    for (const [, path, line] of stderr.matchAll(/^(\S+?):(\d+):\d+: warning/gm)) {
      if (told.has(path)) continue;
      told.add(path);
      yield { file: byPath.get(path), line: Number(line), what: `${kFormatter} -i ${path}` };
    }
  },
};

export const headersAlone = {
  name: "each header compiles alone",
  async *check(files, { root, cache = join(root, "build", "tidy-headers.json") }) {
    const headers = files.filter(({ path }) => /^src\/.*\.h$/.test(path))
      .filter((header) => !isProvenByBuild(header, files));
    const known = readCache(cache);
    const now = {};
    const queue = [...headers];
    const flags = compilerFlags(root);
    const findings = [];
    await Promise.all(cpus().map(async () => {
      for (let header = queue.shift(); header; header = queue.shift()) {
        const key = fingerprint(header, files, flags);
        const error = known[key] === true ? null : await compile(header, root, flags);
        if (error === null) now[key] = true;
        else findings.push({ file: header, ...error });
      }
    }));
    writeCache(cache, now);
    yield* findings;
  },
};

// A source that includes its own header before anything else has shown that this compiles alone.
function isProvenByBuild(header, files) {
  const source = files.find(({ path }) => path === header.path.replace(/\.h$/, ".cc"));
  const first = /#include ["<]([^">]+)[">]/.exec(source?.code ?? "");
  return first?.[1] === header.path.slice("src/".length);
}

function compilerFlags(root) {
  const libraries = execFileSync("pkg-config", ["--cflags", ...kLibraries], { encoding: "utf8" });
  return ["-std=c++20", "-fcoroutines", "-fsyntax-only", "-x", "c++", `-I${join(root, "src")}`,
    '-DSTICKLER_VERSION="0"', ...libraries.trim().split(/\s+/)];
}

// Of the header with all of ours that it includes, near and far.
function fingerprint(header, files, flags) {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const seen = new Set();
  const visit = (file) => {
    if (!file || seen.has(file)) return;
    seen.add(file);
    for (const { match } of matches(file, /#include "([^"]+)"/g)) {
      visit(byPath.get(`src/${match[1]}`));
    }
  };
  visit(header);
  const hash = createHash("sha256").update(flags.join(" "));
  for (const { path, text } of seen) hash.update(path).update(text);
  return hash.digest("hex");
}

// → null, or { line, what } with the compiler's first error.
function compile(header, root, flags) {
  return new Promise((resolve, reject) => {
    const compiler = spawn("g++", [...flags, header.path], { cwd: root });
    let output = "";
    compiler.stderr.on("data", (text) => (output += text));
    compiler.on("error", reject);
    compiler.on("close", (code) => {
      const first = /^(.*?):(\d+):\d+: (?:fatal )?error: (.*)/m.exec(output) ?? [];
      const line = first[1] === header.path ? Number(first[2]) : 1;
      resolve(code === 0 ? null : { line, what: `include what it uses: ${first[3] ?? output}` });
    });
  });
}

function readCache(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return {};
  }
}

function writeCache(path, value) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(value));
}
