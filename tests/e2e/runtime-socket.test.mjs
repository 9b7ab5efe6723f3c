// SPDX-License-Identifier: MIT
// Steering the running program: HAProxy's words at the runtime socket, typed by socat, and
// Stickler's own commands.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kUpgrade = ["Connection: Upgrade", "Upgrade: websocket"];

// Servers s1 and s2 and a runtime socket in a folder of its own. `keeps`: and a state file.
async function world(t, { runtime = {}, servers, edit = () => {}, keeps, ...settings } = {}) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-runtime-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const socket = path.join(directory, "stickler.sock");
  const state = path.join(directory, "state.json");
  const start = async () => startStickler(t, {
    servers: servers ?? await namedServers(t, ["s1", "s2"]),
    check: null,
    cookie: { name: "N" },
    workers: 2,
    edit: (config) => {
      config.runtime = { socket, ...(keeps && { state_file: state }), ...runtime };
      edit(config);
    },
    ...settings,
  });
  const balancer = await start();
  return { balancer, socket, state, start, ...asker(t, () => balancer, socket) };
}

function asker(t, balancer, socket) {
  const say = (line) => execFileSync("socat", ["-", `UNIX-CONNECT:${socket}`], {
    input: `${line}\n`, encoding: "utf8",
  });
  const command = (...words) => new Promise((resolve) => {
    execFile(kSticklerBinary, [...words, "--socket", socket], (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
  const ask = async (session) => {
    const client = await RawClient.connect(t, { port: balancer().ports.plain });
    const fields = session ? [`Cookie: N=${session}`] : [];
    const answer = await client.request("GET /", fields).response();
    client.close();
    return answer.get("x-served-by");
  };
  return { say, command, ask };
}

async function end(balancer) {
  balancer.signal("SIGTERM");
  assert.equal((await balancer.expectExit()).code, 0);
}

onlyStickler("an unknown command names those that are known, and the end is an empty line",
  async (t) => {
    const { say } = await world(t);
    const text = say("nonsense");
    assert.match(text, /^Unknown command: 'nonsense'/);
    assert.match(text, /\n {2}set server <b>\/<s> state\|weight\|addr/);
    assert.ok(text.endsWith("\n\n"));
    assert.match(say("set"), /^Unknown command: 'set'[\s\S]*set server/);
    assert.match(say("help"), /reload/);
  });

onlyStickler("drain keeps sessions and takes no new ones, ready ends it", async (t) => {
  const { say, ask, balancer } = await world(t);
  assert.equal(say("set server server-pro/s1 state drain"), "\n");
  await balancer.log.waitFor(/server-pro\/s1 is set to DRAIN/);
  assert.equal(await ask("s1"), "s1");
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ["s2", "s2", "s2"]);
  assert.equal(say("set server s1 state ready"), "\n");
  const later = [await ask(), await ask(), await ask(), await ask()];
  assert.deepEqual(new Set(later), new Set(["s1", "s2"]));
});

onlyStickler("maint moves everybody at once, open tunnels too, but not a running request",
  async (t) => {
    const order = deferred();
    const server = await RawServer.start(t, async (side) => {
      const head = await side.requestHead();
      if (head.get("upgrade")) {
        side.send(`HTTP/1.1 101 Switching\r\n${kUpgrade.join("\r\n")}\r\n\r\n`);
        return side.wire.socket.pipe(side.wire.socket);
      }
      await order.promise;
      side.answer("compiled");
    });
    const [other] = await namedServers(t, ["s2"]);
    const { say, ask, balancer } = await world(t, {
      servers: [{ name: "s1", port: server.port }, other],
    });
    const session = ["Cookie: N=s1"];
    const tunnel = await RawClient.connect(t, { port: balancer.ports.plain });
    tunnel.request("GET /ws", [...kUpgrade, ...session]);
    assert.equal((await tunnel.response()).status, 101);
    const compile = await RawClient.connect(t, { port: balancer.ports.plain });
    compile.request("POST /compile", [...session, "Content-Length: 0"]);
    await server.requests.at(1);
    assert.equal(say("disable server server-pro/s1"), "\n");
    await tunnel.expectClose();
    await balancer.log.waitFor(/ 101 .* KD/);
    assert.equal(await ask("s1"), "s2");
    order.resolve();
    assert.equal((await compile.response()).text, "compiled");
    assert.equal(say("enable server server-pro/s1"), "\n");
  });

onlyStickler("weights and addresses change at once, and bad ones are refused in HAProxy's words",
  async (t) => {
    const { say, ask } = await world(t);
    const { port } = await RawServer.start(t, answers("elsewhere"));
    assert.equal(say("set server server-pro/s1 weight 0"), "\n");
    assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ["s2", "s2", "s2"]);
    assert.equal(say("set server server-pro/s1 weight 100%"), "\n");
    assert.equal(say(`set server server-pro/s1 addr 127.0.0.1 port ${port}`), "\n");
    assert.equal(await ask("s1"), "s1");
    assert.match(say("set server server-pro/s1 weight 257"), /between 0 and 256 inclusive/);
    assert.match(say("set server server-pro/s1 weight x"), /Require <weight>/);
    assert.match(say("set server server-pro/s1 addr nowhere"), /is no address/);
    assert.match(say("set server s1 state away"), /expects 'ready', 'drain' and 'maint'/);
    assert.match(say("set server server-pro/s9 state drain"), /^No such server\./);
  });

onlyStickler("several commands in a line, and a conversation after prompt", async (t) => {
  const { say, socket, balancer } = await world(t);
  assert.equal(say("set server s1 state drain; set server s2 weight 5;"), "\n\n");
  await balancer.log.waitFor(/s2 has weight 5/);
  const talk = net.connect(socket);
  t.after(() => talk.destroy());
  talk.setEncoding("utf8");
  let heard = "";
  talk.on("data", (text) => (heard += text));
  const until = async (fits) => {
    while (!fits.test(heard)) await once(talk, "data");
    const text = heard;
    heard = "";
    return text;
  };
  talk.write("prompt\n");
  await until(/^> $/);
  talk.write("set server s1 state ready\n");
  await until(/^\n> $/);
  talk.write("set server s7 state ready\n");
  assert.equal(await until(/> $/), "No such server.\n\n> ");
  talk.write("quit\n");
  await once(talk, "end");
});

onlyStickler("what is set survives a reload and a restart; the file wins where it changed",
  async (t) => {
    const { balancer, say, ask, start, state } = await world(t, { keeps: true });
    say("set server server-pro/s1 state drain");
    say("set server server-pro/s2 weight 7");
    assert.match(await balancer.reload({ timeouts: { client: "6s" } }), /reloaded in/);
    assert.deepEqual(await Promise.all([ask(), ask()]), ["s2", "s2"]);
    const { servers } = JSON.parse(readFileSync(state, "utf8"));
    assert.deepEqual(servers["server-pro/s1"], { state: "drain" });
    assert.deepEqual(servers["server-pro/s2"], { state: "ready", weight: 7 });
    await end(balancer);
    const again = await start();
    await again.log.waitFor(/server-pro\/s1 is set to DRAIN/);
    const heavier = again.settings.servers.map((server) => ({ ...server, weight: 3 }));
    assert.match(await again.reload({ servers: heavier }), /weight set to 3/);
    await end(again);
  });

onlyStickler("a state file that is damaged is said and not used", async (t) => {
  const { balancer, start, state } = await world(t, { keeps: true });
  await end(balancer);
  writeFileSync(state, "{ \"servers\": 7 }");
  const again = await start();
  await again.log.waitFor(/is no state file of ours/);
});

onlyStickler("stickler reload waits and says what changed, or the errors with exit code 1",
  async (t) => {
    const { balancer, command } = await world(t);
    const text = readFileSync(balancer.file, "utf8");
    writeFileSync(balancer.file, text.replace(/queue = "5s"/, "queue = \"7s\""));
    const { code, stdout } = await command("reload");
    assert.deepEqual([code, /reloaded in \d+ ms: timeouts.queue 5s → 7s/.test(stdout)], [0, true]);
    writeFileSync(balancer.file, text.replace("listeners", "listenrs"));
    const refused = await command("reload");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /did you mean 'listeners'/);
    writeFileSync(balancer.file, "@include \".\"\n");
    assert.equal((await command("reload")).code, 1);
    assert.equal((await command("weight", "s1", "2")).code, 0, "it lives");
  });

onlyStickler("stickler drain, ready, maint and weight are done, or say why not", async (t) => {
  const { command, ask, balancer } = await world(t);
  assert.deepEqual(await command("drain", "s1"), { code: 0, stdout: "", stderr: "" });
  await balancer.log.waitFor(/s1 is set to DRAIN/);
  assert.equal((await command("ready", "server-pro/s1")).code, 0);
  assert.equal((await command("maint", "s2")).code, 0);
  assert.equal(await ask("s2"), "s1");
  const refused = await command("weight", "s1", "900");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /between 0 and 256/);
  await end(balancer);
  const nobody = await command("drain", "s1");
  assert.equal(nobody.code, 3);
  assert.match(nobody.stderr, /no running Stickler found/);
});

onlyStickler("the socket's folder is made if it is not there", async (t) => {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-runtime-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const socket = path.join(directory, "run", "stickler.sock");
  await world(t, { runtime: { socket } });
  assert.ok(statSync(socket).isSocket());
});

onlyStickler("the socket is its user's and group's, and goes with the program", async (t) => {
  const { balancer, socket, start } = await world(t, { runtime: { mode: "0600" } });
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  await balancer.kill();
  assert.ok(existsSync(socket), "a killed program leaves it behind");
  const again = await start();
  await end(again);
  assert.ok(!existsSync(socket));
});
