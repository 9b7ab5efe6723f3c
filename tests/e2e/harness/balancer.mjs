// SPDX-License-Identifier: MIT
// The balancer under test, Stickler or HAProxy, behind one surface: addresses, log, state changes
// of servers, end.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { certificates } from "./certificates.mjs";
import { cleanUp } from "./cleanup.mjs";
import { freePort } from "./ports.mjs";
import { Program } from "./program.mjs";
import { haproxyConfig, sticklerConfig } from "./settings.mjs";
import { kLimit } from "./wait.mjs";

const kRepository = fileURLToPath(new URL("../../../", import.meta.url));
export const kSticklerBinary = process.env.STICKLER_BIN ?? path.join(kRepository, "build/stickler");

// How a test's settings become Stickler's configuration, whose text is configure(settings, ports).
// `listeners`: their names by what they are for. `checks`: whether all servers are checked, also
// those of tests that have no checks.
let way = {
  configure: sticklerConfig,
  listeners: { redirect: "redirect", https: "https", plain: "plain" },
  checks: false,
};

// From now on.
export function configureBy(another) {
  way = another;
}

// Which balancers run: those of `kinds` that the environment does not leave out.
export function balancers(kinds = ["stickler", "haproxy"]) {
  const wanted = (process.env.BALANCERS ?? "stickler,haproxy").split(",");
  return kinds.filter((kind) => wanted.includes(kind));
}

export function startBalancer(t, kind, settings) {
  return { stickler: startStickler, haproxy: startHaproxy }[kind](t, settings);
}

class Balancer extends Program {
  ports = {};
  ca = certificates().ca;

  get httpsUrl() {
    return `https://localhost:${this.ports.https}`;
  }

  get plainUrl() {
    return `http://localhost:${this.ports.plain}`;
  }

  get redirectUrl() {
    return `http://localhost:${this.ports.redirect}`;
  }

  // The state changes as the balancer's log tells them.
  waitForDown(server, options) {
    return this.log.waitFor(this.downLine(server), options);
  }

  waitForUp(server, options) {
    return this.log.waitFor(this.upLine(server), options);
  }

  // The log says that a session could not go on at this server and went elsewhere.
  waitForMove(server, options) {
    return this.log.waitFor(this.moveLine(server), options);
  }
}

class Stickler extends Balancer {
  kind = "stickler";

  downLine(server) {
    return new RegExp(`\\b${server} is down\\b`, "i");
  }

  upLine(server) {
    return new RegExp(`\\b${server} is up\\b`, "i");
  }

  moveLine(server) {
    return new RegExp(`redispatched: (.+ by )?${server}\\b`);
  }

  listeners = way.listeners;

  // Every server has been checked once.
  waitForVerdicts() {
    const verdict = (name) => new RegExp(`\\b${name} is (up|down)\\b`, "i");
    return Promise.all(this.settings.servers.map(({ name }) => this.log.waitFor(verdict(name))));
  }

  // Writes the configuration anew, with these settings changed, and has it reloaded; says what the
  // log says of it.
  async reload(change = {}) {
    Object.assign(this.settings, change);
    return this.reloadText(way.configure(this.settings, this.ports));
  }

  async reloadText(text) {
    writeFileSync(this.file, text);
    const mark = this.log.mark();
    this.signal("SIGHUP");
    return this.log.waitFor(/reloaded/, { since: mark });
  }
}

class Haproxy extends Balancer {
  kind = "haproxy";

  downLine(server) {
    return new RegExp(`Server \\S+/${server} is DOWN`);
  }

  upLine(server) {
    return new RegExp(`Server \\S+/${server} is UP`);
  }

  // The cookie flags of an access line: named a server that is down, cookie inserted.
  moveLine() {
    return / [-CcSs].DI /;
  }

  // Its master says 143, or dies of the signal if it comes early.
  goodExit(code, signal) {
    return code === 0 || code === 143 || signal === "SIGTERM";
  }
}

// `settings` as settings.mjs describes them, or { text, ports } with a whole configuration.
// With `ready: false` returns at once, for a start that is expected to fail. `by`: a command that
// runs the program in its own place, as prlimit does.
export async function startStickler(t, { ready = true, ...how }) {
  if (!ready) return runStickler(t, how);
  const stickler = await readyStickler(t, how);
  const { settings } = stickler;
  await Promise.all(checkedServers(settings).map((name) => stickler.waitForUp(name)));
  if (way.checks && settings.check === null) await stickler.waitForVerdicts();
  return stickler;
}

const kTries = 3;
const kTaken = /cannot listen on \S+: another process does already/;

// A port that was free may belong to somebody else's test by the time it is listened on: then
// others do as well, unless the test has chosen them.
async function readyStickler(t, how) {
  for (let tries = how.ports || how.text ? 1 : kTries; ; --tries) {
    const stickler = await runStickler(t, how);
    try {
      await stickler.log.waitFor(/\bready\b/i, { limit: 2 * kLimit });
      return stickler;
    } catch (error) {
      if (tries === 1 || !stickler.log.entries.some((line) => kTaken.test(line))) throw error;
      await stickler.expectExit();
    }
  }
}
async function runStickler(t, { text, ports, env = {}, by = [], ...settings }) {
  ports ??= await newPorts();
  const file = configFile(t, "stickler.conf", text ?? way.configure(settings, ports));
  const [command, ...words] = [...by, kSticklerBinary, "run", "-f", file];
  const stickler = new Stickler(t, "stickler", command, words, {
    env: { ...process.env, ...env },
  });
  return Object.assign(stickler, { ports, file, settings });
}

// Servers that must be up before a test may expect traffic to be spread over them. HAProxy takes
// all for up until a check says otherwise.
function checkedServers({ servers = [], check, startsDown = [] }) {
  if (check === null) return [];
  return servers.map(({ name }) => name).filter((name) => !startsDown.includes(name));
}

export async function startHaproxy(t, { text, ports, ...settings }) {
  ports ??= await newPorts();
  const file = configFile(t, "haproxy.cfg", text ?? haproxyConfig(settings, ports));
  const haproxy = new Haproxy(t, "haproxy", "haproxy", ["-W", "-db", "-f", file]);
  Object.assign(haproxy, { ports, file });
  await haproxy.log.waitFor(/Loading success/);
  return haproxy;
}

async function newPorts() {
  return { redirect: await freePort(), https: await freePort(), plain: await freePort() };
}

function configFile(t, name, text) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-e2e-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const file = path.join(directory, name);
  writeFileSync(file, text);
  return file;
}
