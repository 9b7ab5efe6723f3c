// SPDX-License-Identifier: MIT
// Who it runs as: root opens the ports and becomes somebody who can do one thing more than others,
// open ports below 1024; who is nobody special from the start can do the same under systemd.
import assert from "node:assert/strict";
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { certificates } from "./harness/certificates.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort } from "./harness/ports.mjs";
import { identity } from "./harness/proc.mjs";
import { Program } from "./harness/program.mjs";
import { scenario } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

const kNobody = 65534;  // both as user and as group
const kOnlyLowPorts = 1n << 10n;  // CAP_NET_BIND_SERVICE
const asRoot = { skip: process.getuid() !== 0 && "needs root" };

// What systemd/stickler.service does before it starts the program.
const kUnit = [
  "setpriv", `--reuid=${kNobody}`, `--regid=${kNobody}`, "--clear-groups", "--no-new-privs",
  "--bounding-set=-all,+net_bind_service", "--inh-caps=-all,+net_bind_service",
  "--ambient-caps=-all,+net_bind_service",
];

const redirecting = (port, process = "") => `${process}
  listeners = { web = { bind = "127.0.0.1:${port}"; redirect = { scheme = "https"; }; }; };
`;

// A directory that the account may enter: the program (which may lie where it may not), a
// certificate with a key readable by its group only, a place for a configuration.
function readableByGroup(t) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-privileges-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  chmodSync(directory, 0o755);
  const bundle = path.join(directory, "bundle.pem");
  copyFileSync(certificates().rsa.bundle, bundle);
  chownSync(bundle, 0, kNobody);
  chmodSync(bundle, 0o640);
  const program = path.join(directory, "stickler");
  copyFileSync(kSticklerBinary, program);
  return { program, bundle, file: path.join(directory, "stickler.conf") };
}

function startAsUnit(t, { program, file }) {
  return new Program(t, "stickler", kUnit[0], [...kUnit.slice(1), program, "run", "-f", file]);
}

scenario("root becomes the account, and keeps nothing but low ports", async (t) => {
  const text = redirecting(await freePort(), `process = { user = "nobody"; };`);
  const { pid } = await startStickler(t, { text });
  const { users, groups, capabilities, gainsNothing } = identity(pid);
  assert.deepEqual([users, groups], [Array(4).fill(kNobody), Array(4).fill(kNobody)]);
  assert.deepEqual(capabilities, { effective: kOnlyLowPorts, permitted: kOnlyLowPorts });
  assert.equal(gainsNothing, true);
}, asRoot);

scenario("root's group may be another than the account's own", async (t) => {
  const text = redirecting(await freePort(), `process = { user = "nobody"; group = "daemon"; };`);
  const { pid } = await startStickler(t, { text });
  assert.deepEqual(identity(pid).groups, Array(4).fill(1));
}, asRoot);

scenario("as systemd starts it, it reads a key of its group and opens low ports", async (t) => {
  const { program, bundle, file } = readableByGroup(t);
  const port = await freePort(600, 1024);
  writeFileSync(file, `process = { user = "nobody"; };
    listeners = { web = { bind = "127.0.0.1:${port}"; tls = { certificates = "${bundle}"; };
                          redirect = { host = "elsewhere.example"; }; }; };`);
  const stickler = startAsUnit(t, { program, file });
  await stickler.log.waitFor(/ready: /);
  const client = await RawClient.connect(t, { port, ca: certificates().ca });
  assert.equal((await client.request("GET /").response()).status, 302);
  assert.equal(stickler.log.entries.some((line) => / (warning|error): /.test(line)), false);
}, asRoot);

scenario("a reload opens a port below 1024, which is no right of the account", async (t) => {
  const { program, file } = readableByGroup(t);
  const process = `process = { user = "nobody"; };`;
  writeFileSync(file, redirecting(await freePort(), process));
  const stickler = new Program(t, "stickler", program, ["run", "-f", file]);
  await stickler.log.waitFor(/ready: /);
  const port = await freePort(600, 1024);
  writeFileSync(file, redirecting(port, process));
  stickler.signal("SIGHUP");
  await stickler.log.waitFor(/reloaded in/);
  const client = await RawClient.connect(t, { port });
  assert.equal((await client.request("GET /").response()).status, 302);
}, asRoot);

scenario("who is not root and should be somebody else says that this cannot be", async (t) => {
  const { program, file } = readableByGroup(t);
  writeFileSync(file, redirecting(await freePort(), `process = { user = "daemon"; };`));
  const stickler = startAsUnit(t, { program, file });
  await stickler.log.waitFor(/warning: process\.user is 'daemon', but only root can/);
  await stickler.log.waitFor(/ready: /);
}, asRoot);
