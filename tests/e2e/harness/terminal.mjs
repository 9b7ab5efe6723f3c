// SPDX-License-Identifier: MIT
// A program in a terminal: what its screen shows, and keys. The terminal is tmux, run in control
// mode, where it says by itself when a program has written something.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { cleanUp } from "./cleanup.mjs";
import { Timeline, within } from "./wait.mjs";

const kColumns = 120;
const kRows = 40;

export class Terminal {
  #answers = new Timeline("answers of tmux");
  #written = new Timeline("what the program wrote");
  #asked = 1; // the command that began it is answered, too

  // `command`: as a shell has it.
  constructor(t, command, { columns = kColumns, rows = kRows } = {}) {
    const directory = mkdtempSync(path.join(tmpdir(), "stickler-terminal-"));
    cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
    const size = ["-x", columns, "-y", rows].map(String);
    this.process = spawn("tmux", ["-S", path.join(directory, "tmux.sock"), "-u", "-f", "/dev/null",
      "-C", "new-session", ...size, command], { stdio: ["pipe", "pipe", "inherit"] });
    this.#listen();
    cleanUp(t, () => this.close());
  }

  #listen() {
    let block; // lines of the answer that has begun
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      if (line.startsWith("%begin ")) {
        block = [];
      } else if (/^%(end|error) /.test(line)) {
        this.#answers.push(block.join("\n"));
        block = undefined;
      } else if (block) {
        block.push(line);
      } else if (line.startsWith("%output ")) {
        this.#written.push(line);
      } else if (line.startsWith("%exit")) {
        this.#written.end("the program has ended");
      }
    });
  }

  async #ask(command) {
    const index = this.#asked++;
    this.process.stdin.write(`${command}\n`);
    return this.#answers.at(index);
  }

  // What can be read on the screen now.
  screen() {
    return this.#ask("capture-pane -p");
  }

  // The screen, once it shows this.
  async waitFor(pattern) {
    const seen = async () => {
      for (;;) {
        const mark = this.#written.mark();
        const screen = await this.screen();
        if (pattern.test(screen)) return screen;
        this.lastSeen = screen;
        await this.#written.at(mark);
      }
    };
    try {
      return await within(seen(), `${pattern} on the screen`, 2 * 10_000);
    } catch (error) {
      throw new Error(`${error.message}; it shows:\n${this.lastSeen}`);
    }
  }

  // "Down", "F10", "q", …
  press(...keys) {
    return this.#ask(`send-keys ${keys.join(" ")}`);
  }

  async close() {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("close", resolve));
    this.process.stdin.end("kill-server\n");
    await within(ended, "the end of tmux");
  }
}
