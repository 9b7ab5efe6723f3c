// SPDX-License-Identifier: MIT
// `man stickler` and `man stickler.conf`: they can be shown, and they know every command and
// option.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { kSticklerBinary } from "./harness/balancer.mjs";
import { help } from "./harness/help.mjs";
import { scenario } from "./harness/scenario.mjs";

const kPages = { "stickler(8)": "stickler.8", "stickler.conf(5)": "stickler.conf.5" };

// In the language of scdoc.
function source(page) {
  const words = ["reference", "--man", page];
  return execFileSync(kSticklerBinary, words, { encoding: "utf8" });
}

// The page as a terminal shows it; groff's complaints are errors.
function shown(source) {
  const page = execFileSync("scdoc", { input: source });
  const words = ["-man", "-Tutf8", "-Kutf8", "-ww", "-rLL=100n", "-P-c", "-P-b", "-P-u"];
  const { stdout, stderr } = spawnSync("groff", words, { input: page, encoding: "utf8" });
  assert.equal(stderr, "");
  return stdout;
}

for (const [name, file] of Object.entries(kPages)) {
  scenario(`${name} can be shown`, async () => {
    const text = shown(source(file));
    assert.match(text, new RegExp(`^${name.replace(/[().]/g, "\\$&")} .*\n[^]*SEE ALSO`));
  });
}

scenario("stickler.conf(5) shows settings with their bounds", async () => {
  assert.match(shown(source("stickler.conf.5")),
    /\n {7}workers = integer; 0 … 256\n {11}Threads that carry requests/);
});

// Whether the page has these names together at the beginning of a line that is so far in.
function has(page, indent, names) {
  const first = names.map((name) => `*${name}*`).join(", ");
  return page.split("\n").some((line) => line.startsWith(indent + first));
}

function lacks(page, ...words) {
  const { commands, options } = help(...words);
  if (commands.length > 0) return commands.flatMap(([name]) => lacks(page, ...words, name));
  const section = page.slice(page.indexOf(`\n*${words.join(" ")}*`) + 1).split(/\n(?=\S)/)[0];
  assert.notEqual(section, "", words.join(" "));
  return options.filter(([name]) => name !== "-h" && !has(section, "\t", [name]));
}

scenario("stickler(8) has an entry for each command, with all its options", async () => {
  const page = source("stickler.8");
  for (const names of help().commands.filter((it) => help(it[0]).commands.length === 0)) {
    assert.ok(has(page, "", names), names.join(", "));
  }
  assert.deepEqual(lacks(page), []);
});
