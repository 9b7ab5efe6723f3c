// SPDX-License-Identifier: MIT
// Milliseconds of a clock that all processes of a run share: Linux's CLOCK_MONOTONIC.

export const now = () => Number(process.hrtime.bigint()) / 1e6;
