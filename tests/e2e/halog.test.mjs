// SPDX-License-Identifier: MIT
// HAProxy's own reader of its logs counts the same in ours: the same requests through both, and
// what halog says of the two logs side by side.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { balancers, startBalancer } from "./harness/balancer.mjs";
import { isAccessLine } from "./harness/access_lines.mjs";
import { freePort } from "./harness/ports.mjs";
import { RawServer } from "./harness/raw_server.mjs";
import { onlyStickler, scenario } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

// What the server does with a path.
async function behave(side) {
  for (;;) {
    const { method, target } = await side.request();
    if (target.startsWith("/closes")) return side.wire.halfClose();
    if (target.startsWith("/junk")) return side.send("junk\r\n\r\n").wire.halfClose();
    if (target.startsWith("/silent")) return;
    const [, status = "200 OK"] = /\?(.+)/.exec(decodeURIComponent(target)) ?? [];
    side.answer(method === "HEAD" ? "" : "hello", { status });
  }
}

const kSession = (server) => [`Cookie: server-pro-ha=${server}`];

// Requests on connections of their own, each with what the balancer is to log.
const kRequests = [
  ...Array(7).fill(["GET /page"]),
  ["GET /page?200%20OK"],
  ["GET /missing?404%20Not%20Found"],
  ["GET /missing?404%20Not%20Found"],
  ["GET /moved?301%20Moved"],
  ["POST /compile?500%20Error", ["Content-Length: 3"], "abc"],
  ["HEAD /page"],
  ["GET /session", kSession("s1")],
  ["GET /session", kSession("nobody")],
  ["GET /session", kSession("gone")], // nobody listens there: redispatched
  ["POST /closes", ["Content-Length: 0"]],
  ["POST /junk", ["Content-Length: 0"]],
  ["POST /silent", ["Content-Length: 0"]],
  ["GET /bad", ["Bad Name: x"]],
];

// The access lines of all these requests.
async function linesOf(t, kind) {
  const server = await RawServer.start(t, behave);
  const servers = [{ name: "s1", port: server.port }, { name: "gone", port: await freePort() }];
  const balancer = await startBalancer(t, kind, {
    servers, check: null, balance: "first", timeouts: { server: "300ms" },
  });
  for (const [line, fields = [], body] of kRequests) {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    await client.request(line, fields, body).readHead();
    client.close();
  }
  const lines = () => balancer.log.entries.filter(isAccessLine);
  await balancer.log.waitFor(() => lines().length === kRequests.length);
  // The harness gives HAProxy's listener and backend one name.
  return lines().map((line) => line.replace(" plain plain/", " server-pro server-pro/"));
}

// What halog says, and of its work; lines without what a syslog daemon puts before them have four
// fields fewer than it expects.
function halog(lines, options, skip = ["-s", "-4"]) {
  const input = lines.map((line) => `${line}\n`).join("");
  const run = spawnSync("/usr/sbin/halog", [...skip, ...options], { input, encoding: "utf8" });
  assert.equal(run.status, 0, run.stderr);
  return { report: run.stdout.trim().split("\n"), summary: run.stderr };
}

// Columns whose figures are no times and no bytes.
const columns = (...kept) => (row) => {
  const words = row.split(" ");
  return kept.map((at) => words.at(at)).join(" ");
};
const rows = (text) => text.filter((row) => !row.startsWith("#"));

const kReports = [
  { options: ["-c"] },
  { options: ["-st"] },
  { options: ["-tc"] },
  { options: ["-cc"] },
  { options: ["-srv"], keep: columns(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) },
  { options: ["-u"], keep: columns(0, 1, -1) },
  { options: ["-uc"], keep: columns(0, 1, -1) },
  { options: ["-ue"], keep: columns(0, 1, -1) },
  { options: ["-uto"], keep: columns(0, 1, -1) },
  { options: ["-uao"], keep: columns(0, 1, -1) },
  { options: ["-ubt"], keep: columns(0, 1, -1) },
  { options: ["-query", "-u"], keep: columns(0, 1, -1) },
  { options: ["-ic"], keep: columns(0, 1, -1) },
  { options: ["-H", "-c"] },
  { options: ["-e", "-c"] },
  { options: ["-E", "-c"] },
  { options: ["-hs", "400:499", "-c"] },
  { options: ["-HS", "200", "-c"] },
  { options: ["-tcn", "SH", "-c"] },
  { options: ["-TCN", "--", "-c"] },
  { options: ["-Q", "-c"] },
  { options: ["-rt", "200", "-st"] },
];

scenario("halog counts in Stickler's log what it counts in HAProxy's", async (t) => {
  if (balancers().length < 2) return t.skip("needs both balancers");
  const ours = await linesOf(t, "stickler");
  const theirs = await linesOf(t, "haproxy");
  for (const { options, keep = (row) => row } of kReports) {
    const told = (lines) => rows(halog(lines, options).report).map(keep).sort();
    assert.deepEqual(told(ours), told(theirs), `halog ${options.join(" ")}`);
    assert.ok(told(theirs).length > 0, `halog ${options.join(" ")}`);
  }
});

onlyStickler("halog finds the times of every line", async (t, kind) => {
  const lines = await linesOf(t, kind);
  for (const option of ["-pct", "-gt", "-srv", "-uto"]) {
    const { summary } = halog(lines, [option]);
    assert.match(summary, new RegExp(`^${lines.length} lines in, \\d+ lines out, 0 parsing`));
  }
});

onlyStickler("halog reads what a syslog daemon would have written without being told",
  async (t, kind) => {
    const head = "Nov 21 09:41:07 host stickler[4711]: ";
    const lines = (await linesOf(t, kind)).map((line) => head + line);
    assert.deepEqual(halog(lines, ["-c"], []).report, [String(kRequests.length)]);
  });
