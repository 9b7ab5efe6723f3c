// SPDX-License-Identifier: MIT
// What systemd is told (sd_notify): that all listens, that the end has begun and how long it may
// take, and signs of life as often as it wants them.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import net from "node:net";
import { startBalancer, startStickler } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { listen } from "./harness/ports.mjs";
import { answers, RawServer, upgrades } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { ServiceManager } from "./harness/service_manager.mjs";
import { RawClient } from "./harness/wire.mjs";

const kWatchdog = 200;

async function world(t, kind, manager, { script = answers(), watchdog, within = "30s" } = {}) {
  const server = await RawServer.start(t, script);
  return startBalancer(t, kind, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    workers: 2,
    env: manager.environment(watchdog),
    edit: (config) => (config.process.stop_within = within),
  });
}

for (const abstract of [false, true]) {
  const where = abstract ? "an abstract socket" : "a socket with a path";
  onlyStickler(`a manager on ${where} hears when all listens, and of the end`, async (t, kind) => {
    const manager = await ServiceManager.start(t, { abstract });
    const balancer = await world(t, kind, manager);
    await manager.log.waitFor(/^READY=1$/);
    await manager.log.waitFor(/^STATUS=2 workers, 3 listeners, 1 backends/);
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    assert.equal((await client.request("GET /").response()).status, 200);
    balancer.signal("SIGTERM");
    await manager.log.waitFor(/^STOPPING=1$/);
    await manager.log.waitFor(/^EXTEND_TIMEOUT_USEC=45000000$/);
    await balancer.expectExit();
    assert.deepEqual(manager.names().filter((name) => name === "READY"), ["READY"]);
  });
}

onlyStickler("who cannot open a port is never ready", async (t, kind) => {
  const other = net.createServer();
  cleanUp(t, () => other.close());
  const manager = await ServiceManager.start(t);
  const balancer = await startStickler(t, {
    text: `listeners = { web = { bind = "127.0.0.1:${await listen(other)}";
                                 redirect = { scheme = "https"; }; }; };`,
    env: manager.environment(), ready: false,
  });
  assert.equal((await balancer.expectExit()).code, 1);
  assert.deepEqual(manager.names(), []);
});

onlyStickler("a manager hears of reloads, good and bad ones", async (t, kind) => {
  const manager = await ServiceManager.start(t);
  const balancer = await world(t, kind, manager);
  await manager.log.waitFor(/^READY=1$/);
  const reloads = [["", /^STATUS=2 workers, [^;]*$/], ["x", /^STATUS=.* failed, see/]];
  for (const [text, status] of reloads) {
    appendFileSync(balancer.file, text);
    const since = manager.log.mark();
    balancer.signal("SIGHUP");
    await manager.log.waitFor(/^MONOTONIC_USEC=\d+$/, { since });
    await manager.log.waitFor(status, { since });
    assert.deepEqual(manager.names(since), ["RELOADING", "MONOTONIC_USEC", "READY", "STATUS"]);
  }
});

onlyStickler("signs of life come, also while a tunnel holds up the end", async (t, kind) => {
  const manager = await ServiceManager.start(t);
  const echo = upgrades(async (wire) => void wire.socket.pipe(wire.socket));
  const balancer = await world(t, kind, manager, { script: echo, watchdog: kWatchdog });
  await manager.log.waitFor(/^WATCHDOG=1$/);
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  await client.request("GET /", ["Connection: Upgrade", "Upgrade: websocket"]).response();
  balancer.signal("SIGTERM");
  await manager.log.waitFor(/^STOPPING=1$/);
  await balancer.log.waitFor(/no new connections/);
  for (let sign = 0, since = manager.log.mark(); sign < 3; ++sign, since = manager.log.mark()) {
    await manager.log.waitFor(/^WATCHDOG=1$/, { since });
  }
  await client.send("still here?").readThrough("still here?");
  client.close();
  await balancer.expectExit();
});

onlyStickler("who is not asked for signs of life gives none", async (t, kind) => {
  const manager = await ServiceManager.start(t);
  const balancer = await world(t, kind, manager);
  balancer.signal("SIGTERM");
  await manager.log.waitFor(/^STOPPING=1$/);
  await balancer.expectExit();
  assert.ok(!manager.names().includes("WATCHDOG"));
});

onlyStickler("a manager that has gone is warned of, and requests are served", async (t, kind) => {
  const manager = await ServiceManager.start(t);
  await manager.kill();
  const balancer = await world(t, kind, manager);
  await balancer.log.waitFor(/warning: the service manager could not be told READY=1/);
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  assert.equal((await client.request("GET /").response()).status, 200);
});
