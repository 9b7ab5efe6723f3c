// SPDX-License-Identifier: MIT
// systemd/stickler.service: systemd understands it, finds little to attack, and what it forbids
// Stickler does without.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { kSticklerBinary, startBalancer } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { answers, RawServer, upgrades } from "./harness/raw_server.mjs";
import { onlyAsShipped, scenario } from "./harness/scenario.mjs";
import { ServiceManager } from "./harness/service_manager.mjs";
import { permittedCalls, valuesOf } from "./harness/unit_file.mjs";
import { RawClient } from "./harness/wire.mjs";

const kFile = fileURLToPath(new URL("../../systemd/stickler.service", import.meta.url));
const kUnit = readFileSync(kFile, "utf8");
const kInstalled = "/usr/sbin/stickler";

function temporaryFile(t, name, text = "") {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-unit-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(path.join(directory, name), text);
  return path.join(directory, name);
}

function analyze(...words) {
  return spawnSync("systemd-analyze", words, { encoding: "utf8" });
}

scenario("systemd finds nothing wrong with the unit", async (t) => {
  const unit = kUnit.replaceAll(kInstalled, kSticklerBinary);
  const file = temporaryFile(t, "stickler.service", unit);
  const { status, stdout, stderr } = analyze("verify", "--man=no", "--recursive-errors=no", file);
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
});

scenario("its exposure is 2.0 at most", async () => {
  const { status, stdout } = analyze("security", "--offline=true", "--threshold=20", kFile);
  assert.equal(status, 0, stdout.trim().split("\n").at(-1));
});

scenario("each command in it is one that the program knows", async () => {
  const commands = ["ExecStartPre", "ExecStart", "ExecReload"]
    .flatMap((setting) => valuesOf(kUnit, setting));
  assert.equal(commands.length, 3);
  for (const command of commands) {
    const [program, ...words] = command.split(" ");
    assert.equal(program, kInstalled);
    const { status, stderr } = spawnSync(kSticklerBinary, [...words, "--help"]);
    assert.equal(status, 0, `${command}: ${stderr}`);
  }
});

// One of everything: TLS, a name to be looked up, checks, a tunnel, a watchdog, the runtime socket
// and its folder, a reload.
onlyAsShipped("all system calls of a day pass its filter", async (t, kind) => {
  const server = await RawServer.start(t, answers());
  const editor = await RawServer.start(t, upgrades(async () => {}));
  const manager = await ServiceManager.start(t);
  const counts = temporaryFile(t, "counts");
  const socket = path.join(path.dirname(counts), "run/stickler.sock");
  const balancer = await startBalancer(t, kind, {
    servers: [{ name: "s1", port: server.port, host: "localhost" }],
    workers: 2,
    env: manager.environment(200),
    by: ["strace", "-D", "-f", "-c", "-o", counts],
    edit: (config) => {
      const { backends, listeners } = config;
      const group = process.getuid() === 0 ? "daemon" : undefined;
      config.runtime = { socket, group, state_file: path.join(path.dirname(counts), "state.json") };
      const servers = { s1: { address: `127.0.0.1:${editor.port}` } };
      backends.editors = { check: { off: true }, servers };
      listeners.plain.routes = { editors: { path_prefix: "/editor", backend: "editors" } };
    },
  });
  const https = await RawClient.connect(t, { port: balancer.ports.https, ca: balancer.ca });
  assert.equal((await https.request("GET /").response()).status, 200);
  const editing = await RawClient.connect(t, { port: balancer.ports.plain });
  const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
  assert.equal((await editing.request("GET /editor", upgrade).response()).status, 101);
  await manager.log.waitFor(/^WATCHDOG=1$/);
  for (const words of [["drain", "server-pro/s1"], ["reload"]]) {
    execFileSync(kSticklerBinary, [...words, "--socket", socket]);
  }
  balancer.signal("SIGTERM");
  await balancer.expectExit();
  const permitted = permittedCalls(kUnit);
  const calls = callsCounted(readFileSync(counts, "utf8"));
  assert.ok(calls.includes("accept4") && calls.includes("sendto"), calls.join(" "));
  assert.deepEqual(calls.filter((call) => !permitted.has(call)), []);
});

// The last word of each line between the two rules of strace's table.
function callsCounted(table) {
  const rows = table.split(/^[- ]+$/m)[1];
  return rows.split("\n").filter(Boolean).map((row) => row.trim().split(/\s+/).at(-1));
}
