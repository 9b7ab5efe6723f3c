// SPDX-License-Identifier: MIT
// Large bodies in the clear go from socket to socket without being copied. They arrive as they were
// sent, to slow clients and servers, and where the system does not let them go that way.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import http from "node:http";
import { startBalancer } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { InjectedFault } from "./harness/injected_fault.mjs";
import { listen } from "./harness/ports.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { deferred, pause } from "./harness/wait.mjs";

const file = randomBytes(20 * 2 ** 20);
const kPieces = 20;
const kHash = hash(file);

function hash(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

// Reads everything, now and then after a pause, so that who sends has to wait.
async function read(stream, { slowly = false } = {}) {
  const parts = [];
  let since = 0;
  for await (const part of stream) {
    parts.push(part);
    since += part.length;
    if (!slowly || since < file.length / kPieces) continue;
    since = 0;
    await pause(20); // tidy: waits, because a slow reader does
  }
  return Buffer.concat(parts);
}

// GET: the file; POST: what came, hashed. `breaks`: after half of the file.
async function world(t, { slowly = false, breaks = false, ...settings } = {}) {
  const server = http.createServer(async (request, response) => {
    if (request.method === "POST") return response.end(hash(await read(request, { slowly })));
    response.writeHead(200, { "Content-Length": file.length });
    if (!breaks || request.url !== "/half") return response.end(file);
    response.write(file.subarray(0, file.length / 2), () => request.socket.destroySoon());
  });
  const port = await listen(server);
  cleanUp(t, () => {
    server.close();
    server.closeAllConnections();
  });
  const servers = [{ name: "s1", port }];
  return startBalancer(t, "stickler", { servers, check: null, workers: 1, ...settings });
}

async function exchange(balancer, method, { body, slowly, target = "/" } = {}) {
  const { promise, resolve, reject } = deferred();
  const options = { host: "127.0.0.1", port: balancer.ports.plain, path: target, method };
  const headers = body ? { "Content-Length": body.length } : {};
  const request = http.request({ ...options, headers, agent: false }, resolve);
  request.on("error", reject);
  request.end(body);
  return read(await promise, { slowly });
}

async function assertWhole(balancer, how = {}) {
  assert.equal(hash(await exchange(balancer, "GET", how)), kHash);
  assert.equal(String(await exchange(balancer, "POST", { body: file })), kHash);
}

onlyStickler("a large body arrives whole, both ways", async (t) => {
  const balancer = await world(t);
  await Promise.all(Array.from({ length: 4 }, () => assertWhole(balancer)));
});

onlyStickler("also if the receiver is slower than the sender", async (t) => {
  await assertWhole(await world(t, { slowly: true }), { slowly: true });
});

for (const [when, fault] of [
  ["", "error=ENOSYS"], [" when bytes are on their way", "error=EINVAL:when=2+"],
]) {
  onlyStickler(`also if the system refuses to splice${when}`, async (t) => {
    const balancer = await world(t);
    const refused = await InjectedFault.into(t, balancer, "splice", fault);
    await assertWhole(balancer);
    await assertWhole(balancer);
    await refused.end();
    const told = refused.log.entries.filter((line) => / splice\(.*INJECTED/.test(line));
    assert.equal(told.length, 1, "it is not tried again");
  });
}

// What the pipe held then must not get to anybody else.
onlyStickler("an answer that breaks off, or is left, leaves nothing behind for the next",
  async (t) => {
    const balancer = await world(t, { breaks: true });
    await assert.rejects(exchange(balancer, "GET", { target: "/half" }), /aborted|reset/i);
    const leaver = http.get({ host: "127.0.0.1", port: balancer.ports.plain, agent: false });
    const { promise, resolve } = deferred();
    leaver.on("response", (response) => response.once("data", resolve));
    leaver.on("error", () => {});
    await promise;
    leaver.destroy();
    await assertWhole(balancer);
  });
