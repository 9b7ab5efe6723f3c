// SPDX-License-Identifier: MIT
// `stickler register`: a node that cannot register itself has its key in etcd while its check
// passes, and is stopped before that is given up.
import assert from "node:assert/strict";
import {
  kKey, kMoreThanALease, kPatient, kRegistered, kUrl, RegisteredNode,
} from "./harness/registered_node.mjs";
import { scenario } from "./harness/scenario.mjs";
import { ServiceManager } from "./harness/service_manager.mjs";
import { pause } from "./harness/wait.mjs";

const kLost = /may become another's/;

const isGone = ({ value }) => value === undefined;

// By then a key would be gone if nobody had kept it.
function leaseLater() {
  return pause(kMoreThanALease); // tidy: waits, because nothing must happen
}

async function ends(program, code) {
  const exit = await program.expectExit();
  assert.deepEqual(exit, { code, signal: null }, program.lastLines());
}

// ---- while all is well ----

scenario("a node has its key once its check has passed, and keeps it", async (t) => {
  const manager = await ServiceManager.start(t);
  const node = await RegisteredNode.start(t);
  node.healthy = false;
  const program = node.register({ env: manager.environment() });
  await program.log.waitFor(/it has no key yet/);
  await node.server.requests.at(3);
  assert.equal(await node.key(), undefined);
  assert.deepEqual(manager.names(), []);
  node.healthy = true;
  await program.log.waitFor(kRegistered);
  await manager.log.waitFor(/^READY=1$/);
  assert.equal(await node.key(), node.text);
  const born = await node.born();
  await leaseLater();
  assert.equal(await node.born(), born);
  program.signal("SIGHUP");
  await program.log.waitFor(/the file is read at the start only/);
  program.signal("SIGTERM");
  await manager.log.waitFor(/^STOPPING=1$/);
  await ends(program, 0);
  assert.equal(node.stopped.mark(), 0);
});

scenario("a restart disturbs nobody: the key is left, and taken over", async (t) => {
  const node = await RegisteredNode.start(t);
  const first = await node.registered();
  const born = await node.born();
  first.signal("SIGTERM");
  await ends(first, 0);
  assert.match(first.lastLines(), /the key of dtable-server-01 is left to its lease/);
  const second = node.register();
  await second.log.waitFor(/it is registered already/);
  await leaseLater();
  assert.equal(await node.born(), born);
  assert.equal(await node.key(), node.text);
  assert.equal(node.stopped.mark(), 0);
});

scenario("of two processes the later one keeps the key, and the other ends", async (t) => {
  const node = await RegisteredNode.start(t);
  const first = await node.registered();
  const born = await node.born();
  const second = node.register();
  await second.log.waitFor(/it is registered already/);
  await ends(first, 1);
  assert.match(first.lastLines(), /another process keeps its key/);
  await leaseLater();
  assert.equal(await node.born(), born);
  assert.equal(node.stopped.mark(), 0);
});

scenario("another node's key is not overwritten; it is free once that is gone", async (t) => {
  const node = await RegisteredNode.start(t);
  const foreign = JSON.stringify({ node_url: kUrl, local_node_url: "http://10.9.9.9/" });
  await node.etcd.client.put(kKey, foreign);
  const program = node.register();
  await program.log.waitFor(/another node has this name: .* says http:\/\/10\.9\.9\.9\//);
  await leaseLater();
  assert.equal(await node.key(), foreign);
  const said = program.log.entries.filter((line) => /another node has this name/.test(line));
  assert.equal(said.length, 1);
  await node.etcd.client.del(kKey);
  await program.log.waitFor(kRegistered, kPatient);
  assert.equal(await node.key(), node.text);
  assert.equal(node.stopped.mark(), 0);
});

// ---- the check fails ----

scenario("a node whose check fails is stopped first; then its key goes at once", async (t) => {
  const node = await RegisteredNode.start(t, { cluster: { lease: "60s", grace: "60s" } });
  const program = await node.registered();
  const heard = await node.watch();
  node.healthy = false;
  const { key } = await node.stopped.at(0);
  assert.equal(key, node.text);
  await heard.waitFor(isGone);
  await program.log.waitFor(/it has no key any more/);
  const mark = program.log.mark();
  node.healthy = true;
  await program.log.waitFor(kRegistered, { since: mark });
  assert.equal(await node.key(), node.text);
  assert.equal(node.stopped.mark(), 1);
});

scenario("a stop command that fails is tried again, and the key kept; until all is well again",
  async (t) => {
    const node = await RegisteredNode.start(t);
    node.stopSucceeds = false;
    const program = await node.registered();
    const born = await node.born();
    node.healthy = false;
    // The third is more than a lease after the first.
    await node.stopped.at(2);
    await program.log.waitFor(/the stop command ended with 22: its key is kept/);
    assert.deepEqual(node.stopped.entries, Array(3).fill({ key: node.text }));
    node.healthy = true;
    await program.log.waitFor(/its check passes again .*: it keeps its key/);
    await leaseLater();
    assert.equal(await node.born(), born);
  });

scenario("a stop command that hangs is killed, and the key kept", async (t) => {
  const node = await RegisteredNode.start(t, { register: { stop_timeout: "300ms" } });
  node.stopSucceeds = undefined;
  const program = await node.registered();
  const born = await node.born();
  node.healthy = false;
  await program.log.waitFor(/the stop command did not end within 300ms: its key is kept/);
  assert.equal(await node.born(), born);
  node.stopSucceeds = true;
  const heard = await node.watch();
  await heard.waitFor(isGone);
  await program.log.waitFor(/it has no key any more/);
});

scenario("whoever ends while a stop command runs lets it run, and the key be", async (t) => {
  const node = await RegisteredNode.start(t);
  node.stopSucceeds = undefined;
  const program = await node.registered();
  node.healthy = false;
  await node.stopped.at(0);
  program.signal("SIGTERM");
  await ends(program, 0);
  assert.match(program.lastLines(), /left to its lease.*; the stop command goes on/);
  assert.equal(await node.key(), node.text);
  assert.equal(node.hungUp, 0);
});

scenario("whoever takes a key over from a predecessor stops a node that has failed meanwhile",
  async (t) => {
    const node = await RegisteredNode.start(t);
    const first = await node.registered();
    first.signal("SIGTERM");
    await ends(first, 0);
    node.healthy = false;
    const second = node.register();
    const { key } = await node.stopped.at(0);
    assert.equal(key, node.text);
    await second.log.waitFor(/it has no key any more/);
    assert.equal(await node.key(), undefined);
  });

scenario("without a stop command the log says what is to be done", async (t) => {
  const node = await RegisteredNode.start(t, { register: { stop: undefined } });
  const program = await node.registered();
  const heard = await node.watch();
  node.healthy = false;
  await program.log.waitFor(/its key is given up\. Make sure that it is stopped/);
  await heard.waitFor(isGone);
  const mark = program.log.mark();
  node.healthy = true;
  await program.log.waitFor(kRegistered, { since: mark });
  await node.etcd.client.del(kKey);
  await program.log.waitFor(/somebody has removed its key: .* Restart it within 10s/);
});

// ---- the key is lost ----

scenario("a node whose key somebody removes is stopped, and registers when it is back",
  async (t) => {
    const node = await RegisteredNode.start(t);
    const program = await node.registered();
    await node.etcd.client.del(kKey);
    const { key } = await node.stopped.at(0);
    assert.equal(key, undefined);
    await program.log.waitFor(/somebody has removed its key/);
    await program.log.waitFor(/it has no key any more/);
    const mark = program.log.mark();
    node.healthy = true;
    await program.log.waitFor(kRegistered, { since: mark });
    assert.equal(await node.key(), node.text);
  });

scenario("while etcd is away for longer than a lease the node is stopped", async (t) => {
  const node = await RegisteredNode.start(t);
  const program = await node.registered();
  await node.etcd.kill();
  await node.stopped.at(0, kPatient);
  await program.log.waitFor(/etcd has not confirmed its key for 2s/);
  await node.etcd.restart();
  await program.log.waitFor(/it has no key any more/, kPatient);
  const mark = program.log.mark();
  node.healthy = true;
  await program.log.waitFor(kRegistered, { since: mark, ...kPatient });
  assert.equal(await node.key(), node.text);
});

scenario("etcd may be away for less than that", async (t) => {
  const node = await RegisteredNode.start(t, { cluster: { lease: "30s", grace: "60s" } });
  const program = await node.registered();
  const born = await node.born();
  // Said once: perhaps while it is being killed.
  const since = program.log.mark();
  await node.etcd.kill();
  await program.log.waitFor(/: etcd at http/, { since, ...kPatient });
  await node.etcd.restart();
  await program.log.waitFor(/etcd answers again/, kPatient);
  assert.equal(await node.born(), born);
  assert.equal(node.stopped.mark(), 0);
});

scenario("a process that was frozen past the lease stops the node when it wakes", async (t) => {
  const node = await RegisteredNode.start(t);
  const program = await node.registered();
  const heard = await node.watch();
  program.signal("SIGSTOP");
  await heard.waitFor(isGone);
  assert.equal(node.stopped.mark(), 0);
  program.signal("SIGCONT");
  await node.stopped.at(0);
  await program.log.waitFor(kLost);
  await program.log.waitFor(/it has no key any more/);
  const mark = program.log.mark();
  node.healthy = true;
  await program.log.waitFor(kRegistered, { since: mark });
});
