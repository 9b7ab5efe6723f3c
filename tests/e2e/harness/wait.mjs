// SPDX-License-Identifier: MIT
// Bounded waiting: each wait of the suite ends with what it waited for, or with an error that says
// what did not come. Nothing here polls.
import { setTimeout as timer } from "node:timers/promises";

// Slow builds (sanitizers) and busy machines get more time: all limits are multiplied by this.
const patience = Number(process.env.STICKLER_TEST_PATIENCE ?? 1);

export const kLimit = 10_000;

// The promise's value, or an error naming `what` after `limit` milliseconds.
export async function within(promise, what, limit = kLimit) {
  const late = new AbortController();
  const tooLate = timer(limit * patience, undefined, { signal: late.signal }).then(() => {
    throw new Error(`waited ${limit * patience} ms in vain for ${what}`);
  });
  tooLate.catch(() => {});
  try {
    return await Promise.race([promise, tooLate]);
  } finally {
    late.abort();
  }
}

// For stand-ins that take their time, and for "nothing must happen meanwhile"; never for
// "it will surely have happened by then".
export function pause(milliseconds) {
  return timer(milliseconds);
}

// A promise and the two ends of it.
export function deferred() {
  const result = {};
  result.promise = new Promise((resolve, reject) => Object.assign(result, { resolve, reject }));
  result.promise.catch(() => {});
  return result;
}

// What has happened so far, in order: log lines, connections, requests. A test can wait for an
// entry, whether it is there already or still to come.
export class Timeline {
  #waiting = new Set();
  entries = [];

  constructor(what) {
    this.what = what;
  }

  push(entry) {
    this.entries.push(entry);
    for (const waiter of [...this.#waiting]) waiter.look();
  }

  // Nothing more will come: who still waits learns why.
  end(reason) {
    this.ended = reason;
    for (const waiter of [...this.#waiting]) waiter.fail();
  }

  // A place in time, for waiting only for what comes later.
  mark() {
    return this.entries.length;
  }

  since(mark) {
    return this.entries.slice(mark);
  }

  // The first entry (from `mark` on) that fits: a regular expression for lines, else a function.
  waitFor(fits, { since = 0, limit = kLimit } = {}) {
    const test = fits instanceof RegExp ? (entry) => fits.test(entry) : fits;
    const found = deferred();
    let next = since;
    const waiter = {
      look: () => {
        while (next < this.entries.length) {
          const entry = this.entries[next++];
          if (test(entry)) return found.resolve(entry);
        }
      },
      fail: () => found.reject(new Error(`${this.what}: ${fits} never came: ${this.ended}`)),
    };
    this.#waiting.add(waiter);
    waiter.look();
    if (this.ended) waiter.fail();
    const text = `${fits} in ${this.what}`;
    return within(found.promise, text, limit).finally(() => this.#waiting.delete(waiter));
  }

  // The entry with this index, now or when it comes.
  at(index, options) {
    return this.waitFor(() => true, { since: index, ...options });
  }
}
