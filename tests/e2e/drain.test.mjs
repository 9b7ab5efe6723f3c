// SPDX-License-Identifier: MIT
// A drain that ends, and says when: stickler drain with --within and --wait.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { Program } from "./harness/program.mjs";
import { RawServer, upgrades } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

const kUpgrade = ["Connection: Upgrade", "Upgrade: websocket"];

// Servers s1, which has tunnels, and s2. `keeps`: what is set survives a restart.
async function world(t, { keeps } = {}) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-drain-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const runtime = {
    socket: path.join(directory, "stickler.sock"),
    ...(keeps && { state_file: path.join(directory, "state.json") }),
  };
  const echo = upgrades(async (wire) => void wire.socket.pipe(wire.socket));
  const tunnels = await RawServer.start(t, echo);
  const [other] = await namedServers(t, ["s2"]);
  const settings = {
    servers: [{ name: "s1", port: tunnels.port }, other], check: null, cookie: { name: "N" },
    workers: 2, edit: (config) => (config.runtime = runtime),
  };
  const balancer = await startStickler(t, settings);
  const command = (...words) => {
    const program = new Program(t, words[0], kSticklerBinary, [...words, "-f", balancer.file]);
    program.expectExit();
    return program;
  };
  const connect = () => RawClient.connect(t, { port: balancer.ports.plain });
  const tunnel = async () => {
    const client = await connect();
    client.request("GET /", [...kUpgrade, "Cookie: N=s1"]);
    assert.equal((await client.response()).status, 101);
    return client;
  };
  const ask = async (session) => {
    const client = await connect();
    const answer = await client.request("GET /", [`Cookie: N=${session}`]).response();
    client.close();
    return answer.get("x-served-by");
  };
  return { balancer, command, tunnel, ask, runtime, settings };
}

const codeOf = async (program) => (await program.exited()).code;

onlyStickler("waiting says who is left, and ends when the limit has moved the rest", async (t) => {
  const { balancer, command, tunnel, ask } = await world(t);
  const client = await tunnel();
  const drain = command("drain", "s1", "--wait", "--within", "2s");
  await drain.log.waitFor(/^state=drain sessions=1 tunnels=1 requests=0 .*limit_in=[12]s$/);
  await client.send("still here?").readThrough("still here?");
  await client.expectClose();
  assert.equal(await codeOf(drain), 0);
  await drain.log.waitFor(/who was left has been moved/);
  await balancer.log.waitFor(/the time to drain is over: 1 sessions and 1 tunnels move now/);
  assert.equal(await ask("s1"), "s2");
});

onlyStickler("waiting without a limit gives up with 4, and the drain goes on", async (t) => {
  const { command, tunnel } = await world(t);
  const client = await tunnel();
  const drain = command("drain", "s1", "--wait", "--for", "1s");
  assert.equal(await codeOf(drain), 4);
  await client.send("still here?").readThrough("still here?");
});

onlyStickler("a server without anybody is empty at once", async (t) => {
  const { command } = await world(t);
  const drain = command("drain", "s1", "--wait");
  assert.equal(await codeOf(drain), 0);
  await drain.log.waitFor(/nobody is left/);
});

onlyStickler("who puts the server back ends the wait with 1", async (t) => {
  const { command, tunnel } = await world(t);
  await tunnel();
  const drain = command("drain", "s1", "--wait", "--within", "1h");
  await drain.log.waitFor(/state=drain/);
  assert.equal(await codeOf(command("ready", "s1")), 0);
  assert.equal(await codeOf(drain), 1);
  await drain.log.waitFor(/somebody has put it back/);
});

onlyStickler("the limit survives a restart", async (t) => {
  const { balancer, command, runtime, settings } = await world(t, { keeps: true });
  assert.equal(await codeOf(command("drain", "s1", "--within", "2s")), 0);
  const { servers } = JSON.parse(readFileSync(runtime.state_file, "utf8"));
  assert.equal(typeof servers["server-pro/s1"].drain_until, "number");
  balancer.signal("SIGTERM");
  await balancer.expectExit();
  const again = await startStickler(t, settings);
  await again.log.waitFor(/s1 is set to DRAIN/);
  await again.log.waitFor(/s1: the time to drain is over/);
});

onlyStickler("a time that is none is refused", async (t) => {
  const { command } = await world(t);
  assert.equal(await codeOf(command("drain", "s1", "--within", "30")), 1);
  assert.equal(await codeOf(command("drain", "s9")), 1);
});
