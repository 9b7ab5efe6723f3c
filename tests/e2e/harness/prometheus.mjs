// SPDX-License-Identifier: MIT
// A real Prometheus on loopback with its data in a folder of its own; Prometheus' judge of metrics;
// and their text taken apart.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cleanUp } from "./cleanup.mjs";
import { freePort } from "./ports.mjs";
import { Program } from "./program.mjs";
import { kLimit } from "./wait.mjs";

// What promtool has against this text; nothing: "".
export function complaintsOf(text) {
  const run = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  return run.error ? String(run.error) : run.stdout + run.stderr;
}

// Against alert rules (YAML).
export function complaintsOfRules(text) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-rules-"));
  const file = path.join(folder, "rules.yml");
  writeFileSync(file, text);
  const run = spawnSync("promtool", ["check", "rules", file], { encoding: "utf8" });
  rmSync(folder, { recursive: true, force: true });
  return run.status === 0 ? "" : String(run.error ?? run.stdout + run.stderr);
}

export class Prometheus extends Program {
  // One that reads /metrics at this port all the time, `interval` after the time before. `more`
  // goes into its scrape configuration.
  static async start(t, port, { interval = "200ms", ...more } = {}) {
    const folder = mkdtempSync(path.join(tmpdir(), "stickler-prometheus-"));
    cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
    const job = {
      job_name: "balancer",
      scrape_interval: interval,
      scrape_timeout: interval,
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
      ...more,
    };
    const file = path.join(folder, "prometheus.yml");
    writeFileSync(file, JSON.stringify({ scrape_configs: [job] })); // JSON is YAML
    const own = await freePort();
    const prometheus = new Prometheus(t, "prometheus", "prometheus", [
      `--config.file=${file}`,
      `--storage.tsdb.path=${path.join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${own}`,
    ]);
    prometheus.port = own;
    await prometheus.log.waitFor(/Server is ready to receive web requests/, { limit: 2 * kLimit });
    return prometheus;
  }

  // What the expression is now: [{ labels, value }].
  async query(expression) {
    const url = `http://127.0.0.1:${this.port}/api/v1/query?query=`;
    const answer = await fetch(url + encodeURIComponent(expression));
    const { status, error, data } = await answer.json();
    if (status !== "success") throw new Error(`${expression}: ${error}`);
    return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  // Of an expression with one value.
  async value(expression) {
    const found = await this.query(expression);
    if (found.length !== 1) throw new Error(`${expression}: ${JSON.stringify(found)}`);
    return found[0].value;
  }
}

// Families by name: { type, samples: [{ name, labels, value }] }.
export function parseMetrics(text) {
  const families = new Map();
  let family;
  for (const line of text.split("\n").filter(Boolean)) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name) families.set(name, family = { type, samples: [] });
    if (!line.startsWith("#")) family.samples.push(parseSample(line));
  }
  return families;
}

function parseSample(line) {
  const [, name, , inside = "", value] = /^([^{ ]+)(\{(.*)\})? (\S+)$/.exec(line);
  const pairs = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)];
  const labels = Object.fromEntries(pairs.map(([, key, text]) => [key, text]));
  return { name, labels, value: Number(value) };
}
