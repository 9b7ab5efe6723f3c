// SPDX-License-Identifier: MIT
// The log on stdout: a line for each request as HAProxy writes it, or none if nobody wants it, and
// whoever reads it slowly, or not at all, delays nobody.
import assert from "node:assert/strict";
import { startBalancer, startStickler } from "./harness/balancer.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

async function world(t, kind, settings) {
  const server = await RawServer.start(t, answers("hello"));
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null, ...settings });
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  return { server, balancer, client };
}

// [address:port] [date] listener backend/server Tq/Tw/Tc/Tr/Tt status bytes - - flags counts "line"
const kLine = new RegExp(
  String.raw`^127\.0\.0\.1:\d+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{3}\] \S+ \S+/s1 ` +
  String.raw`\d+/\d+/\d+/\d+/\d+ 200 \d+ - - --NI \d+/\d+/\d+/\d+/0 0/0 "GET /page\?x HTTP/1\.1"$`);

forEachBalancer("a request is one line in HAProxy's httplog format", async (t, kind) => {
  const { balancer, client } = await world(t, kind);
  await client.request("GET /page?x").response();
  await balancer.log.waitFor(kLine);
});

onlyStickler("access = off: no line for a request, but the events", async (t, kind) => {
  const { balancer, client } = await world(t, kind, {
    edit: (config) => (config.log.access = "off"),
  });
  await client.request("GET /page").response();
  client.close();
  balancer.signal("SIGTERM");
  await balancer.expectExit();
  assert.deepEqual(balancer.log.entries.filter((line) => line.includes("/page")), []);
  assert.ok(balancer.log.entries.some((line) => /stopped/.test(line)));
});

onlyStickler("events below the level are not logged", async (t) => {
  const server = await RawServer.start(t, answers());
  const balancer = await startStickler(t, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    ready: false,
    edit(config) {
      Object.assign(config.log, { level: "error", access: "off" });
      config.process.stop_within = "300ms";
    },
  });
  await balancer.log.waitFor(/OK: 3 listeners/);
  const client = await connectWhenReady(t, balancer);
  await client.request("GET /").response();
  client.close();
  balancer.signal("SIGTERM");
  await balancer.expectExit();
  assert.deepEqual(balancer.log.entries.filter((line) => / (info|debug|warning): \D/.test(line)
    && !line.includes("stickler.conf")), []);
});

// Without its "ready" there is nothing else to wait for.
async function connectWhenReady(t, { ports }) {
  for (;;) {
    const client = await RawClient.connect(t, { port: ports.plain }).catch(() => null);
    if (client) return client;
  }
}

onlyStickler("a log that nobody reads delays no request, nor the end", async (t, kind) => {
  const { balancer } = await world(t, kind, { workers: 2 });
  balancer.process.stdout.pause(); // tidy: waits, because nobody reads
  const path = `/${"x".repeat(900)}`;
  const askMany = async () => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    for (let i = 0; i < 200; ++i) {
      assert.equal((await client.request(`GET ${path}`).response()).status, 200);
    }
    client.close();
  };
  await Promise.all([1, 2, 3, 4].map(askMany));
  balancer.signal("SIGTERM");
  await new Promise((resolve) => balancer.process.once("exit", resolve));
  balancer.process.stdout.resume();
  assert.equal((await balancer.expectExit()).code, 0);
});

onlyStickler("a reader of the log that has gone is no reason to end", async (t, kind) => {
  const { balancer, client } = await world(t, kind);
  balancer.process.stdout.destroy();
  for (let i = 0; i < 20; ++i) {
    assert.equal((await client.request("GET /").response()).status, 200);
  }
});
