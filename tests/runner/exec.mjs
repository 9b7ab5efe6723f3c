// SPDX-License-Identifier: MIT
// A command run to its end, within a limit, its output kept. Each command leads a process group of
// its own, so that ending it also ends what it has started.
import { spawn } from "node:child_process";

const groups = new Set();

// → { code, signal, output, seconds, late }: code is null after a signal; late says that the limit
// ended it.
export function run(command, args, { cwd, env = {}, limitSeconds = 600, niceness = 0 } = {}) {
  const started = performance.now();
  const [program, words] = niceness
    ? ["nice", ["-n", String(niceness), command, ...args]]
    : [command, args];
  return new Promise((resolve) => {
    const child = spawn(program, words, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const pieces = [];
    const result = { code: null, signal: null, late: false };
    groups.add(child.pid);
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (it) => pieces.push(it));
    const limit = setTimeout(() => {
      result.late = true;
      endGroup(child.pid);
    }, limitSeconds * 1000);
    child.on("error", (error) => pieces.push(Buffer.from(`${error.message}\n`)));
    child.on("close", (code, signal) => {
      clearTimeout(limit);
      endGroup(child.pid);
      const output = Buffer.concat(pieces).toString();
      const seconds = (performance.now() - started) / 1000;
      resolve({ ...result, code, signal, output, seconds });
    });
  });
}

// Whatever of it still runs: nothing of a test may outlive it.
function endGroup(leader) {
  groups.delete(leader);
  if (leader === undefined) return;
  try {
    process.kill(-leader, "SIGKILL");
  } catch {
    // Nothing of it was left.
  }
}

// Ctrl-C reaches only this process, as the commands are in groups of their own.
for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]]) {
  process.on(signal, () => {
    for (const leader of [...groups]) endGroup(leader);
    process.exit(code);
  });
}
