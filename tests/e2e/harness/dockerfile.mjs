// SPDX-License-Identifier: MIT
// A Dockerfile as far as ours needs one: its stages as values, and its last stage carried out in a
// folder, for machines without Docker.
import { execFileSync } from "node:child_process";

const kWords = ["ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "RUN", "USER", "WORKDIR"];

// [{ from, name, steps: [{ word, rest }] }]
export function stagesOf(text) {
  const lines = text.replace(/^\s*#.*\n/gm, "").replace(/\\\n\s*/g, "").split("\n");
  const stages = [];
  for (const line of lines.map((it) => it.trim()).filter(Boolean)) {
    const [, word, rest] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (word === "FROM") {
      const [, from, name] = /^(\S+)(?: AS (\S+))?$/.exec(rest);
      stages.push({ from, name, steps: [] });
    } else if (kWords.includes(word) && stages.length > 0) {
      stages.at(-1).steps.push({ word, rest });
    } else {
      throw new Error(`not understood: ${line}`);
    }
  }
  return stages;
}

// Carries out a stage in a DebianRoot that stands for the image it is built from. `bring(from,
// pattern, to)` copies from another stage. → { user, command } of the image that comes of it.
export function carryOut({ steps }, root, bring) {
  const image = { user: "root", entrypoint: [], words: [] };
  for (const { word, rest } of steps) {
    if (word === "RUN") {
      const { status, stdout, stderr } = root.run("sh", "-c", rest);
      if (status !== 0) throw new Error(`RUN ${rest}\n${stdout}${stderr}`);
    } else if (word === "COPY") {
      const [, from, pattern, to] = /^--from=(\S+) (\S+) (\S+)$/.exec(rest);
      bring(from, pattern, root.path(to));
    } else if (word === "USER") {
      image.user = rest;
    } else if (word === "ENTRYPOINT") {
      image.entrypoint = JSON.parse(rest);
    } else if (word === "CMD") {
      image.words = JSON.parse(rest);
    } else {
      throw new Error(`not carried out: ${word} ${rest}`);
    }
  }
  return { user: image.user, command: [...image.entrypoint, ...image.words] };
}

// A YAML file as a value.
export function readYaml(file) {
  const script = "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
  return JSON.parse(execFileSync("python3", ["-c", script, file], { encoding: "utf8" }));
}
