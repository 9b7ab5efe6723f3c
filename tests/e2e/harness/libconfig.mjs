// SPDX-License-Identifier: MIT
// Writes JavaScript values as libconfig: objects as groups, lists of plain values as lists.

export function libconfig(settings, indent = "") {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${indent}${name} = ${text(value, indent)};\n`)
    .join("");
}

function text(value, indent) {
  if (typeof value === "string") return quoted(value);
  if (Array.isArray(value)) return `[ ${value.map((item) => text(item, indent)).join(", ")} ]`;
  if (typeof value === "object") return `{\n${libconfig(value, indent + "  ")}${indent}}`;
  return String(value);
}

function quoted(value) {
  return `"${value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}
