// SPDX-License-Identifier: MIT
// Several people edit at once behind real TLS: everyone stays on the instance where the editing
// session was opened, finds the compile's output, and survives the crash of an instance.
import assert from "node:assert/strict";
import { Editor, kEditorTransports } from "./editors.mjs";
import { startBalancer } from "./harness/balancer.mjs";
import { Fleet } from "./harness/instances.mjs";
import { forEachBalancer } from "./harness/scenario.mjs";

const kEditors = 6; // two on each of three instances

async function openEditors(t, kind, { count = kEditors, transports = kEditorTransports, ...more }) {
  const fleet = await Fleet.start(t, 3, { heartbeat: more.heartbeat });
  const balancer = await startBalancer(t, kind, { servers: fleet.servers, ...more });
  const open = (_, i) => {
    const transport = transports[i % transports.length];
    const options = { name: `editor-${i + 1}`, transport, ca: balancer.ca };
    return Editor.open(t, balancer.httpsUrl, options);
  };
  const editors = await Promise.all(Array.from({ length: count }, open));
  return { fleet, balancer, editors };
}

function assertAtHome({ fleet, editors }) {
  for (const { name, problems } of editors) assert.deepEqual(problems, [], name);
  assert.deepEqual(fleet.complaints, []);
}

// Every edit that an editor saw acknowledged is stored, once, in order. (An instance tells us after
// it has told the editor, perhaps.)
async function assertNothingLost({ fleet, editors }, count) {
  const all = Array.from({ length: count }, (_, i) => i + 1);
  for (const { name } of editors) {
    const isLast = (it) => it.event === "edit" && it.editor === name && it.number === count;
    await fleet.events.waitFor(isLast);
    assert.deepEqual(fleet.editsOf(name), all, name);
  }
}

for (const transport of kEditorTransports) {
  forEachBalancer(`editors by ${transport} stay on their instance`, async (t, kind) => {
    const world = await openEditors(t, kind, { transports: [transport] });
    await Promise.all(world.editors.map((editor) => editor.type(20)));
    assertAtHome(world);
    await assertNothingLost(world, 20);
    const homes = new Set(world.editors.map(({ instance }) => instance));
    assert.equal(homes.size, 3, "new editors are spread over all instances");
  });

  forEachBalancer(`an editor by ${transport} that idles is kept by heartbeats`, async (t, kind) => {
    const timeouts = { client: "1s", server: "3s" };
    const world = await openEditors(t, kind, {
      count: 3, transports: [transport], heartbeat: 0.6, timeouts,
    });
    await Promise.all(world.editors.map((editor) => outliveClientLimit(editor)));
    await Promise.all(world.editors.map((editor) => editor.type(1)));
    assertAtHome(world);
  });
}

// Stays idle while heartbeats (or, when polling, renewed polls) show that time passes: three of
// them are longer than the client limit of that test.
async function outliveClientLimit(editor) {
  for (let i = 0; i < 3; ++i) await editor.happenings.at(i, { limit: 5000 });
  assert.equal(editor.gone.reason, undefined);
}

forEachBalancer("a compile's output is found where it was made", async (t, kind) => {
  const world = await openEditors(t, kind, {});
  const outputs = await Promise.all(world.editors.map((editor) => editor.compile(50)));
  for (const pdf of outputs) assert.equal(pdf?.subarray(0, 4).toString(), "%PDF");
  assertAtHome(world);
});

forEachBalancer("a compile may take longer than the client limit", async (t, kind) => {
  const timeouts = { client: "500ms" };
  const world = await openEditors(t, kind, { count: 1, transports: ["websocket"], timeouts });
  assert.ok(await world.editors[0].compile(1500));
  assertAtHome(world);
});

forEachBalancer("an instance crashes: its editors move and go on, others notice nothing",
  async (t, kind) => {
    const world = await openEditors(t, kind, {});
    const { fleet, balancer, editors } = world;
    const crashed = editors[0].instance;
    const victims = editors.filter(({ instance }) => instance === crashed);
    const others = editors.filter(({ instance }) => instance !== crashed);
    await Promise.all(editors.map((editor) => editor.type(5)));

    await fleet.crash(crashed);
    await Promise.all(editors.map((editor) => editor.typeThrough(10)));

    for (const { name, moves } of others) assert.deepEqual(moves, [], name);
    for (const { name, moves, instance } of victims) {
      assert.deepEqual(moves, [{ from: crashed, to: instance }], name);
    }
    for (const editor of editors) assert.equal(editor.cookieServer(), editor.instance);
    await balancer.waitForMove(crashed);
    for (const { problems } of others) assert.deepEqual(problems, []);
    assert.deepEqual(fleet.complaints, []);
    await assertNothingLost(world, 15);
    await balancer.waitForDown(crashed);
  });

forEachBalancer("after its restart an instance gets new editors, and nobody moves back",
  async (t, kind) => {
    const world = await openEditors(t, kind, {});
    const { fleet, balancer, editors } = world;
    const crashed = editors[0].instance;
    await fleet.crash(crashed);
    await Promise.all(editors.map((editor) => editor.typeThrough(3)));
    await balancer.waitForDown(crashed);
    const homes = editors.map(({ instance }) => instance);

    const mark = balancer.log.mark();
    await fleet.get(crashed).start();
    await balancer.waitForUp(crashed, { since: mark });
    await Promise.all(editors.map((editor) => editor.type(3)));
    assert.deepEqual(editors.map(({ instance }) => instance), homes);

    const newcomers = await Promise.all([7, 8, 9].map((i) => {
      return Editor.open(t, balancer.httpsUrl, { name: `editor-${i}`, ca: balancer.ca });
    }));
    assert.ok(newcomers.some(({ instance }) => instance === crashed));
  });
