// SPDX-License-Identifier: MIT
// A stand-in of dtable-server makes itself known in etcd, below a lease that it keeps alive. It
// counts by its own clock: the lease is good for its time since the last keep-alive that was
// answered had been sent.
import { sharedClock } from "../harness/shared_clock.mjs";
import { pause } from "../harness/wait.mjs";

const kRetry = 100;

export class Lease {
  until = 0;
  #held = false;

  // `seconds`: how long it lasts; `grace`: milliseconds after it for writing out.
  constructor({ name, etcd, key, seconds, grace }) {
    Object.assign(this, { name, etcd, key, seconds, grace });
  }

  isGood() {
    return this.#held && sharedClock() < this.until;
  }

  // Registers, and returns when this is done. `value` is what others are told.
  async register(value) {
    for (;;) {
      try {
        await this.#grant();
        await this.etcd.putWithLease(this.key, JSON.stringify(value), this.id);
        return;
      } catch {
        this.#held = false;
        await pause(kRetry);
      }
    }
  }

  async #grant() {
    const sent = sharedClock();
    this.id = await this.etcd.grantLease(this.seconds);
    this.session = `${this.name}-${this.id}`;
    this.until = sent + this.seconds * 1000;
    this.#held = true;
  }

  // Keeps it alive for as long as that is possible.
  async keep() {
    let due = this.seconds * 1000 / 3;
    while (this.#held) {
      await pause(Math.min(due, this.#left()));
      const confirmed = this.#confirm().then(() => this.seconds * 1000 / 3, () => kRetry);
      due = await Promise.race([confirmed, pause(this.#left())]);
      if (this.#left() === 0) this.#held = false;
    }
  }

  #left() {
    return Math.max(0, this.until - sharedClock());
  }

  async #confirm() {
    const { id } = this;
    const sent = sharedClock();
    const seconds = await this.etcd.keepAlive(id);
    if (id !== this.id || this.#left() === 0) return;
    if (seconds === 0) this.#held = false;
    else this.until = sent + Math.min(seconds, this.seconds) * 1000;
  }

  // It leaves on purpose: nothing is served any more,
  stop() {
    this.#held = false;
  }

  // and nobody need wait for the end of the lease.
  giveBack() {
    return this.etcd.revoke(this.id);
  }
}
