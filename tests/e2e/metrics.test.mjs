// SPDX-License-Identifier: MIT
// /metrics, as Prometheus sees it and beside HAProxy's exporter.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { isAccessLine } from "./harness/access_lines.mjs";
import { balancers, startHaproxy, startStickler } from "./harness/balancer.mjs";
import { Browser } from "./harness/browser.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort } from "./harness/ports.mjs";
import {
  complaintsOf, complaintsOfRules, parseMetrics, Prometheus,
} from "./harness/prometheus.mjs";
import { RawServer, upgrades } from "./harness/raw_server.mjs";
import { onlyStickler, scenario } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { haproxyConfig } from "./harness/settings.mjs";
import { RawClient } from "./harness/wire.mjs";

// Stickler with its metrics at a listener of their own, `exporter`, behind which there is nothing.
async function stickler(t, { metrics = {}, edit = () => {}, ...settings }) {
  const exporter = await freePort();
  const balancer = await startStickler(t, {
    check: null,
    ...settings,
    edit: (config) => {
      config.listeners.exporter = {
        bind: `127.0.0.1:${exporter}`,
        metrics: { uri: "/metrics", ...metrics },
      };
      edit(config);
    },
  });
  return Object.assign(balancer, { exporter });
}

// HAProxy likewise.
async function haproxy(t, settings) {
  const exporter = await freePort();
  const ports = { redirect: await freePort(), https: await freePort(), plain: await freePort() };
  const lines = [
    "frontend exporter",
    `bind 127.0.0.1:${exporter}`,
    "http-request use-service prometheus-exporter if { path /metrics }",
  ];
  const text = haproxyConfig({ check: null, ...settings }, ports) + `${lines.join("\n")}\n`;
  return Object.assign(await startHaproxy(t, { text, ports }), { exporter });
}

async function metricsOf({ exporter }, options) {
  return fetch(`http://127.0.0.1:${exporter}/metrics`, options);
}

const textOf = async (balancer) => (await metricsOf(balancer)).text();
const familiesOf = async (balancer) => parseMetrics(await textOf(balancer));

// One sample's value; labels that are not named do not matter.
function valueOf(families, name, labels = {}) {
  const fits = (sample) => Object.entries(labels).every(([key, at]) => sample.labels[key] === at);
  const found = (families.get(name)?.samples ?? []).filter(fits);
  assert.equal(found.length, 1, `${name} ${JSON.stringify(labels)}`);
  return found[0].value;
}

const kApp = { proxy: "server-pro" };

async function visit(t, balancer, times) {
  const browser = new Browser(t, balancer.plainUrl);
  for (let i = 0; i < times; ++i) await browser.get("/page");
}

// Puts a stick table before the server.
function stickByParameter(config) {
  config.tables = { projects: { entries: 500 } };
  config.backends["server-pro"].stick = { table: "projects", key: { query: "k" } };
}

// ---- Prometheus ----

onlyStickler("promtool has nothing to say against metrics of every kind", async (t) => {
  const echoes = upgrades(async (wire) => void wire.socket.pipe(wire.socket));
  const echo = await RawServer.start(t, echoes);
  const [s1] = await namedServers(t, ["s1"]);
  const servers = [{ name: s1.name, port: s1.port }, { name: "gone", port: await freePort() }];
  const balancer = await stickler(t, {
    servers,
    check: { http: "HEAD /status", interval: "100ms", rise: 1, fall: 1 },
    startsDown: ["gone"],
    edit: (config) => {
      config.backends.tunnels = { servers: { only: { address: `127.0.0.1:${echo.port}` } } };
      config.backends.tunnels.check = { off: true };
      config.listeners.plain.routes = { ws: { path: "/ws", backend: "tunnels" } };
      stickByParameter(config);
    },
  });
  await visit(t, balancer, 3);
  await new Browser(t, balancer.httpsUrl, { ca: balancer.ca }).get("/page");
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  const kUpgrade = ["Connection: Upgrade", "Upgrade: websocket"];
  assert.equal((await client.request("GET /ws", kUpgrade).response()).status, 101);
  const text = await textOf(balancer);
  assert.equal(complaintsOf(text), "");
  const families = parseMetrics(text);
  assert.equal(valueOf(families, "stickler_server_open_tunnels", { server: "only" }), 1);
  assert.equal(valueOf(families, "haproxy_server_status", { server: "gone", state: "DOWN" }), 1);
  const expiry = "stickler_frontend_certificate_expiry_timestamp_seconds";
  assert.ok(valueOf(families, expiry, { proxy: "https" }) > Date.now() / 1000);
});

// Three reads: the first may have begun before now, and a read is kept when the next begins.
async function scraped(balancer) {
  const reads = () => balancer.log.entries.filter((line) => / "GET \/metrics /.test(line)).length;
  const before = reads();
  await balancer.log.waitFor(() => reads() >= before + 3);
}

onlyStickler("Prometheus reads it, and knows how many requests there were", async (t) => {
  const servers = await namedServers(t, ["s1", "s2"]);
  const balancer = await stickler(t, { servers, workers: 2 });
  const prometheus = await Prometheus.start(t, balancer.exporter);
  await Promise.all([visit(t, balancer, 4), visit(t, balancer, 3)]);
  await scraped(balancer);
  assert.equal(await prometheus.value("up"), 1);
  const total = `haproxy_backend_http_requests_total{proxy="server-pro"}`;
  assert.equal(await prometheus.value(total), 7);
  assert.equal(await prometheus.value("sum(haproxy_server_sessions_total)"), 7);
  assert.equal(await prometheus.value(`sum(haproxy_server_http_responses_total{code="2xx"})`), 7);
  const slowest = "histogram_quantile(1, stickler_backend_total_duration_seconds_bucket)";
  assert.ok((await prometheus.value(slowest)) > 0);
  await visit(t, balancer, 2);
  await scraped(balancer);
  assert.equal(await prometheus.value(total), 9);
});

function passwords(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-passwords-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "passwords");
  writeFileSync(file, "prometheus:secret\n", { mode: 0o600 });
  return file;
}

onlyStickler("Prometheus reads it with a password, and not with another one", async (t) => {
  const servers = await namedServers(t, ["s1"]);
  const balancer = await stickler(t, { servers, metrics: { password_file: passwords(t) } });
  const start = (password) =>
    Prometheus.start(t, balancer.exporter, { basic_auth: { username: "prometheus", password } });
  const right = await start("secret");
  const wrong = await start("guessed");
  const reads = (status) => balancer.log.waitFor(new RegExp(` ${status} \\d+ .*"GET /metrics `));
  await Promise.all([reads(200), reads(401)]);
  await visit(t, balancer, 5);
  await scraped(balancer);
  await scraped(balancer);
  assert.equal(await right.value("up"), 1);
  assert.equal(await right.value("haproxy_frontend_http_requests_total{proxy='plain'}"), 5);
  assert.equal(await wrong.value("up"), 0);
  assert.deepEqual(await wrong.query("haproxy_frontend_http_requests_total"), []);
});

// ---- the page ----

onlyStickler("it says in which format it is, and that nobody should keep it", async (t) => {
  const balancer = await stickler(t, { servers: await namedServers(t, ["s1"]) });
  const answer = await metricsOf(balancer);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(answer.headers.get("cache-control"), /no-cache/);
  const head = await metricsOf(balancer, { method: "HEAD" });
  assert.deepEqual([head.status, await head.text()], [200, ""]);
  assert.equal((await metricsOf(balancer, { method: "POST" })).status, 405);
});

onlyStickler("stick tables are told by HAProxy's names and ours; without any there is nothing",
  async (t) => {
    const servers = await namedServers(t, ["s1", "s2"]);
    const balancer = await stickler(t, { servers, cookie: null, edit: stickByParameter });
    const browser = new Browser(t, balancer.plainUrl);
    for (const key of ["a", "a", "a", "b"]) await browser.get(`/?k=${key}`);
    const families = await familiesOf(balancer);
    const value = (name) => valueOf(families, name, { name: "projects", type: "string" });
    assert.equal(value("haproxy_sticktable_size"), 500);
    assert.equal(value("haproxy_sticktable_used"), 2);
    assert.equal(value("stickler_sticktable_hits_total"), 2);
    assert.equal(value("stickler_sticktable_misses_total"), 2);
    assert.equal(value("stickler_sticktable_claims_total"), 2);
    assert.equal(value("stickler_sticktable_shared"), 0);
    assert.ok([...families.keys()].every((name) => !name.startsWith("stickler_redis_")));
    const without = await familiesOf(await stickler(t, { servers }));
    assert.ok([...without.keys()].every((name) => !name.includes("sticktable")));
  });

onlyStickler("a reload keeps what was counted", async (t) => {
  const servers = await namedServers(t, ["s1"]);
  const balancer = await stickler(t, { servers });
  await visit(t, balancer, 4);
  const before = await familiesOf(balancer);
  assert.match(await balancer.reload({ timeouts: { server: "9s" } }), /reloaded in/);
  await visit(t, balancer, 2);
  const after = await familiesOf(balancer);
  const requests = ["haproxy_backend_http_requests_total", kApp];
  assert.deepEqual([valueOf(before, ...requests), valueOf(after, ...requests)], [4, 6]);
  const reloaded = ["stickler_config_last_reload_timestamp_seconds"];
  assert.ok(valueOf(after, ...reloaded) > valueOf(before, ...reloaded));
  assert.match(await balancer.reloadText("nonsense"), /not reloaded/);
  assert.equal(valueOf(await familiesOf(balancer), "stickler_config_last_reload_successful"), 0);
});

const documentation = () =>
  readFileSync(new URL("../../docs/metrics.md", import.meta.url), "utf8");

// As "name type". A row's name may have a star, for each of what is in the row's second cell.
function documentedFamilies() {
  const row = /^\| `((?:haproxy|stickler)_[\w*]+)` \| ([a-z, ]+) \| (\w+) \|/gm;
  return [...documentation().matchAll(row)].flatMap(([, name, scopes, type]) =>
    scopes.split(", ").map((scope) => `${name.replace("*", scope)} ${type}`));
}

onlyStickler("docs/metrics.md has every family, and no other", async (t) => {
  const check = { http: "HEAD /status", interval: "100ms", rise: 1, fall: 1 };
  const servers = await namedServers(t, ["s1"]);
  const edit = (config) => {
    stickByParameter(config);
    config.tables.projects.shared = true; // through a Redis that is not there
    config.redis = { address: "127.0.0.1:1" };
    config.clusters = { bases: { etcd: "http://127.0.0.1:1" } }; // nor is this
    config.backends.nodes = { cluster: "bases" };
  };
  const balancer = await stickler(t, { servers, check, edit });
  const told = [...await familiesOf(balancer)].map(([name, { type }]) => `${name} ${type}`);
  // There is nothing to tell of these without a limit, without a drain, or without a node.
  const always = (family) => !/_server_limit_sessions|_drain_|_cluster_node_/.test(family);
  assert.deepEqual(documentedFamilies().filter(always).sort(), told.sort());
});

scenario("the alert rules of docs/metrics.md are rules, and about families that there are", () => {
  const [, rules] = /^```\n(groups:[^`]*)```/m.exec(documentation());
  assert.equal(complaintsOfRules(rules), "");
  const known = documentedFamilies().map((family) => family.split(" ")[0]);
  const used = rules.match(/\b(haproxy|stickler)_\w+/g);
  assert.deepEqual(used.filter((name) => !known.includes(name)), []);
});

// ---- beside HAProxy ----

const labelNames = ({ samples }) =>
  [...new Set(samples.map(({ labels }) => Object.keys(labels).sort().join(",")))].sort();

scenario("what has a name of HAProxy's exporter has its type and labels", async (t) => {
  if (balancers().length < 2) return t.skip("needs both balancers");
  const [s1] = await namedServers(t, ["s1"]);
  const servers = [{ name: s1.name, port: s1.port, maxconn: 9 },
                   { name: "gone", port: await freePort() }];
  const check = { http: "HEAD /status", interval: "100ms", rise: 1, fall: 1 };
  const familiesWhenChecked = async (start) => {
    const balancer = await start(t, {
      servers, check, startsDown: ["gone"], edit: stickByParameter,
      haproxy: { backend: ["stick-table type string len 64 size 500", "stick on url_param(k)"] },
    });
    await balancer.waitForDown("gone");
    return familiesOf(balancer);
  };
  const theirs = await familiesWhenChecked(haproxy);
  const ours = await familiesWhenChecked(stickler);
  const shared = [...ours.keys()].filter((name) => name.startsWith("haproxy_"));
  for (const name of shared) {
    assert.ok(theirs.has(name), `HAProxy has no ${name}`);
    assert.equal(ours.get(name).type, theirs.get(name).type, name);
    assert.deepEqual(labelNames(ours.get(name)), labelNames(theirs.get(name)), name);
  }
  assert.ok(shared.length > 100, `${shared.length} families`);
});

// What the server does with a path.
async function behave(side) {
  for (;;) {
    const { target } = await side.request();
    if (target.startsWith("/closes")) return side.wire.halfClose();
    if (target.startsWith("/junk")) return side.send("junk\r\n\r\n").wire.halfClose();
    if (target.startsWith("/silent")) return;
    if (target.startsWith("/half")) return side.send(kHalf).wire.halfClose();
    if (target.startsWith("/endless")) return side.send(kEndless).send(Buffer.alloc(20_000_000));
    const [, status = "200 OK"] = /\?(.+)/.exec(decodeURIComponent(target)) ?? [];
    side.answer("x".repeat(5000), { status });
  }
}

const kHalf = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nnot all of them";
const kEndless = "HTTP/1.1 200 OK\r\nContent-Length: 99000000\r\n\r\n";

const kSession = (server) => [`Cookie: server-pro-ha=${server}`];

// Requests on connections of their own.
const kRequests = [
  ...Array(5).fill(["GET /page", kSession("s1")]),
  ["GET /missing?404%20Not%20Found", kSession("s1")],
  ["GET /moved?301%20Moved", kSession("s1")],
  ["POST /compile?500%20Error", [...kSession("s1"), "Content-Length: 3000"], "a".repeat(3000)],
  ["GET /page"],
  ["GET /session", kSession("nobody")],
  ["GET /session", kSession("gone")], // nobody listens there: redispatched
  ["POST /closes", [...kSession("s1"), "Content-Length: 0"]],
  ["POST /junk", [...kSession("s1"), "Content-Length: 0"]],
  ["POST /silent", [...kSession("s1"), "Content-Length: 0"]],
  ["GET /bad", ["Bad Name: x"]],
  ["GET /half", kSession("s1")],
];
// How much of the answer is sent before the client goes depends on who is faster.
const kAborted = ["GET /endless", kSession("s1")];

async function measured(t, start, frontend) {
  const server = await RawServer.start(t, behave);
  const servers = [{ name: "s1", port: server.port }, { name: "gone", port: await freePort() }];
  const timeouts = { server: "1s" };
  const balancer = await start(t, { servers, balance: "first", timeouts });
  const lines = () => balancer.log.entries.filter(isAccessLine);
  const ask = async (requests) => {
    const before = lines().length;
    for (const [line, fields = [], body] of requests) {
      const client = await RawClient.connect(t, { port: balancer.ports.plain });
      await client.request(line, fields, body).readHead();
      client.reset();
    }
    await balancer.log.waitFor(() => lines().length === before + requests.length);
    return familiesOf(balancer);
  };
  const bytes = await ask(kRequests);
  let all = await ask([kAborted]);
  // The line in the log comes before the end of the connection.
  const open = () => valueOf(all, "haproxy_frontend_current_sessions", { proxy: frontend });
  while (open() > 0) all = await familiesOf(balancer);
  return { bytes, all };
}

const kCodes = ["1xx", "2xx", "3xx", "4xx", "5xx", "other"];
// Families whose values are the same; by frontend, backend and server.
const kSame = {
  frontend: ["connections_total", "sessions_total", "http_requests_total", "request_errors_total",
             "requests_denied_total", "intercepted_requests_total", "current_sessions"],
  backend: ["http_requests_total", "sessions_total", "retry_warnings_total",
            "redispatch_warnings_total", "connection_errors_total", "response_errors_total",
            "client_aborts_total", "server_aborts_total", "loadbalanced_total", "current_queue",
            "current_sessions", "max_queue", "active_servers", "backup_servers", "weight"],
  server: ["sessions_total", "retry_warnings_total", "redispatch_warnings_total",
           "connection_errors_total", "response_errors_total", "client_aborts_total",
           "server_aborts_total", "loadbalanced_total", "current_sessions", "weight"],
};

// HAProxy uses no kept connection for a client's first request, so only the sum is the same.
function tries(families, scope, labels) {
  const [made, reused] = ["attempts", "reuses"].map((what) =>
    valueOf(families, `haproxy_${scope}_connection_${what}_total`, labels));
  return made + reused;
}

// All numbers that are to be the same, by their names. `frontend`: what the balancer calls it.
function numbersOf(families, frontend) {
  const numbers = {};
  const note = (scope, name, labels) => {
    const text = [scope, labels.server, name, labels.code].filter(Boolean).join(" ");
    numbers[text] = valueOf(families, `haproxy_${scope}_${name}`, labels);
  };
  const places = [["frontend", { proxy: frontend }], ["backend", kApp],
                  ["server", { ...kApp, server: "s1" }], ["server", { ...kApp, server: "gone" }]];
  for (const [scope, labels] of places) {
    for (const name of kSame[scope]) note(scope, name, labels);
    for (const code of kCodes) note(scope, "http_responses_total", { ...labels, code });
    if (scope === "frontend") continue;
    numbers[`${scope} ${labels.server ?? ""} tries`] = tries(families, scope, labels);
  }
  return numbers;
}

// Heads differ by a field or two.
function assertAboutAsManyBytes(ours, theirs) {
  for (const what of ["bytes_in_total", "bytes_out_total"]) {
    for (const [scope, own, other] of [
      ["frontend", { proxy: "plain" }, { proxy: "server-pro" }],
      ["backend", kApp, kApp],
      ["server", { server: "s1" }, { server: "s1" }],
    ]) {
      const name = `haproxy_${scope}_${what}`;
      const [here, there] = [valueOf(ours, name, own), valueOf(theirs, name, other)];
      assert.ok(Math.abs(here / there - 1) < 0.1, `${name}: ${here}, HAProxy: ${there}`);
    }
  }
}

scenario("the same requests give the same numbers as in HAProxy's exporter", async (t) => {
  if (balancers().length < 2) return t.skip("needs both balancers");
  const ours = await measured(t, stickler, "plain");
  const theirs = await measured(t, haproxy, "server-pro");
  assert.deepEqual(numbersOf(ours.all, "plain"), numbersOf(theirs.all, "server-pro"));
  assertAboutAsManyBytes(ours.bytes, theirs.bytes);
});
