// SPDX-License-Identifier: MIT
// What a running program asks of the kernel is refused, or takes long: strace sees to that.
import { Program } from "./program.mjs";

const kAttached = /^strace: Process \d+ attached/;

export class InjectedFault extends Program {
  // From now on; `call`: a system call, `fault`: in strace's words, as "error=ENOSYS".
  static async into(t, program, call, fault) {
    const only = ["-e", `trace=${call}`, "-e", "signal=none", "-e", `inject=${call}:${fault}`];
    const words = ["-f", "-p", String(program.pid), ...only];
    const injected = new InjectedFault(t, `${call} of ${program.name}`, "strace", words);
    await injected.log.waitFor(kAttached);
    return injected;
  }

  // What waits goes on at once.
  async end() {
    this.signal("SIGTERM");
    await this.expectExit();
  }

  goodExit(code, signal) {
    return signal === "SIGTERM";
  }
}

// The disk of a program hangs: whatever it wants to have written for good takes so long.
export function hangDisk(t, program, milliseconds) {
  const fault = `delay_enter=${Math.round(milliseconds * 1000)}`;
  return InjectedFault.into(t, program, "fdatasync", fault);
}
