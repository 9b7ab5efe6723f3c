// SPDX-License-Identifier: MIT
// The statistics page and its JSON: real requests to real servers, and what is said of them.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { Browser, stickySession } from "./harness/browser.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { Program } from "./harness/program.mjs";
import { RawServer, upgrades } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

const kUpgrade = ["Connection: Upgrade", "Upgrade: websocket"];

function newFolder(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-stats-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Servers s1 and s2 behind Stickler with the page at /haproxy of `plain`; `stats` adds to it.
async function world(t, { stats = {}, servers, ...settings } = {}) {
  servers ??= await namedServers(t, ["s1", "s2"]);
  const edit = (config) => (config.listeners.plain.stats = { uri: "/haproxy", ...stats });
  const balancer = await startStickler(t, { servers, workers: 2, edit, ...settings });
  const viewer = new Browser(t, balancer.plainUrl);
  const read = async () => (await viewer.get("/haproxy;json")).json;
  return { balancer, servers, viewer, read };
}

const named = (list, name) => list.find((each) => each.name === name);
const serverOf = (stats, name) => named(stats.backends[0].servers, name);

// What is read: text without tags.
const textOf = (html) => html.replace(/<style>.*<\/style>/s, "").replace(/<[^>]*>/g, " ")
  .replace(/\s+/g, " ");

onlyStickler("the page is nowhere unless it is configured", async (t) => {
  const [server] = await namedServers(t, ["s1"]);
  const balancer = await startStickler(t, { servers: [server] });
  const browser = new Browser(t, balancer.plainUrl);
  for (const target of ["/haproxy", "/haproxy;csv", "/haproxy?stats"]) {
    assert.equal((await browser.get(target)).json.url, target);
  }
});

onlyStickler("requests are counted at their listener, backend and server", async (t) => {
  const { balancer, read, viewer } = await world(t);
  const session = await stickySession(t, balancer, { url: balancer.plainUrl });
  for (let i = 0; i < 4; ++i) await session.post("/", "x".repeat(1000));
  const stats = await read();
  const server = serverOf(stats, session.server);
  assert.equal(server.counts.requests, 5);
  assert.equal(server.counts.responses_2xx, 5);
  assert.ok(server.counts.bytes_in > 4000);
  assert.equal(server.sessions, 1);
  assert.equal(server.recent_responses.count, 5);
  assert.equal(stats.backends[0].counts.requests, 5);
  assert.equal(named(stats.listeners, balancer.listeners.plain).counts.requests, 5);
  assert.equal(named(stats.listeners, balancer.listeners.https).counts.requests, 0);
  assert.equal(serverOf(await read(), session.server).counts.requests, 5, "reading is no request");

  const html = await viewer.get("/haproxy");
  assert.equal(html.status, 200);
  assert.equal(html.headers["content-type"], "text/html; charset=utf-8");
  assert.match(textOf(html.text), new RegExp(`${session.server} 127.0.0.1:\\d+ ▲ UP`));
});

onlyStickler("a server that fails is shown as down, with its check's answer and who moved",
  async (t) => {
    const { balancer, servers, read, viewer } = await world(t);
    const session = await stickySession(t, balancer, { url: balancer.plainUrl });
    const [failed, other] = servers[0].name === session.server ? servers : [...servers].reverse();
    failed.stop();
    await balancer.waitForDown(failed.name);
    assert.equal((await session.get("/moved?to=another")).servedBy, other.name);

    const stats = await read();
    const { state, downtime, health } = serverOf(stats, failed.name);
    assert.deepEqual([state, health.state, health.went_down], ["down", "down", 1]);
    assert.ok(downtime > 0);
    assert.equal(health.last_failure.passed, false);
    assert.match(health.last_failure.text, /refused/);
    assert.deepEqual(health.checks.map(({ passed }) => passed).slice(-2), [false, false]);
    assert.ok(stats.warnings.some(({ text }) => text.includes(`${failed.name} has been down`)));
    assert.ok(stats.events.some(({ text }) => text.includes(`${failed.name} is DOWN`)));
    const { from, to, reason, request, session: key } = stats.moves[0];
    assert.match(key, /^[0-9a-f]{16}$/);
    assert.equal(stats.backends[0].sessions, 1);
    assert.deepEqual({ from, to, reason, request }, {
      from: failed.name, to: other.name, reason: `redispatched: ${failed.name} is down`,
      request: "GET /moved?to=another HTTP/1.1",
    });
    assert.equal(serverOf(stats, other.name).counts.moved_sessions, 1);

    const text = textOf((await viewer.get("/haproxy")).text);
    assert.match(text, new RegExp(`Warning server server-pro/${failed.name} has been down for`));
    assert.match(text, new RegExp(`${failed.name} → ${other.name} redispatched`));
    const up = textOf((await viewer.get("/haproxy;up")).text);
    assert.match(up, new RegExp(`${other.name} 127.0.0.1`));
    assert.doesNotMatch(up, new RegExp(`${failed.name} 127.0.0.1`));
  });

onlyStickler("a drain is shown with who is left, tunnels included", async (t) => {
  const socket = path.join(newFolder(t), "stickler.sock");
  const echo = upgrades(async (wire) => void wire.socket.pipe(wire.socket));
  const { port } = await RawServer.start(t, echo);
  const [other] = await namedServers(t, ["s2"]);
  const edit = (config) => {
    config.runtime = { socket };
    config.listeners.plain.stats = { uri: "/haproxy" };
  };
  const servers = [{ name: "s1", port }, other];
  const { balancer, read, viewer } = await world(t, { servers, check: null, edit });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  const cookie = "Cookie: server-pro-ha=s1";
  assert.equal((await client.request("GET /", [...kUpgrade, cookie]).response()).status, 101);
  const words = ["drain", "s1", "--within", "1h", "--socket", socket];
  const drain = new Program(t, "drain", kSticklerBinary, words);
  assert.deepEqual(await drain.expectExit(), { code: 0, signal: null });

  const { state, tunnels, drain: left } = serverOf(await read(), "s1");
  assert.deepEqual([state, tunnels, left.tunnels], ["drain", 1, 1]);
  assert.ok(left.until_limit > 3500 && left.until_limit <= 3600);
  assert.match(textOf((await viewer.get("/haproxy")).text),
    /server-pro\/s1 is draining: \d sessions?, 1 tunnel and 0 requests left; who is left moves in/);
  client.close();
});

onlyStickler("stick tables have their section: how full they are, and how often they knew a key",
  async (t) => {
    const edit = (config) => {
      config.listeners.plain.stats = { uri: "/haproxy" };
      config.tables = { projects: { entries: 500 }, "clients-by-address": {} };
      config.backends["server-pro"].stick = { table: "projects", key: { query: "k" } };
    };
    const { read, viewer } = await world(t, { cookie: null, edit });
    for (const key of ["a", "a", "a", "b"]) await viewer.get(`/?k=${key}`);
    const { tables, redis } = await read();
    const { size, used, shared, counts } = named(tables, "projects");
    assert.deepEqual({ size, used, shared }, { size: 500, used: 2, shared: false });
    assert.deepEqual([counts.hits, counts.misses, counts.claims], [2, 2, 2]);
    assert.deepEqual([tables.length, redis], [2, null]);
    const text = textOf((await viewer.get("/haproxy")).text);
    assert.match(text, / Stick tables Table .* projects 500 keys, idle 30 min 2 0\.4 % 2 2 2 0 /);
    const [narrowed, ...others] = (await viewer.get("/haproxy;json;scope=CLIENT")).json.tables;
    assert.deepEqual([narrowed.name, others], ["clients-by-address", []]);
  });

onlyStickler("where there is no stick table nothing is said of them", async (t) => {
  const { read, viewer } = await world(t);
  assert.doesNotMatch((await viewer.get("/haproxy")).text, /Stick tables/);
  const { tables, redis } = await read();
  assert.deepEqual([tables, redis], [[], null]);
});

onlyStickler("the page is at its path to the letter, and nowhere else", async (t) => {
  const { viewer } = await world(t);
  for (const target of ["/haproxy/", "/haproxyx", "/haproxy%3Bcsv", "/Haproxy", "/x/haproxy"]) {
    assert.equal((await viewer.get(target)).json.url, target);
  }
  for (const target of ["/haproxy", "/haproxy;", "/haproxy;nonsense", "/haproxy?stats"]) {
    assert.match((await viewer.get(target)).text, /^<!DOCTYPE html>/);
  }
});

onlyStickler("the page answers HEAD, and nothing that would change something", async (t) => {
  const { viewer, balancer } = await world(t);
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  client.send("HEAD /haproxy HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\n\r\n");
  const head = await client.readHead();
  assert.ok(Number(head.get("content-length")) > 1000);
  assert.match((await client.readHead()).start, / 200 /, "no body between the two");
  const posted = await viewer.post("/haproxy", "action=stop");
  assert.deepEqual([posted.status, posted.headers.allow], [405, "GET, HEAD"]);
});

onlyStickler("whoever has no password sees nothing of the page", async (t) => {
  const file = path.join(newFolder(t), "passwords");
  writeFileSync(file, "# who may look\nann:s3cret\n", { mode: 0o600 });
  const { viewer } = await world(t, { stats: { password_file: file } });
  const look = (password) => viewer.get("/haproxy;json", {
    headers: password && { authorization: `Basic ${btoa(password)}` },
  });
  for (const wrong of [undefined, "ann:S3cret", "ann:", "ann:s3cretx", ":"]) {
    const { status, headers, text } = await look(wrong);
    assert.equal(status, 401);
    assert.match(headers["www-authenticate"], /^Basic realm=/);
    assert.doesNotMatch(text, /server-pro/);
  }
  assert.equal((await look("ann:s3cret")).status, 200);
});

onlyStickler("the page belongs to no backend in the access log", async (t) => {
  const { viewer, balancer } = await world(t);
  await viewer.get("/haproxy;json");
  const { plain } = balancer.listeners;
  await balancer.log.waitFor(new RegExp(
    ` ${plain} ${plain}/<STATS> \\S+ 200 \\d+ - - LR-- .*"GET /haproxy;json `));
});

onlyStickler("a reload keeps what was counted, and is told", async (t) => {
  const { balancer, read, viewer } = await world(t);
  const session = await stickySession(t, balancer, { url: balancer.plainUrl });
  assert.match(await balancer.reload({ timeouts: { queue: "6s" } }), /reloaded in/);
  const { process, backends, listeners, events } = await read();
  assert.equal(serverOf({ backends }, session.server).counts.requests, 1);
  assert.equal(named(listeners, balancer.listeners.plain).counts.requests, 1);
  assert.equal(process.reload.ok, true);
  assert.match(process.reload.text, /timeouts.queue 5s → 6s/);
  assert.match(events[0].text, /reloaded in/);
  await balancer.reloadText("nonsense");
  const text = textOf((await viewer.get("/haproxy")).text);
  assert.match(text, /Error the last reload, .* changed nothing: \S+stickler.conf:1: error/);
});

onlyStickler("a page may be asked for while everything is in use", async (t) => {
  const { viewer } = await world(t);
  const answers = await Promise.all(Array.from({ length: 50 }, () => viewer.get("/haproxy")));
  assert.ok(answers.every(({ status, text }) => status === 200 && text.endsWith("</html>\n")));
});
