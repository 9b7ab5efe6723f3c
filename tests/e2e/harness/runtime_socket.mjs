// SPDX-License-Identifier: MIT
// The socket on which Stickler or HAProxy is asked and steered while it runs, with socat as an
// administrator uses it.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cleanUp } from "./cleanup.mjs";

// { path, settings, say }: `settings` are for startBalancer(), `await say(line)` is the answer.
export function runtimeSocket(t, { edit = () => {}, haproxy = {} } = {}) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-runtime-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const socket = path.join(directory, "runtime.sock");
  const global = [...(haproxy.global ?? []), `stats socket ${socket} level admin`];
  return {
    path: socket,
    settings: {
      edit: (config) => {
        config.runtime = { socket };
        edit(config);
      },
      haproxy: { ...haproxy, global },
    },
    say: (line) => ask(socket, line),
  };
}

// The test's own servers go on answering meanwhile.
function ask(socket, line) {
  return new Promise((resolve, reject) => {
    const words = ["-t", "10", "-", `UNIX-CONNECT:${socket}`];
    const socat = execFile("socat", words, (error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    });
    socat.stdin.end(`${line}\n`);
  });
}

// The rows of `show stat` by the names of their columns.
export function statRows(csv) {
  const [head, ...lines] = csv.trimEnd().split("\n");
  const names = head.replace(/^# /, "").split(",");
  return lines.map((line) => Object.fromEntries(csvValues(line).map((it, i) => [names[i], it])));
}

function csvValues(line) {
  const values = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*),/g)].map(([, value]) => value);
  return values.map((it) => (it.startsWith('"') ? it.slice(1, -1).replaceAll('""', '"') : it));
}
