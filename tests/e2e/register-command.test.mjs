// SPDX-License-Identifier: MIT
// The command `stickler register` and systemd/stickler-register.service: what file it wants, and
// that the unit lets it do its work.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { kSticklerBinary } from "./harness/balancer.mjs";
import { kRegistered, RegisteredNode } from "./harness/registered_node.mjs";
import { onlyAsShipped, scenario } from "./harness/scenario.mjs";
import { ServiceManager } from "./harness/service_manager.mjs";
import { permittedCalls, valuesOf } from "./harness/unit_file.mjs";

const kFile = fileURLToPath(new URL("../../systemd/stickler-register.service", import.meta.url));
const kUnit = readFileSync(kFile, "utf8");
const kInstalled = "/usr/sbin/stickler";

scenario("a file without listeners is for this command only", async (t) => {
  const node = await RegisteredNode.start(t);
  const ran = spawnSync(kSticklerBinary, ["run", "-f", node.file], { encoding: "utf8" });
  assert.equal(ran.status, 1);
  assert.match(ran.stderr, /has no listeners, so there is nothing to serve/);
  const checked = spawnSync(kSticklerBinary, ["check", "-f", node.file], { encoding: "utf8" });
  assert.equal(checked.status, 0, checked.stdout);
});

scenario("a cluster without a node to register, or none of that name, is refused", async (t) => {
  const node = await RegisteredNode.start(t);
  const words = ["register", "-f", node.file, "--cluster", "other"];
  const refused = spawnSync(kSticklerBinary, words, { encoding: "utf8" });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /there is no cluster 'other'/);
});

// ---- the unit ----

scenario("systemd finds nothing wrong with the unit of register", async (t) => {
  const node = await RegisteredNode.start(t);
  const file = path.join(path.dirname(node.file), path.basename(kFile));
  writeFileSync(file, kUnit.replaceAll(kInstalled, kSticklerBinary));
  const words = ["verify", "--man=no", "--recursive-errors=no", file];
  const { status, stdout, stderr } = spawnSync("systemd-analyze", words, { encoding: "utf8" });
  assert.deepEqual([status, stdout, stderr], [0, "", ""]);
});

scenario("its exposure is 2.0 at most, and the program knows its commands", async () => {
  const words = ["security", "--offline=true", "--threshold=20", kFile];
  const { status, stdout } = spawnSync("systemd-analyze", words, { encoding: "utf8" });
  assert.equal(status, 0, stdout.trim().split("\n").at(-1));
  const commands = ["ExecStartPre", "ExecStart"].flatMap((setting) => valuesOf(kUnit, setting));
  assert.equal(commands.length, 2);
  for (const command of commands) {
    const [program, ...rest] = command.split(" ");
    assert.equal(program, kInstalled);
    assert.equal(spawnSync(kSticklerBinary, [...rest, "--help"]).status, 0, command);
  }
});

// A name to be looked up, a watchdog, a node that is registered, fails and is stopped by a shell.
onlyAsShipped("all system calls of register and of a stop command pass its filter", async (t) => {
  const manager = await ServiceManager.start(t);
  const node = await RegisteredNode.start(t, { host: "localhost" });
  const counts = path.join(path.dirname(node.file), "counts");
  const by = ["strace", "-D", "-f", "-c", "-o", counts];
  const program = node.register({ by, env: manager.environment(200) });
  await program.log.waitFor(kRegistered);
  await manager.log.waitFor(/^WATCHDOG=1$/);
  node.healthy = false;
  await program.log.waitFor(/it has no key any more/);
  program.signal("SIGTERM");
  await program.expectExit();
  const permitted = permittedCalls(kUnit);
  const calls = callsCounted(readFileSync(counts, "utf8"));
  assert.ok(calls.includes("pidfd_open") && calls.includes("execve"), calls.join(" "));
  assert.deepEqual(calls.filter((call) => !permitted.has(call)), []);
});

// The last word of each line between the two rules of strace's table.
function callsCounted(table) {
  const rows = table.split(/^[- ]+$/m)[1];
  return rows.split("\n").filter(Boolean).map((row) => row.trim().split(/\s+/).at(-1));
}
