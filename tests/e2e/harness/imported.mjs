// SPDX-License-Identifier: MIT
// A test's settings as what stickler import-haproxy makes of the guide's haproxy.cfg, in which only
// that has been replaced which every site has for itself: accounts, addresses, names (of servers,
// of the cookie, of the section that has them) and time limits. Two things are added for the tests:
// an address without TLS, and the runtime socket if one is wanted. There are as many workers as by
// default, whatever a test says.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { certificates } from "./certificates.mjs";
import {
  haproxyCookie, haproxyServer, haproxyTimeout, kBackend, kDefaults, sticklerSettings,
} from "./settings.mjs";
import { expectUnaskedChecks } from "./unasked_checks.mjs";

const kGroup = execFileSync("id", ["-gn"], { encoding: "utf8" }).trim();
const kSample = readFileSync(
  new URL("../fixtures/haproxy-server-pro.cfg", import.meta.url), "utf8");

export const kImportedListeners = {
  redirect: "server-pro-ha-http", https: `${kBackend}-https`, plain: `${kBackend}-http`,
};

// What can be replaced of a group of settings; all else has to be as it is.
const kReplaceable = {
  cookie: ["name", "maxidle", "maxlife"],
  check: ["interval", "timeout", "rise", "fall"],
  timeouts: ["queue", "connect", "client", "server", "tunnel", "head", "keepalive", "handshake"],
  server: ["name", "host", "port"],
  edits: ["runtime.socket", "process.stop_within"],
};
const kCheck = { http: "HEAD /status", expect: 200 };

// Where a test has no checks the sample still has them: once, and not again.
const kOnce = { interval: "1h", timeout: "5s" };

// The text of Stickler's configuration, by `program`. Throws if the sample has not what a test
// wants.
export function importedConfig(program, wanted, ports) {
  const settings = { ...kDefaults, ...wanted };
  const edits = editsOf(settings, ports);
  const missing = [...missingInSample(settings), ...others("edits", Object.fromEntries(edits))];
  if (missing.length > 0) throw new Error(`not in the guide's sample: ${missing.join(", ")}`);
  expectUnaskedChecks(settings.check === null);
  return translated(program, sampleWith(settings, edits, ports));
}

function missingInSample({ retry, balance, cookie, check, timeouts, servers }) {
  const missing = [];
  if (!isDeepStrictEqual(retry, kDefaults.retry)) missing.push("retry");
  if (balance !== kDefaults.balance) missing.push("balance");
  if (cookie === null) missing.push("cookie = null");
  missing.push(...others("cookie", cookie ?? {}).map((name) => `cookie.${name}`));
  for (const name of others("check", check ?? {})) {
    if (check[name] !== kCheck[name]) missing.push(`check.${name}`);
  }
  missing.push(...others("timeouts", timeouts).map((name) => `timeouts.${name}`));
  for (const { name, requests, stop, start, says, ...server } of servers) {
    missing.push(...others("server", server).map((option) => `${option} of ${name}`));
  }
  return missing;
}

const others = (group, values) =>
  Object.keys(values).filter((name) => !kReplaceable[group].includes(name));

// What a test changes in the configuration by itself: path to value.
function editsOf({ edit, ...settings }, ports) {
  const [before, after] = [sticklerSettings(settings, ports), sticklerSettings(settings, ports)];
  edit?.(after);
  const [old, edits] = [leavesOf(before), leavesOf(after)];
  for (const [path, value] of old) {
    if (edits.get(path) === value) edits.delete(path);
    else if (!edits.has(path)) edits.set(path, undefined);
  }
  // What the sample has anyway.
  if (edits.get("listeners.plain.stats.uri") === "/haproxy") {
    edits.delete("listeners.plain.stats.uri");
  }
  return edits;
}

function leavesOf(value, path = "") {
  if (typeof value !== "object" || value === null) return new Map([[path, value]]);
  const inner = Object.entries(value).flatMap(
    ([name, it]) => [...leavesOf(it, path ? `${path}.${name}` : name)]);
  return new Map(inner);
}

function sampleWith({ servers, timeouts, check, cookie, git = servers[0].name }, edits, ports) {
  const { interval, timeout, rise, fall } = check ?? kOnce;
  const checks = Object.entries({ inter: interval, rise, fall })
    .flatMap(([word, value]) => (value === undefined ? [] : [word, value]));
  const limits = { ...kDefaults.timeouts, ...timeouts, ...(timeout && { check: timeout }) };
  const timeLimits = Object.entries(limits).map(haproxyTimeout);
  const global = [`hard-stop-after ${edits.get("process.stop_within") ?? "500ms"}`];
  const socket = edits.get("runtime.socket");
  if (socket) global.push(`stats socket ${socket} level admin`);
  const lines = (list) => list.map((line) => `  ${line}\n`).join("");
  return kSample
    .replaceAll(/^ +(timeout|server) .*\n/gm, "")
    .replace("user haproxy", `user ${userInfo().username}`)
    .replace("group haproxy", `group ${kGroup}`)
    .replace("\ndefaults\n", `${lines(global)}$&${lines(timeLimits)}`)
    .replace(/(default-server +check)/, ["$1", ...checks].join(" "))
    .replace(/cookie +server-pro-ha insert .*/, haproxyCookie(cookie).replace(/ indirect\b/, ""))
    .replace("listen server-pro-ha-https", `listen ${kBackend}`)
    .replace("bind :80", `bind 127.0.0.1:${ports.redirect}`)
    .replace("bind :443", `bind 127.0.0.1:${ports.plain}\n  bind 127.0.0.1:${ports.https}`)
    .replace("/etc/ssl/certs/ssl-key-and-certificate-bundle.pem", certificates().rsa.bundle)
    .replace("use-server server-pro-ha-1", `use-server ${git}`)
    .concat(lines(servers.map(haproxyServer)));
}

function translated(program, text) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-import-"));
  try {
    const file = path.join(folder, "haproxy.cfg");
    writeFileSync(file, text);
    const { status, stdout, stderr } = spawnSync(program, ["import-haproxy", file],
      { encoding: "utf8", timeout: 10_000 });
    if (status !== 0 || stderr !== "") throw new Error(`import-haproxy: ${status}\n${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
