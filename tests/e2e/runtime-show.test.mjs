// SPDX-License-Identifier: MIT
// What the runtime socket shows, in HAProxy's words and, where both have the thing, as HAProxy
// shows it.
import assert from "node:assert/strict";
import net from "node:net";
import { once } from "node:events";
import { balancers, startBalancer } from "./harness/balancer.mjs";
import { isAccessLine } from "./harness/access_lines.mjs";
import { RawServer } from "./harness/raw_server.mjs";
import { runtimeSocket, statRows } from "./harness/runtime_socket.mjs";
import { forEachBalancer, onlyStickler, scenario } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

// Slow enough for a busy machine to pass them all.
const kCheck = { http: "HEAD /status", interval: "1s", rise: 2, fall: 3 };

async function world(t, kind, { servers, check = kCheck, ...settings } = {}) {
  const { say, settings: withSocket } = runtimeSocket(t);
  servers ??= await namedServers(t, ["s1", "s2"]);
  const balancer = await startBalancer(t, kind, {
    servers, check, cookie: { name: "N" }, ...settings, ...withSocket,
  });
  // With the second check the first is known to have passed.
  if (check) await Promise.all(servers.map((server) => server.requests.at(1)));
  const connect = () => RawClient.connect(t, { port: balancer.ports.plain });
  const rows = async () => statRows(await say("show stat"));
  return { balancer, connect, servers, say, rows };
}

// Both, if both run here: for what is compared side by side.
function besideHaproxy(sentence, run) {
  if (balancers().length < 2) return;
  scenario(sentence, async (t) => run(await world(t, "stickler"), await world(t, "haproxy")));
}

// Each on a connection of its own; until all have been counted.
async function request(world, count, fields = [], target = "/") {
  const mark = world.balancer.log.mark();
  for (let i = 0; i < count; ++i) {
    const client = await world.connect();
    await client.request(`GET ${target}`, fields).response();
    client.close();
  }
  let seen = 0;
  const isLast = (line) => isAccessLine(line) && ++seen === count;
  await world.balancer.log.waitFor(isLast, { since: mark });
}

const find = (rows, name) =>
  rows.find((row) => row.pxname === "server-pro" && row.svname === name);
const pick = (row, names) => Object.fromEntries(names.map((name) => [name, row[name]]));

besideHaproxy("show stat has HAProxy's columns in its order, as CSV and typed",
  async (stickler, haproxy) => {
    const header = (csv) => csv.split("\n")[0];
    assert.equal(header(await stickler.say("show stat")), header(await haproxy.say("show stat")));
    // "F.2.0.17.status.1:SGP:str:OPEN": whose row, which column, of what kind.
    const kinds = (typed) => new Map(typed.trim().split("\n").map((line) => {
      const [, row, column, kind] = /^(\w)\.\d+\.\d+\.(\d+\.\w+)\.1:(\w+:\w+):/.exec(line);
      return [`${row} ${column}`, kind];
    }));
    const theirs = kinds(await haproxy.say("show stat typed"));
    for (const [column, kind] of kinds(await stickler.say("show stat typed"))) {
      assert.ok(theirs.has(column), column);
      // HAProxy calls these of backends differently than of servers.
      if (/^B .*\.(act|bck|rate|rate_max)$/.test(column)) continue;
      assert.equal(kind, theirs.get(column), column);
    }
  });

besideHaproxy("show info has HAProxy's names in its order", async (stickler, haproxy) => {
  const names = (text) => text.trim().split("\n").map((line) => line.split(":")[0]);
  const theirs = names(await haproxy.say("show info"));
  const ours = names(await stickler.say("show info"));
  assert.deepEqual(ours, theirs.filter((name) => ours.includes(name)));
  const kinds = (text) => text.trim().split("\n").map((line) => line.split(":").slice(0, 3).join());
  const known = new Set(kinds(await haproxy.say("show info typed")));
  const typed = kinds(await stickler.say("show info typed"));
  assert.deepEqual(typed.filter((kind) => !known.has(kind)), []);
});

besideHaproxy("show servers state has HAProxy's columns", async (stickler, haproxy) => {
  const shape = (text) => text.trim().split("\n").slice(0, 2);
  assert.deepEqual(shape(await stickler.say("show servers state")),
    shape(await haproxy.say("show servers state")));
});

besideHaproxy("show servers conn has HAProxy's columns", async (stickler, haproxy) => {
  const shape = async ({ say }) => {
    const [head, first] = (await say("show servers conn server-pro")).split("\n");
    // "idle_per_thr[2]": as many numbers as there are threads.
    const [, threads] = /\[(\d+)\]$/.exec(head);
    const [name, ids, address, port, none, ...numbers] = first.split(" ");
    assert.match(`${ids} ${port}`, /^\d+\/\d+ \d+$/);
    assert.ok(numbers.every((it) => /^-?\d+$/.test(it)), first);
    return [head.replace(`[${threads}]`, ""), name, address, none, numbers.length - threads];
  };
  assert.deepEqual(await shape(stickler), await shape(haproxy));
});

forEachBalancer("a request under way is a connection in use", async (t, kind) => {
  const order = deferred();
  const server = await RawServer.start(t, async (side) => {
    await side.request();
    await order.promise;
    side.answer();
  });
  const { say, connect } = await world(t, kind, {
    servers: [{ name: "s1", port: server.port }], check: null,
  });
  const client = await connect();
  client.request("GET /slow");
  await server.requests.at(0);
  assert.match(await say("show servers conn"), new RegExp(
    `^server-pro/s1 \\d+/\\d+ 127\\.0\\.0\\.1 ${server.port} - \\d+ 1 1 `, "m"));
  order.resolve();
  assert.equal((await client.response()).status, 200);
});

besideHaproxy("show stat json and show info json have HAProxy's members",
  async (stickler, haproxy) => {
    const members = (value) => (typeof value !== "object" || value === null ? typeof value
      : Object.fromEntries(Object.entries(value).map(([name, it]) => [name, members(it)])));
    const first = async ({ say }) => ({
      stat: members(JSON.parse(await say("show stat json"))[0][0]),
      info: members(JSON.parse(await say("show info json"))[0]),
    });
    assert.deepEqual(await first(stickler), await first(haproxy));
  });

forEachBalancer("requests are counted under HAProxy's names", async (t, kind) => {
  const here = await world(t, kind);
  await request(here, 3, ["Cookie: N=s1"]);
  await request(here, 1);
  const rows = await here.rows();
  assert.deepEqual(pick(find(rows, "s1"), [
    "status", "weight", "act", "bck", "type", "check_rise", "check_fall", "check_health",
    "check_code", "econ", "eresp", "wretr", "wredis", "cli_abrt", "srv_abrt", "hrsp_5xx", "mode",
    "cookie", "addr",
    "throttle", "ereq", "qcur", "scur",
  ]), {
    status: "UP", weight: "1", act: "1", bck: "0", type: "2", check_rise: "2", check_fall: "3",
    check_health: "4", check_code: "200", econ: "0", eresp: "0", wretr: "0", wredis: "0",
    cli_abrt: "0", srv_abrt: "0", hrsp_5xx: "0", mode: "http", cookie: "s1",
    addr: `127.0.0.1:${here.servers[0].port}`, throttle: "", ereq: "", qcur: "0", scur: "0",
  });
  const backend = find(rows, "BACKEND");
  const columns = ["pxname", "status", "act", "stot", "hrsp_2xx", "lbtot", "algo"];
  assert.deepEqual(pick(backend, columns), {
    pxname: "server-pro", status: "UP", act: "2", stot: "4", hrsp_2xx: "4", lbtot: "1",
    algo: "roundrobin",
  });
  const sum = (name) => Number(find(rows, "s1")[name]) + Number(find(rows, "s2")[name]);
  assert.equal(sum("stot"), 4);
  assert.equal(sum("lbtot"), 1);
  const listeners = rows.filter((row) => row.svname === "FRONTEND");
  assert.ok(listeners.some((row) => row.req_tot === "4" && row.status === "OPEN"));
});

forEachBalancer("what went wrong is counted, too", async (t, kind) => {
  const here = await world(t, kind, { check: null });
  const mark = here.balancer.log.mark();
  const client = await here.connect();
  client.send("G@T / HTTP/1.1\r\n\r\n");
  assert.equal((await client.response()).status, 400);
  await here.balancer.log.waitFor(/<BADREQ>/, { since: mark });
  assert.ok((await here.rows()).some((row) => row.svname === "FRONTEND" && row.ereq === "1"));
});

const kStates = [
  ["set server server-pro/s1 state drain", "DRAIN", "2 8"],
  ["set server server-pro/s1 state maint", "MAINT", "0 1"],
  ["set server server-pro/s1 state ready", /^UP/, "2 0"],
];

forEachBalancer("states have HAProxy's words and numbers", async (t, kind) => {
  const { say, rows } = await world(t, kind);
  for (const [command, status, numbers] of kStates) {
    await say(command);
    assert.match(find(await rows(), "s1").status, new RegExp(status), command);
    const text = await say("show servers state server-pro");
    const [, shown] = / s1 127\.0\.0\.1 (\d \d) 1 1 /.exec(text);
    assert.equal(shown, numbers, command);
  }
});

forEachBalancer("a server that is down is", async (t, kind) => {
  const here = await world(t, kind, { check: { ...kCheck, fall: 2 } });
  here.servers[1].stop();
  await here.balancer.waitForDown("s2");
  const row = find(await here.rows(), "s2");
  assert.deepEqual(pick(row, ["status", "chkdown", "check_health", "check_code"]),
    { status: "DOWN", chkdown: "1", check_health: "0", check_code: "" });
  assert.match(row.check_status, /L4CON|L7RSP|L4TOUT/);
  assert.equal(find(await here.rows(), "BACKEND").act, "1");
  assert.match(await here.say("show servers state"), / s2 127\.0\.0\.1 0 0 1 1 \d+ \d+ 2 0 6 /);
});

forEachBalancer("a backend is DOWN while nobody in it takes new sessions", async (t, kind) => {
  const { say, rows } = await world(t, kind);
  const status = async () => find(await rows(), "BACKEND").status;
  const both = async (what) => {
    for (const name of ["s1", "s2"]) await say(`set server server-pro/${name} ${what}`);
  };
  assert.equal(await status(), "UP");
  await both("state drain");
  assert.equal(await status(), "DOWN");
  await both("state ready");
  assert.equal(await status(), "UP");
  await both("weight 0");
  assert.equal(await status(), "DOWN");
  await say("set server server-pro/s2 weight 1");
  assert.equal(await status(), "UP");
});

forEachBalancer("filters are HAProxy's", async (t, kind) => {
  const { say, rows } = await world(t, kind, { check: null });
  const names = async (line) => statRows(await say(line)).map((row) => row.svname);
  assert.deepEqual(await names("show stat server-pro 4 -1"), ["s1", "s2"]);
  assert.deepEqual(await names("show stat server-pro 2 -1"), ["BACKEND"]);
  const { iid, sid } = find(await rows(), "s2");
  assert.deepEqual(await names(`show stat ${iid} 4 ${sid}`), ["s2"]);
  await say("set server server-pro/s2 state maint");
  assert.deepEqual(await names("show stat server-pro 4 -1 up"), ["s1"]);
  assert.deepEqual(await names("show stat -1 4 -1 no-maint"), ["s1"]);
  assert.equal(await say("show stat nobody 4 -1"), "No such proxy.\n\n");
  assert.equal(await say("show servers state nobody"), "Can't find backend.\n\n");
  assert.equal(await say("show servers conn nobody"), "Can't find backend.\n\n");
  const also = kind === "haproxy" ? "redirect\n" : ""; // a `listen`
  assert.equal(await say("show backend"), `# name\n${also}server-pro\n\n`);
});

forEachBalancer("an open request is a session", async (t, kind) => {
  const order = deferred();
  const server = await RawServer.start(t, async (side) => {
    await side.request();
    await order.promise;
    side.answer();
  });
  const { say, connect } = await world(t, kind, {
    servers: [{ name: "s1", port: server.port }], check: null,
  });
  const client = await connect();
  client.request("GET /slow");
  await server.requests.at(0);
  const { localPort } = client.socket;
  assert.match(await say("show sess"), new RegExp(
    `^0x[0-9a-f]+: proto=tcpv4 src=127.0.0.1:${localPort} fe=\\S+ be=server-pro srv=s1 ` +
    ".*\\bage=\\d+s ", "m"));
  if (kind === "stickler") {
    assert.match(await say("show sess"), /state=response request="GET \/slow HTTP\/1.1" reason="/);
  }
  order.resolve();
  assert.equal((await client.response()).status, 200);
});

// A line that breaks, bytes that are none of a text, a line that is too long for one.
const kBad = Buffer.from(
  `G@T / HTTP/1.1\r\nHost: a\r\nX: ${"a".repeat(90)}\t\\\x01\x1b\x7f\xff\r\n\r\n`, "latin1");

besideHaproxy("show errors dumps a bad request as HAProxy does", async (stickler, haproxy) => {
  const dumps = [];
  for (const { connect, say } of [stickler, haproxy]) {
    const client = await connect();
    client.send(kBad);
    assert.equal((await client.response()).status, 400);
    const text = await say("show errors -1 request");
    assert.match(text, new RegExp(
      "^Total events captured on \\[\\d\\d/\\w+/\\d{4}:[\\d:.]+\\] : 1\n \n" +
      "\\[\\d\\d/\\w+/\\d{4}:[\\d:.]+\\] frontend [\\w-]+ \\(#\\d+\\): invalid request\n" +
      "  backend <NONE> \\(#-1\\), server <NONE> \\(#-1\\), event #0, src 127\\.0\\.0\\.1:\\d+\n"));
    assert.match(text, /\blen \d+, .*error at position 1\n/);
    dumps.push(text.slice(text.indexOf("\n  00000  ")));
  }
  assert.equal(dumps[0], dumps[1]);
});

forEachBalancer("a bad answer is an error of its server", async (t, kind) => {
  const server = await RawServer.start(t, async (side) => {
    await side.request();
    side.send("HTTP/1.1 2x0 OK\r\n\r\n");
  });
  const { say, connect } = await world(t, kind, {
    servers: [{ name: "s1", port: server.port }], check: null,
  });
  const client = await connect();
  assert.equal((await client.request("POST /", ["Content-Length: 0"]).response()).status, 502);
  const text = await say("show errors -1 response");
  assert.match(text, new RegExp("\\] backend server-pro \\(#\\d+\\): invalid response\n" +
    "  frontend \\S+ \\(#\\d+\\), server s1 \\(#\\d+\\), event #\\d+, src 127"));
  assert.match(text, /error at position \d+\n/);
  assert.match(text, /\n {2}00000 {2}HTTP\/1\.1 2x0 OK\\r\\n\n/);
  assert.doesNotMatch(await say("show errors -1 request"), /invalid response/);
  assert.equal(await say("show errors nobody"), "No such proxy.\n\n");
});

onlyStickler("show config says each setting with its place, also after a reload", async (t) => {
  const { say, balancer } = await world(t, "stickler", { check: null });
  const line = async (path) =>
    (await say("show config")).split("\n").find((it) => it.startsWith(`${path} = `));
  const limit = await line("timeouts.server");
  assert.match(limit, /^timeouts.server = "10s" {2}# \S+stickler\.conf:\d+$/);
  assert.equal(await line("backends.server-pro.timeouts.server"),
    'backends.server-pro.timeouts.server = "10s"  # derived');
  assert.equal(await line("timeouts.tunnel_age"), 'timeouts.tunnel_age = "off"  # default');
  await balancer.reload({ timeouts: { server: "11s" } });
  assert.match(await line("timeouts.server"), /"11s"/);
});

onlyStickler("events tell what has happened, and which session moved", async (t) => {
  const here = await world(t, "stickler", { check: null });
  await here.say("set server server-pro/s1 state maint");
  await request(here, 1, ["Cookie: N=s1"], "/moved");
  const [newest, ...older] = (await here.say("show events")).trim().split("\n");
  assert.match(newest,
    /^\[[^\]]+\] move a session of server-pro moved from s1 to s2: .*GET \/moved/);
  assert.ok(older.some((line) => /\] info server server-pro\/s1 is set to MAINT/.test(line)));
});

onlyStickler("tunnels can be ended without taking the server out", async (t) => {
  const server = await RawServer.start(t, async (side) => {
    await side.requestHead();
    side.send("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  });
  const { say, connect, rows } = await world(t, "stickler", {
    servers: [{ name: "s1", port: server.port }], check: null,
  });
  const client = await connect();
  client.request("GET /", ["Connection: Upgrade", "Upgrade: x"]);
  assert.equal((await client.response()).status, 101);
  assert.match(await say("show sess"), / srv=s1 .* state=tunnel /);
  assert.equal(await say("shutdown sessions server server-pro/s1"), "\n");
  await client.expectClose();
  assert.equal(find(await rows(), "s1").status, "no check");
});

onlyStickler("what HAProxy has and Stickler has not is refused with a sentence", async (t) => {
  const { say } = await world(t, "stickler", { check: null });
  assert.match(await say("set server s1 health down"), /^'set server <srv> health' is not there: /);
  assert.match(await say("clear counters"), /^Counters are not cleared/);
  assert.match(await say("show servers"),
    /^Unknown command: 'show'.*\n[^]* {2}show servers state /);
});

onlyStickler("a conversation shows one thing after the other until exit", async (t) => {
  const runtime = runtimeSocket(t);
  await startBalancer(t, "stickler", {
    servers: await namedServers(t, ["s1"]), check: null, ...runtime.settings,
  });
  const talk = net.connect(runtime.path);
  t.after(() => talk.destroy());
  talk.setEncoding("utf8");
  let heard = "";
  talk.on("data", (text) => (heard += text));
  talk.write("prompt\nshow version; show backend\nexit\n");
  await once(talk, "end");
  assert.match(heard, /^> \d+\.\d+\.\d+\n\n# name\nserver-pro\n\n> $/);
});
