// SPDX-License-Identifier: MIT
// Which room may include which (docs/architecture.md draws it; CMakeLists.txt links it).
import { matches, roomOf } from "../tree.mjs";

// Straight below each room; what is below those it may include as well.
const kBelow = {
  base: [],
  config: ["base"],
  http: ["base"],
  haproxy: ["config", "http"],
  net: ["base"],
  balance: ["config", "http"],
  backend: ["balance", "net"],
  proxy: ["backend"],
  cluster: ["backend"],
  observe: ["proxy", "cluster"],
  app: ["observe", "haproxy"],
};

const kReach = Object.fromEntries(Object.keys(kBelow).map((room) => [room, reach(room)]));

function reach(room) {
  return new Set([room, ...kBelow[room].flatMap((below) => [...reach(below)])]);
}

function mayInclude(path, room) {
  if (path === "src/main.cc") return room === "app";
  const from = roomOf(path) ?? /^tests\/unit\/(\w+)\//.exec(path)?.[1];
  if (from === undefined || !(from in kReach)) return true;
  return kReach[from].has(room);
}

export const arrows = {
  name: "arrows between rooms",
  *check(files) {
    for (const file of files.filter(({ path }) => /^(src|tests\/unit)\/.*\.(h|cc)$/.test(path))) {
      for (const { match, line } of matches(file, /#include "([^"/]*)(\/?)[^"]*"/g)) {
        const [, room, slash] = match;
        if (file.path.startsWith("src/") && !(slash && room in kBelow)) {
          yield { file, line, what: `${match[0]}: write "room/file.h"` };
        } else if (room in kBelow && !mayInclude(file.path, room)) {
          const from = roomOf(file.path) ?? file.path.split("/")[2];
          const what = `${from} must not know ${room}: move the code, or turn it round`;
          yield { file, line, what };
        }
      }
    }
  },
};

export const linkedArrows = {
  name: "CMakeLists.txt links the same arrows",
  *check(files) {
    const file = files.find(({ path }) => path === "CMakeLists.txt");
    if (!file) return;
    for (const { match, line } of matches(file, /^room\((\w+)([^)]*)\)/gm)) {
      const [, room, rest] = match;
      const linked = rest.trim().split(/\s+/).filter((word) => word in kBelow);
      const drawn = kBelow[room] ?? [];
      if ([...linked].sort().join() !== [...drawn].sort().join()) {
        const what = `links ${linked.join(", ") || "nothing"}; drawn is ${drawn.join(", ")}`;
        yield { file, line, what };
      }
    }
  },
};

export const deadHeaders = {
  name: "no header that nobody includes",
  *check(files) {
    const included = new Set();
    for (const file of files.filter(({ code }) => code !== undefined)) {
      const own = file.path.replace(/\.cc$/, ".h").replace(/^src\//, "");
      for (const { match } of matches(file, /#include "([^"]+)"/g)) {
        if (match[1] !== own && !file.path.startsWith("tests/")) included.add(match[1]);
      }
    }
    for (const file of files.filter(({ path }) => /^src\/.*\.h$/.test(path))) {
      if (included.has(file.path.slice("src/".length))) continue;
      yield { file, line: 1, what: "no other file of the program includes it: remove it" };
    }
  },
};
