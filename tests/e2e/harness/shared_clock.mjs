// SPDX-License-Identifier: MIT
// Milliseconds by the clock that all processes of this machine share and that never jumps, so that
// one process may say to another until when something holds.
export function sharedClock() {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
