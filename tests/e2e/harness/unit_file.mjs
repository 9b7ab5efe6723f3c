// SPDX-License-Identifier: MIT
// A systemd unit as text: what is set in it, and which system calls its filter lets through.
import { execFileSync } from "node:child_process";

// The values of a setting, in their order.
export function valuesOf(unit, setting) {
  return [...unit.matchAll(new RegExp(`^${setting}=(.*)$`, "gm"))].map(([, value]) => value);
}

// The names that pass all of its SystemCallFilter= lines.
export function permittedCalls(unit) {
  const permitted = new Set();
  for (const line of valuesOf(unit, "SystemCallFilter")) {
    const forbids = line.startsWith("~");
    const names = line.replace(/^~/, "").split(" ").flatMap(callsOf);
    for (const name of names) permitted[forbids ? "delete" : "add"](name);
  }
  return permitted;
}

// "@group" → all calls in it, and in the groups inside it.
function callsOf(name) {
  if (!name.startsWith("@")) return [name];
  const output = execFileSync("systemd-analyze", ["syscall-filter", name], { encoding: "utf8" });
  return output.split("\n").map((line) => line.trim())
    .filter((word) => word !== "" && word !== name && !word.startsWith("#")).flatMap(callsOf);
}
