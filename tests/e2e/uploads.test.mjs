// SPDX-License-Identifier: MIT
// Someone uploads: 50 MB arrive whole at the session's instance, slow uploads are not cut, and a
// refusal is heard while the upload still runs.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { startBalancer } from "./harness/balancer.mjs";
import { stickySession } from "./harness/browser.mjs";
import { Fleet } from "./harness/instances.mjs";
import { peakMemory } from "./harness/proc.mjs";
import { answers, answersEarly, RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyAsShipped, onlyStickler } from "./harness/scenario.mjs";
import { namedServer } from "./harness/servers.mjs";
import { pause } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kMegabyte = 2 ** 20;
const kTarget = "/project/0123456789abcdef01234567/upload";
const file = randomBytes(50 * kMegabyte);
const kHash = createHash("sha256").update(file).digest("hex");

async function world(t, kind, settings) {
  const fleet = await Fleet.start(t, 3);
  const balancer = await startBalancer(t, kind, { servers: fleet.servers, ...settings });
  return { fleet, balancer, session: await stickySession(t, balancer) };
}

// A stream, so that Node sends it chunked.
function asStream(bytes) {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 65536) }, (_, i) => {
    return bytes.subarray(i * 65536, (i + 1) * 65536);
  });
  return Readable.from(pieces);
}

for (const [manner, body] of [["at once", () => file], ["in chunks", () => asStream(file)]]) {
  forEachBalancer(`a file of 50 MB sent ${manner} arrives whole`, async (t, kind) => {
    const { session } = await world(t, kind);
    const answer = await session.post(kTarget, body(), { limit: 30_000 });
    assert.equal(answer.status, 200);
    assert.deepEqual(answer.json, {
      instance: session.server, bytes: file.length, sha256: kHash,
    });
  });
}

forEachBalancer("three uploads of 50 MB at once do not mix", async (t, kind) => {
  const { balancer } = await world(t, kind, { workers: 2 });
  const upload = async (_, i) => {
    const session = await stickySession(t, balancer);
    const mine = Buffer.from(file).fill(i, 0, kMegabyte);
    const answer = await session.post(kTarget, mine, { limit: 30_000 });
    assert.equal(answer.json.instance, session.server);
    assert.equal(answer.json.sha256, createHash("sha256").update(mine).digest("hex"));
  };
  await Promise.all(Array.from({ length: 3 }, upload));
});

forEachBalancer("the instance's own 413 reaches the client before the upload is over",
  async (t, kind) => {
    const { balancer } = await world(t, kind);
    const client = await RawClient.connect(t, { port: balancer.ports.https, ca: balancer.ca });
    client.request(`POST ${kTarget}`, [`Content-Length: ${50 * kMegabyte + 1}`]);
    const answer = await client.response();
    assert.equal(answer.status, 413);
    assert.equal(answer.text, "file too large\n");
  });

forEachBalancer("an early answer is heard although the client goes on sending", async (t, kind) => {
  const server = await RawServer.start(t, answersEarly("enough", { status: "403 Forbidden" }));
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  client.request("POST /", [`Content-Length: ${kMegabyte}`], "x".repeat(1000));
  const answer = await client.response();
  assert.deepEqual([answer.status, answer.text], [403, "enough"]);
  client.send(Buffer.alloc(kMegabyte - 1000));
  const { how } = client.halfClose() && (await client.drain());
  assert.equal(how, "fin");
});

forEachBalancer("an upload that is slow but moves outlives the limits", async (t, kind) => {
  const server = await RawServer.start(t, answers("done"));
  const timeouts = { client: "600ms", server: "600ms" };
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null, timeouts });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  client.request("POST /", ["Content-Length: 10"]);
  for (let i = 0; i < 10; ++i) {
    await pause(150); // tidy: waits, because the client is slow
    client.send("x");
  }
  assert.equal((await client.response()).text, "done");
  assert.equal(server.requests.entries[0].body.toString(), "x".repeat(10));
});

onlyStickler("an upload that stalls is the client's fault: 408", async (t, kind) => {
  const server = await RawServer.start(t, answers("done"));
  const servers = [{ name: "s1", port: server.port }];
  const timeouts = { body: "300ms" };
  const balancer = await startBalancer(t, kind, { servers, check: null, timeouts });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  client.request("POST /", ["Content-Length: 10"], "half ");
  assert.equal((await client.response()).status, 408);
  await client.expectClose();
});

forEachBalancer("a client that asks first (Expect: 100-continue) is told to go on",
  async (t, kind) => {
    const { balancer, session } = await world(t, kind);
    const client = await RawClient.connect(t, { port: balancer.ports.https, ca: balancer.ca });
    const cookie = `Cookie: ${session.jar.header()}`;
    client.request(`POST ${kTarget}`, ["Expect: 100-continue", "Content-Length: 5", cookie]);
    assert.match((await client.readHead()).start, /^HTTP\/1\.1 100 /);
    const answer = await client.send("bytes").response();
    assert.equal(JSON.parse(answer.text).bytes, 5);
    assert.equal(JSON.parse(answer.text).instance, session.server);
  });

onlyStickler("a listener's max_body refuses more with 413, announced or not", async (t, kind) => {
  const server = await RawServer.start(t, answers("done"));
  const servers = [{ name: "s1", port: server.port }];
  const edit = (config) => (config.listeners.plain.max_body = "1k");
  const balancer = await startBalancer(t, kind, { servers, check: null, edit });
  const send = async (field, body) => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    return (await client.request("POST /", [field], body).response()).status;
  };
  const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
  const chunked = "Transfer-Encoding: chunked";
  assert.equal(await send("Content-Length: 1024", "x".repeat(1024)), 200);
  assert.equal(await send("Content-Length: 1025"), 413);
  assert.equal(await send(chunked, `${chunk}0\r\n\r\n`), 200);
  assert.equal(await send(chunked, `${chunk}1\r\nx\r\n0\r\n\r\n`), 413);
});

onlyAsShipped("a server that reads slowly costs a bounded buffer, not memory", async (t, kind) => {
  const server = await namedServer(t, "s1", { handler: readSlowly });
  const balancer = await startBalancer(t, kind, { servers: [server], check: null });
  const session = await stickySession(t, balancer, { url: balancer.plainUrl });
  const before = peakMemory(balancer.pid);
  const answer = await session.post("/", file, { limit: 30_000 });
  assert.equal(answer.status, 200);
  assert.ok(peakMemory(balancer.pid) - before < 16 * kMegabyte);
});

async function readSlowly(request) {
  for await (const part of request) {
    if (part.length > 0) await pause(1); // tidy: waits, because the server is slow
  }
  return false;
}
