// SPDX-License-Identifier: MIT
// What Linux says about a running program.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

// The most bytes that the process ever had in memory.
export function peakMemory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)[1]) * 1024;
}

// Seconds of processor time used so far, by all threads.
export function processorTime(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return (Number(user) + Number(system)) / 100;
}

// Whose rights it has: { users, groups } (real, effective, saved, of files), capabilities as bit
// sets, and whether no program it starts can have more.
export function identity(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const field = (name) => new RegExp(`^${name}:\\s+(.*)$`, "m").exec(status)[1];
  const numbers = (name) => field(name).split(/\s+/).map(Number);
  const bits = (name) => BigInt(`0x${field(name)}`);
  return {
    users: numbers("Uid"),
    groups: numbers("Gid"),
    capabilities: { effective: bits("CapEff"), permitted: bits("CapPrm") },
    gainsNothing: field("NoNewPrivs") === "1",
  };
}

// Leaves a running process room for so many more descriptors. (The limit is on their numbers, and
// there may be gaps.)
export function leaveDescriptors(pid, room) {
  const used = new Set(readdirSync(`/proc/${pid}/fd`).map(Number));
  let limit = 0;
  for (let free = 0; free < room || used.has(limit); ++limit) {
    if (!used.has(limit)) ++free;
  }
  limitDescriptors(pid, limit);
}

export function limitDescriptors(pid, most) {
  execFileSync("prlimit", ["--pid", String(pid), `--nofile=${most}:`]);
}

// Bytes that the process has in memory now.
export function residentMemory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
}

// How many descriptors are open.
export function descriptors(pid) {
  return readdirSync(`/proc/${pid}/fd`).length;
}
