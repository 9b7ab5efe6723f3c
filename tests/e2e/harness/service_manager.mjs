// SPDX-License-Identifier: MIT
// A service manager as far as a service sees one: the datagram socket of NOTIFY_SOCKET. (Node.js
// knows no datagrams on Unix sockets; socat does.)
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cleanUp } from "./cleanup.mjs";
import { Program } from "./program.mjs";

export class ServiceManager extends Program {
  // Listens when it returns. `log` has what it was told, line by line. `abstract`: on a socket
  // without a file.
  static async start(t, { abstract = false } = {}) {
    const directory = mkdtempSync(path.join(tmpdir(), "stickler-manager-"));
    cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
    const socket = path.join(directory, "notify");
    const listens = abstract ? `ABSTRACT-RECV:${socket}` : `UNIX-RECV:${socket}`;
    const words = ["-u", "-d", "-d", listens, "STDOUT"];
    const manager = new ServiceManager(t, "the service manager", "socat", words);
    await manager.log.waitFor(/starting data transfer loop/);
    manager.address = (abstract ? "@" : "") + socket;
    return manager;
  }

  // The environment of a service; `watchdog` in milliseconds.
  environment(watchdog) {
    const limit = watchdog ? { WATCHDOG_USEC: String(watchdog * 1000) } : {};
    return { NOTIFY_SOCKET: this.address, ...limit };
  }

  // What the service has said so far, or since a mark of the log: the names in its messages.
  names(since = 0) {
    return this.log.since(since).map((line) => /^([A-Z_]+)=/.exec(line)?.[1]).filter(Boolean);
  }

  goodExit(code) {
    return code === 143;
  }
}
