// SPDX-License-Identifier: MIT
// Several workers act as one: sessions hold whichever worker takes the connection, turns and limits
// are shared.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { Browser, stickySession } from "./harness/browser.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kNames = ["s1", "s2", "s3"];
const kWorkers = 4;

async function world(t, kind, { servers: options = {}, handler, ...settings } = {}) {
  const servers = await namedServers(t, kNames, { handler });
  const balancer = await startBalancer(t, kind, {
    servers: servers.map((server) => ({ ...server, ...options })),
    workers: kWorkers,
    ...settings,
  });
  return { servers, balancer };
}

function countBy(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

forEachBalancer("30 sessions, each request on a new connection: nobody moves", async (t, kind) => {
  const { balancer } = await world(t, kind);
  await Promise.all(Array.from({ length: 30 }, async () => {
    const session = await stickySession(t, balancer, {
      url: balancer.plainUrl, keepAlive: false,
    });
    for (let i = 0; i < 8; ++i) {
      assert.equal((await session.get("/")).servedBy, session.server);
    }
  }));
});

forEachBalancer("round robin is one turn over all workers", async (t, kind) => {
  const { balancer } = await world(t, kind);
  const seen = [];
  for (let i = 0; i < 60; ++i) {
    const visitor = new Browser(t, balancer.plainUrl, { keepAlive: false });
    seen.push((await visitor.get("/")).servedBy);
  }
  assert.deepEqual(countBy(seen), { s1: 20, s2: 20, s3: 20 });
  for (let i = 0; i < 60; i += 3) assert.equal(new Set(seen.slice(i, i + 3)).size, 3, `${seen}`);
});

forEachBalancer("visitors that come at once are spread evenly", async (t, kind) => {
  const { balancer } = await world(t, kind);
  const visit = () => new Browser(t, balancer.plainUrl, { keepAlive: false }).get("/");
  const answers = await Promise.all(Array.from({ length: 60 }, visit));
  assert.deepEqual(countBy(answers.map(({ servedBy }) => servedBy)), { s1: 20, s2: 20, s3: 20 });
});

onlyStickler("leastconn counts what all workers have under way", async (t, kind) => {
  const order = deferred();
  const handler = async () => void (await order.promise);
  const { servers, balancer } = await world(t, kind, {
    handler, balance: "leastconn", check: null,
  });
  const visits = Array.from({ length: 12 }, async () => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    return client.request("GET /").response();
  });
  await Promise.all(servers.map(({ requests }) => requests.at(3)));
  order.resolve();
  const names = (await Promise.all(visits)).map((answer) => answer.get("x-served-by"));
  assert.deepEqual(countBy(names), { s1: 4, s2: 4, s3: 4 });
});

onlyStickler("maxconn holds over all workers", async (t, kind) => {
  let now = 0;
  let most = 0;
  const handler = async () => {
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    --now;
  };
  const { balancer } = await world(t, kind, { handler, check: null, servers: { maxconn: 2 } });
  const visit = () => new Browser(t, balancer.plainUrl, { keepAlive: false }).get("/");
  const answers = await Promise.all(Array.from({ length: 60 }, visit));
  assert.ok(answers.every(({ status }) => status === 200));
  assert.ok(most <= 2 * kNames.length, `${most} at once`);
});

onlyStickler("a server that goes down is left by all workers, and taken again", async (t, kind) => {
  const { servers, balancer } = await world(t, kind);
  const visit = () => new Browser(t, balancer.plainUrl, { keepAlive: false }).get("/");
  const visitAll = async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, visit));
    assert.ok(answers.every(({ status }) => status === 200));
    return countBy(answers.map(({ servedBy }) => servedBy));
  };
  servers[1].stop();
  await balancer.waitForDown("s2");
  assert.deepEqual(await visitAll(), { s1: 12, s3: 12 });
  const mark = balancer.log.mark();
  await servers[1].start();
  await balancer.waitForUp("s2", { since: mark });
  assert.deepEqual(Object.keys(await visitAll()).sort(), kNames);
});
