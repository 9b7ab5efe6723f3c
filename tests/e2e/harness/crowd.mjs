// SPDX-License-Identifier: MIT
// Thousands of connections of few words.
import { readFileSync } from "node:fs";
import net from "node:net";
import { once } from "node:events";
import { cleanUp } from "./cleanup.mjs";
import { deferred, within } from "./wait.mjs";

// They come in rows, for the kernel drops who finds the backlog full.
const kRow = 250;

export class Crowd {
  #sockets = [];
  #open = 0;
  #complete = false;
  #allClosed = deferred();

  // `words`: what each says at once.
  static async gather(t, port, size, words = "") {
    const crowd = new Crowd();
    cleanUp(t, () => crowd.leave());
    while (crowd.size < size) {
      const row = Array.from({ length: Math.min(kRow, size - crowd.size) },
        () => crowd.#connect(port, words));
      await within(Promise.all(row), `${crowd.size} connections to ${port}`);
    }
    crowd.#complete = true;
    crowd.#look();
    return crowd;
  }

  async #connect(port, words) {
    const socket = net.connect({ port, host: "127.0.0.1" });
    this.#sockets.push(socket);
    this.#open += 1;
    socket.on("error", () => {}).resume().on("close", () => {
      this.#open -= 1;
      this.#look();
    });
    await once(socket, "connect");
    if (words) await new Promise((resolve) => socket.write(words, resolve));
  }

  #look() {
    if (this.#complete && this.#open === 0) this.#allClosed.resolve();
  }

  get size() {
    return this.#sockets.length;
  }

  // All have been sent away.
  sentAway() {
    return within(this.#allClosed.promise, `the end of ${this.size} connections`);
  }

  // All go, without a word.
  leave() {
    for (const socket of this.#sockets) socket.destroy();
  }
}

// What the hard limit of descriptors lets the balancer take: it keeps one for the server of each
// client, and some for itself.
export function mostClients() {
  const limits = readFileSync("/proc/self/limits", "utf8");
  const hard = Number(/Max open files\s+\d+\s+(\d+)/.exec(limits)[1]);
  return Math.floor(hard / 2) - 150;
}
