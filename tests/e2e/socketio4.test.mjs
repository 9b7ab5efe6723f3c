// SPDX-License-Identifier: MIT
// Applications with socket.io 4: a session that polls, upgrades or starts as WebSocket meets one
// server only.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { io } from "socket.io-client";
import { startBalancer } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { Fleet } from "./harness/instances.mjs";
import { forEachBalancer } from "./harness/scenario.mjs";
import { deferred, within } from "./harness/wait.mjs";

async function world(t, kind, { heartbeat, ...settings } = {}) {
  const fleet = await Fleet.start(t, 3, { script: "socketio4.mjs", heartbeat });
  return { fleet, balancer: await startBalancer(t, kind, { servers: fleet.servers, ...settings }) };
}

// A connected client. In Node, `withCredentials` makes socket.io keep cookies as a browser does.
async function connect(t, balancer, transports) {
  const socket = io(balancer.httpsUrl, {
    transports, ca: balancer.ca, withCredentials: true, forceNew: true, reconnection: false,
  });
  cleanUp(t, () => socket.disconnect());
  const connected = deferred();
  socket.on("connect", connected.resolve);
  socket.on("connect_error", connected.reject);
  await within(connected.promise, "socket.io to connect");
  return socket;
}

function ask(socket, ...args) {
  return within(socket.emitWithAck(...args), `the acknowledgement of ${args[0]}`);
}

// Counts up to `goal`; returns the names of all instances that answered.
async function count(socket, goal) {
  const instances = new Set();
  for (let i = 1; i <= goal; ++i) instances.add((await ask(socket, "count", i)).instance);
  return instances;
}

const kWays = { "polling": ["polling"], "WebSocket": ["websocket"] };

for (const [way, transports] of Object.entries(kWays)) {
  forEachBalancer(`clients by ${way} each stay on one server`, async (t, kind) => {
    const { fleet, balancer } = await world(t, kind);
    const sockets = await Promise.all(Array.from({ length: 6 }, () => {
      return connect(t, balancer, transports);
    }));
    const homes = await Promise.all(sockets.map((socket) => count(socket, 20)));
    for (const instances of homes) assert.equal(instances.size, 1);
    assert.equal(new Set(homes.flatMap((home) => [...home])).size, 3);
    assert.deepEqual(fleet.complaints, []);
  });

  forEachBalancer(`binary data by ${way} comes back as it went`, async (t, kind) => {
    const { balancer } = await world(t, kind);
    const socket = await connect(t, balancer, transports);
    const data = randomBytes(300_000);
    assert.deepEqual(Buffer.from(await ask(socket, "echo", data)), data);
  });
}

forEachBalancer("a client that starts by polling upgrades to WebSocket on the same server",
  async (t, kind) => {
    const { fleet, balancer } = await world(t, kind);
    const socket = await connect(t, balancer, ["polling", "websocket"]);
    if (socket.io.engine.transport.name !== "websocket") {
      const upgraded = new Promise((resolve) => socket.io.engine.on("upgrade", resolve));
      await within(upgraded, "the upgrade");
    }
    assert.equal((await ask(socket, "count", 1)).transport, "websocket");
    assert.deepEqual(fleet.complaints, []);
  });

forEachBalancer("an idle client is kept by its pings", async (t, kind) => {
  const { balancer } = await world(t, kind, { heartbeat: 0.3, timeouts: { client: "500ms" } });
  const socket = await connect(t, balancer, ["websocket"]);
  const pings = deferred();
  let seen = 0;
  socket.io.on("ping", () => ++seen === 4 && pings.resolve());
  await within(pings.promise, "four pings");
  assert.ok(socket.connected);
});

forEachBalancer("when its server crashes a client is told at once", async (t, kind) => {
  const { fleet, balancer } = await world(t, kind);
  const socket = await connect(t, balancer, ["websocket"]);
  const { instance } = await ask(socket, "count", 1);
  const told = new Promise((resolve) => socket.on("disconnect", resolve));
  await fleet.crash(instance);
  assert.equal(await within(told, "the disconnection"), "transport close");
  const again = await connect(t, balancer, ["websocket"]);
  assert.notEqual((await ask(again, "count", 1)).instance, instance);
});
