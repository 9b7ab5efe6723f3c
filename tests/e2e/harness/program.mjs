// SPDX-License-Identifier: MIT
// A program run beside the test: its lines as they come, its end, and the proof that it ended well.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { cleanUp } from "./cleanup.mjs";
import { deferred, Timeline, within } from "./wait.mjs";

const kSanitizer = /(Address|Leak|Thread|Memory|UndefinedBehavior)Sanitizer|runtime error:/;

// All programs of one test, so that a failure can show what they said.
const programsOf = new WeakMap();

export class Program {
  #expectedToDie = false;
  #exit = deferred();

  constructor(t, name, command, args, options = {}) {
    this.name = name;
    this.log = new Timeline(`the log of ${name}`);
    this.process = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    this.pid = this.process.pid;
    for (const stream of [this.process.stdout, this.process.stderr]) {
      createInterface({ input: stream }).on("line", (line) => this.log.push(line));
    }
    this.process.on("error", (error) => this.#ended({ error }));
    this.process.on("close", (code, signal) => this.#ended({ code, signal }));
    if (!programsOf.has(t)) programsOf.set(t, []);
    programsOf.get(t).push(this);
    cleanUp(t, () => this.stop());
  }

  #ended(exit) {
    this.exit = exit;
    this.log.end(`${this.name} has ended: ${JSON.stringify(exit)}\n${this.lastLines()}`);
    this.#exit.resolve(exit);
  }

  // How it ended: { code, signal }.
  exited(limit) {
    return within(this.#exit.promise, `the end of ${this.name}`, limit);
  }

  lastLines(count = 60) {
    return this.log.entries.slice(-count).map((line) => `  ${this.name}| ${line}`).join("\n");
  }

  signal(name) {
    if (!this.exit) this.process.kill(name);
  }

  // The test kills it on purpose.
  async kill() {
    this.#expectedToDie = true;
    this.signal("SIGKILL");
    await this.exited();
  }

  // The test expects it to refuse to run, or to end by itself; says how it ended.
  expectExit() {
    this.#expectedToDie = true;
    return this.exited();
  }

  // Ends it with SIGTERM and makes sure that it had not crashed before and does not crash now.
  async stop() {
    const early = this.exit;
    this.signal("SIGTERM");
    try {
      await this.exited();
    } catch (error) {
      this.signal("SIGKILL");
      throw new Error(`${error.message}\n${this.lastLines()}`);
    }
    this.#judge(early);
  }

  #judge(early) {
    const report = this.log.entries.find((line) => kSanitizer.test(line));
    if (report) throw new Error(`${this.name}: ${report}\n${this.lastLines(200)}`);
    if (this.#expectedToDie) return;
    const { code, error } = this.exit;
    if (early || error || !this.goodExit(code, this.exit.signal)) {
      const when = early ? "ended by itself" : "did not end well";
      throw new Error(`${this.name} ${when}: ${JSON.stringify(this.exit)}\n${this.lastLines()}`);
    }
  }

  // What a good end after SIGTERM looks like.
  goodExit(code) {
    return code === 0;
  }
}

// What every program of this test said, for the report of a failure.
export function logsOf(t) {
  return (programsOf.get(t) ?? []).map((program) => program.lastLines()).join("\n");
}
