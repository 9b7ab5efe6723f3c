// SPDX-License-Identifier: MIT
// The disk of a running program hangs: whatever it wants to have written for good takes so long.
import { Program } from "./program.mjs";

const kAttached = /^strace: Process \d+ attached/;

export class HungDisk extends Program {
  // `milliseconds`: of each fdatasync that begins from now on.
  static async of(t, program, milliseconds) {
    const delay = `inject=fdatasync:delay_enter=${Math.round(milliseconds * 1000)}`;
    const only = ["-e", "trace=fdatasync", "-e", "signal=none", "-e", delay];
    const words = ["-f", "-p", String(program.pid), ...only];
    const disk = new HungDisk(t, `the disk of ${program.name}`, "strace", words);
    await disk.log.waitFor(kAttached);
    return disk;
  }

  // What waits is written at once, too.
  async end() {
    this.signal("SIGTERM");
    await this.expectExit();
  }

  goodExit(code, signal) {
    return signal === "SIGTERM";
  }
}
