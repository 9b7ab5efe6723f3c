// SPDX-License-Identifier: MIT
// The Tab key, in bash and in zsh: offers what --help lists, for each command; files where an
// option wants text. The completions ask the program, so they cannot lag behind it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { kSticklerBinary } from "./harness/balancer.mjs";
import { help } from "./harness/help.mjs";
import { scenario } from "./harness/scenario.mjs";

const kFolder = fileURLToPath(new URL("../../conf/completion/", import.meta.url));

// Each prints what is offered behind the words given to it, a name a line.
const kShells = {
  bash: ["bash", "--norc", "-c", `
    source ${kFolder}/stickler.bash
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
    _stickler
    printf '%s\\n' "\${COMPREPLY[@]}"`, "bash"],
  // What the shell's own functions would show, these print.
  zsh: ["zsh", "-f", "-c", `
    _describe() { print -rl -- \${\${(P)2}%%:*} }
    _files() { print -rl -- * }
    words=("$@") CURRENT=$#
    source ${kFolder}/_stickler`, "zsh"],
};

// `words` is what has been typed behind the program's name, the last one to be completed.
function offered(shell, ...words) {
  const [command, ...args] = kShells[shell];
  const output = execFileSync(command, [...args, kSticklerBinary, ...words], {
    encoding: "utf8", cwd: kFolder,
  });
  return output.split("\n").filter(Boolean).sort();
}

const sorted = (names) => names.flat().sort();

// All commands, those inside others, too: ["check"], ["show", "servers"], …
function commandPaths(...words) {
  const { commands } = help(...words);
  return commands.flatMap(([name]) => [[...words, name], ...commandPaths(...words, name)]);
}

for (const shell of Object.keys(kShells)) {
  scenario(`${shell} offers the commands`, async () => {
    const names = sorted(help().commands);
    assert.ok(names.includes("check") && names.includes("validate"), names.join(" "));
    assert.deepEqual(offered(shell, ""), names);
    assert.deepEqual(offered(shell, "-"), sorted(help().options));
  });

  scenario(`${shell} offers each command's own commands and options`, async () => {
    for (const words of commandPaths()) {
      const { commands, options } = help(...words);
      assert.deepEqual(offered(shell, ...words, "-"), sorted(options), words.join(" "));
      const first = commands.length > 0 ? commands : options;
      assert.deepEqual(offered(shell, ...words, ""), sorted(first), words.join(" "));
    }
  });

  scenario(`${shell} offers files where an option wants one, nothing for a number`, async () => {
    assert.deepEqual(offered(shell, "check", "-f", ""), ["_stickler", "stickler.bash"]);
    assert.deepEqual(offered(shell, "check", "--json", "--config", ""),
      ["_stickler", "stickler.bash"]);
    assert.deepEqual(offered(shell, "demo", "--https-port", ""), []);
  });

  scenario(`${shell} goes on behind a value`, async () => {
    const options = sorted(help("check").options);
    assert.deepEqual(offered(shell, "check", "-f", "stickler.bash", "-"), options);
  });
}

scenario("bash narrows down what has been begun", async () => {
  assert.deepEqual(offered("bash", "check", "--js"), ["--json"]);
  assert.deepEqual(offered("bash", "check", "--config", "=", "st"), ["stickler.bash"]);
  assert.deepEqual(offered("bash", "check", "--config", "="), ["_stickler", "stickler.bash"]);
});
