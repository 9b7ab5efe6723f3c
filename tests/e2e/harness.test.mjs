// SPDX-License-Identifier: MIT
// The harness itself: what it must notice it notices.
import assert from "node:assert/strict";
import net from "node:net";
import test from "node:test";
import { CookieJar, parseSetCookie } from "./harness/browser.mjs";
import { decodeDate, encodeDate } from "./harness/haproxy_cookie.mjs";
import { Fleet } from "./harness/instances.mjs";
import { libconfig } from "./harness/libconfig.mjs";
import { Program } from "./harness/program.mjs";
import { answers, hangingPort, RawServer, resetsAfterRequest } from "./harness/raw_server.mjs";
import { Timeline } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

// A program of one line, in the hands of a test whose clean-up never runs.
async function program(line) {
  const found = new Program({ after() {} }, "program", process.execPath, ["-e", line]);
  await found.log.waitFor(/ready/);
  return found;
}

const kStays = "console.log('ready'); require('node:net').createServer().listen(0);";

test("a program that ends well at SIGTERM passes", async () => {
  const it = await program(`process.on('SIGTERM', () => process.exit(0)); ${kStays}`);
  await it.stop();
});

test("a program that crashed, or ends with an error, fails its test", async () => {
  const crashed = await program("console.log('ready'); process.exitCode = 3;");
  await crashed.exited();
  await assert.rejects(crashed.stop(), /ended by itself.*"code":3/);
  const wrong = await program(`process.on('SIGTERM', () => process.exit(1)); ${kStays}`);
  await assert.rejects(wrong.stop(), /did not end well/);
});

test("a sanitizer's report fails the test even if the program was killed", async () => {
  const it = await program(`console.error('x.cc:1:2: runtime error: overflow'); ${kStays}`);
  await it.log.waitFor(/overflow/);
  await it.kill();
  await assert.rejects(it.stop(), /runtime error: overflow/);
});

test("who waits for a line of a program that ends is told at once", async () => {
  const it = await program("console.log('ready')");
  await assert.rejects(it.log.waitFor(/never said/), /has ended/);
});

test("a timeline finds what was, what comes, and what comes after a mark", async () => {
  const line = new Timeline("lines");
  line.push("one");
  assert.equal(await line.waitFor(/one/), "one");
  const later = line.waitFor(/o/, { since: line.mark() });
  line.push("two");
  assert.equal(await later, "two");
  await assert.rejects(line.waitFor(/three/, { limit: 10 }), /in vain for \/three\/ in lines/);
});

test("FIN and RST are told apart", async (t) => {
  const server = await RawServer.start(t, [resetsAfterRequest, answers("body")]);
  const reset = await RawClient.connect(t, { port: server.port });
  assert.equal(await reset.request("GET /").expectClose(), "reset");
  const client = await RawClient.connect(t, { port: server.port });
  assert.equal((await client.request("GET /").response()).text, "body");
  server.connections.entries[1].halfClose();
  assert.equal(await client.expectClose(), "fin");
});

test("a hanging address neither takes nor refuses a connection", async (t) => {
  const socket = net.connect(await hangingPort(t), "127.0.0.1");
  t.after(() => socket.destroy());
  const outcome = new Timeline("outcome");
  socket.on("connect", () => outcome.push("connected"));
  socket.on("error", (error) => outcome.push(error.code));
  await assert.rejects(outcome.at(0, { limit: 300 }), /in vain/);
});

test("an instance complains about a socket.io session that it never opened", async (t) => {
  const fleet = await Fleet.start(t, 1);
  const [{ port }] = fleet.instances;
  const client = await RawClient.connect(t, { port });
  client.request("GET /socket.io/1/xhr-polling/stranger-1?projectId=p&t=1");
  await fleet.events.waitFor(({ event }) => event === "stray");
  assert.match(fleet.complaints[0], /stranger-1 .* is unknown at server-pro-ha-1/);
});

test("dates of cookies are HAProxy's", () => {
  const known = { 0: "AAAAA", 4: "AAAAB", 5: "AAAAC", 1700000000: "ZVPxA", 1700000001: "ZVPxB" };
  for (const [seconds, text] of Object.entries(known)) {
    assert.equal(encodeDate(Number(seconds)), text);
    assert.ok(decodeDate(text) - seconds < 4 && decodeDate(text) >= seconds);
  }
});

test("a jar takes, replaces and deletes cookies", () => {
  const jar = new CookieJar();
  jar.take(["a=1; path=/", "b=2; HttpOnly"]);
  jar.take(["a=3", "b=; Expires=Thu, 01-Jan-1970 00:00:01 GMT"]);
  assert.equal(jar.header(), "a=3");
  assert.deepEqual(parseSetCookie("n=v=w; Max-Age=5; Secure"), {
    name: "n", value: "v=w", attributes: { "max-age": "5", "secure": true }, maxAge: 5,
  });
});

test("settings are written as libconfig", () => {
  const text = libconfig({ a: { b: "say \"hi\"", c: [1, "x"], d: true, e: undefined } });
  assert.equal(text, "a = {\n  b = \"say \\\"hi\\\"\";\n  c = [ 1, \"x\" ];\n  d = true;\n};\n");
});
