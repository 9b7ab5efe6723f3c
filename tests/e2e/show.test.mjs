// SPDX-License-Identifier: MIT
// `stickler show`: tables for people, JSON for scripts, of the running program.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { help } from "./harness/help.mjs";
import { RawServer } from "./harness/raw_server.mjs";
import { runtimeSocket } from "./harness/runtime_socket.mjs";
import { onlyStickler, scenario } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { Terminal } from "./harness/terminal.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

async function world(t, settings = {}) {
  const runtime = runtimeSocket(t);
  const servers = settings.servers ?? await namedServers(t, ["s1", "s2"]);
  const balancer = await startStickler(t, {
    servers, cookie: { name: "N" }, check: null, ...settings, ...runtime.settings,
  });
  const connect = () => RawClient.connect(t, { port: balancer.ports.plain });
  const show = (...words) => new Promise((resolve) => {
    const all = ["show", ...words, "--socket", runtime.path];
    execFile(kSticklerBinary, all, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
  const json = async (...words) => JSON.parse((await show(...words, "--json")).stdout);
  return { balancer, runtime, connect, show, json, say: runtime.say };
}

onlyStickler("servers are a table: a line each, with state and load", async (t) => {
  const { show, say, json } = await world(t);
  await say("set server server-pro/s2 state drain");
  const { code, stdout, stderr } = await show("servers");
  assert.deepEqual([code, stderr], [0, ""]);
  const [head, first, second, ...rest] = stdout.split("\n");
  assert.match(head,
    /^SERVER +STATUS +FOR +WEIGHT +ACTIVE +QUEUED +SESSIONS +REQUESTS +ADDRESS +LAST/);
  assert.match(first, /^server-pro\/s1 +no check +\d+ s +1 +0 +0 +0 +0 +127\.0\.0\.1:\d+ /);
  assert.match(second, /^server-pro\/s2 +DRAIN .* 0 sessions left/);
  assert.deepEqual(rest, [""]);
  const [, drained] = await json("servers");
  assert.deepEqual([drained.server, drained.status, drained.drain.sessions], ["s2", "DRAIN", 0]);
});

onlyStickler("open requests are sessions, with the reason for their server", async (t) => {
  const order = deferred();
  const server = await RawServer.start(t, async (side) => {
    await side.request();
    await order.promise;
    side.answer();
  });
  const { show, json, connect } = await world(t, { servers: [{ name: "s1", port: server.port }] });
  const client = await connect();
  client.request("GET /slow", ["Cookie: N=s1"]);
  await server.requests.at(0);
  const { stdout } = await show("sessions");
  const line = `^127.0.0.1:${client.socket.localPort} +plain +\\d+ s +response ` +
    "+server-pro/s1 +cookie +GET /slow HTTP/1.1$";
  assert.match(stdout, new RegExp(line, "m"));
  const [session] = await json("sessions");
  assert.deepEqual([session.state, session.server, session.route], ["response", "s1", null]);
  order.resolve();
  assert.equal((await client.response()).status, 200);
});

onlyStickler("counters and the process have HAProxy's names, one object each", async (t) => {
  const { show, json } = await world(t);
  const rows = await json("stat");
  const s1 = rows.find((row) => row.svname === "s1");
  assert.deepEqual([s1.pxname, s1.status, s1.stot], ["server-pro", "no check", 0]);
  assert.match((await show("stat")).stdout, /^server-pro +s1 +no check +0 +0 /m);
  assert.equal((await json("info")).Name, "Stickler");
  assert.match((await show("info")).stdout, /^Name: Stickler\n/);
});

onlyStickler("configuration, events and errors are shown, too", async (t) => {
  const { show, json, say, connect, balancer } = await world(t);
  const setting = (await json("config")).find(({ setting }) => setting === "timeouts.server");
  assert.deepEqual([setting.value, setting.origin.startsWith(balancer.file)], ['"10s"', true]);
  assert.match((await show("config")).stdout, /^timeouts\.tunnel_age +default +"off"$/m);
  await say("set server s1 state maint");
  assert.match((await show("events")).stdout,
    /^TIME +KIND +WHAT\n[-\d]{10} [:\d]{8} +info +server server-pro\/s1 is set to MAINT/);
  assert.equal((await json("events"))[0].kind, "info");
  const client = await connect();
  client.send("G@T / HTTP/1.1\r\n\r\n");
  assert.equal((await client.response()).status, 400);
  assert.match((await show("errors")).stdout, /frontend plain \(#\d+\): invalid request\n/);
  assert.equal((await json("errors"))[0].bytes, "G@T / HTTP/1.1\r\n\r\n");
});

onlyStickler("a terminal gets colours and no line that is too long", async (t) => {
  const { runtime } = await world(t);
  const command = (settings, name) =>
    `${settings} ${kSticklerBinary} show ${name} --socket ${runtime.path}; read -r`;
  const narrow = new Terminal(t, command("", "config"), { columns: 60 });
  const screen = await narrow.waitFor(/\S\n*$/);
  assert.match(screen, /…\n/);
  const coloured = new Terminal(t, `${command("", "servers")} | cat -v; read -r`);
  await coloured.waitFor(/^server-pro\/s1 +no check/m);
  const shown = `${kSticklerBinary} show servers --socket ${runtime.path}`;
  const raw = new Terminal(t, `script -qec "${shown}" /dev/null | cat -v; read -r`);
  assert.match(await raw.waitFor(/s2/), /\^\[\[32mno check/);
  const plain = new Terminal(t, `NO_COLOR=1 script -qec "${shown}" /dev/null | cat -v; read -r`);
  assert.doesNotMatch(await plain.waitFor(/s2/), /\^\[/);
});

scenario("show says what it can show, and when nobody is there", async () => {
  const names = help("show").commands.flat();
  assert.deepEqual(names, ["servers", "sessions", "events", "errors", "tables", "table",
    "buckets", "nodes", "config", "stat", "info"]);
  const run = (...words) => new Promise((resolve) => {
    const done = (error, _, stderr) => resolve([error?.code ?? 0, stderr]);
    execFile(kSticklerBinary, words, done);
  });
  const [nobody, why] = await run("show", "servers", "--socket", "/nonexistent/socket");
  assert.equal(nobody, 3);
  assert.match(why, /no running Stickler found/);
  const [wrong, known] = await run("show", "everything");
  assert.equal(wrong, 2);
  assert.match(known, /there is no command 'everything' \(show has servers, sessions, /);
  assert.equal((await run("show"))[0], 2);
});
