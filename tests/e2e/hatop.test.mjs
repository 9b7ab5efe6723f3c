// SPDX-License-Identifier: MIT
// hatop, as Debian ships it, over Stickler's runtime socket: it shows the servers, and its keys
// take one out and put it back.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { runtimeSocket } from "./harness/runtime_socket.mjs";
import { forEachBalancer } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { Terminal } from "./harness/terminal.mjs";

async function world(t, kind) {
  const runtime = runtimeSocket(t);
  const balancer = await startBalancer(t, kind, {
    servers: await namedServers(t, ["s1", "s2"]),
    check: { http: "HEAD /status", interval: "2s", rise: 1, fall: 3 }, ...runtime.settings,
  });
  const hatop = new Terminal(t, `hatop -i 1 -s ${runtime.path}`);
  const screen = await hatop.waitFor(/^s1 .* L7OK [^]*^s2 .* L7OK [^]*=SCROLL/m);
  return { balancer, hatop, screen };
}

// Moves the cursor to this server; the last line says the numbers of what it is at.
async function choose(hatop, screen, name) {
  const lines = screen.split("\n");
  const first = lines.findIndex((line) => line.startsWith("NAME ")) + 2;
  const row = lines.findIndex((line) => line.startsWith(`${name} `));
  await hatop.press(...Array(row - first).fill("Down"));
  await hatop.waitFor(/ENTER=MENU SPACE=SEL \[#\d+\/#\d+\]/);
}

forEachBalancer("hatop shows servers, backend and listener with their states", async (t, kind) => {
  const { screen } = await world(t, kind);
  assert.match(screen, kind === "stickler" ? /Stickler Version: \d/ : /HAProxy Version: 2/);
  for (const name of ["s1", "s2"]) {
    assert.match(screen, new RegExp(`^${name} +1 UP +(\\* )?L7OK +1 `, "m"));
  }
  assert.match(screen, /^>>> server-pro$/m);
  assert.match(screen, /^BACKEND +2 UP +2 +0 /m);
  assert.match(screen, /^FRONTEND +0 OPEN /m);
  assert.match(screen, /Connections: \[ +\d+\/\d+\]/);
});

forEachBalancer("hatop's keys take a server out, change its weight and put it back",
  async (t, kind) => {
    const { hatop, screen } = await world(t, kind);
    await choose(hatop, screen, "s1");
    await hatop.press("F10");
    await hatop.waitFor(/^s1 +1 MAINT/m);
    await hatop.press("F9");
    await hatop.waitFor(/^s1 +1 UP/m);
    await hatop.press("F8");
    await hatop.waitFor(/^s1 +11 UP/m);
    await hatop.press("F4");
    await hatop.waitFor(/^s1 +1 UP/m);
  });

forEachBalancer("hatop's own line takes commands", async (t, kind) => {
  const { hatop } = await world(t, kind);
  await hatop.press("5");
  await hatop.waitFor(/Welcome on the embedded/);
  await hatop.press("'get weight server-pro/s1'", "Enter");
  await hatop.waitFor(/^1 \(initial 1\)/m);
});
