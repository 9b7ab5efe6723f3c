// SPDX-License-Identifier: MIT
// More clients than the balancer has room for: those that are in are served, the others wait in the
// backlog, nobody is dropped, nothing spins, and it ends when the rush ends.
import assert from "node:assert/strict";
import { startStickler } from "./harness/balancer.mjs";
import { leaveDescriptors, limitDescriptors, processorTime } from "./harness/proc.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { onlyAsShipped, onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { kDefaults } from "./harness/settings.mjs";
import { deferred, pause } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kFull = /no more connections can be accepted/;

async function world(t, script, { most, ...settings } = {}) {
  const server = await RawServer.start(t, script);
  const balancer = await startStickler(t, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    workers: 2,
    edit: (config) => (config.process.max_connections = most),
    ...settings,
  });
  return { server, balancer };
}

function connectAll(t, { ports, ca }, count, tls = false) {
  const to = tls ? { port: ports.https, ca } : { port: ports.plain };
  return Promise.all(Array.from({ length: count }, () => RawClient.connect(t, to)));
}

// One request, then the client leaves.
async function ask(client, fields = []) {
  const answer = await client.request("GET /", fields).response();
  client.close();
  return answer;
}

const statuses = (answers) => [...new Set(answers.map(({ status }) => status))];

// Answers when the test says so; counts who waits.
function held() {
  const order = deferred();
  const script = async (server) => {
    for (;;) {
      await server.request();
      await order.promise;
      server.answer();
    }
  };
  return [script, () => order.resolve()];
}

onlyStickler("max_connections: the rest waits and is served later", async (t) => {
  const [script, go] = held();
  const { server, balancer } = await world(t, script, { most: 5 });
  const clients = await connectAll(t, balancer, 20);
  const answered = Promise.all(clients.map((client) => ask(client)));
  await server.requests.at(4);
  await balancer.log.waitFor(kFull);
  const before = processorTime(balancer.pid);
  await pause(500); // tidy: waits, because nothing must happen meanwhile
  assert.ok(processorTime(balancer.pid) - before < 0.1, "it spins");
  assert.equal(server.requests.entries.length, 5);
  go();
  assert.deepEqual(statuses(await answered), [200]);
});

onlyStickler("max_connections: who leaves makes room, whether it asked or not", async (t) => {
  const { balancer } = await world(t, answers(), { most: 2 });
  const idle = await connectAll(t, balancer, 2);
  await idle[0].request("GET /").response();
  const [late] = await connectAll(t, balancer, 1);
  late.request("GET /");
  await balancer.log.waitFor(kFull);
  idle.forEach((client) => client.close());
  assert.equal((await late.response()).status, 200);
});

for (const tls of [false, true]) {
  const over = tls ? "over TLS" : "in the clear";
  onlyStickler(`80 descriptors are enough for 150 clients one after the other, ${over}`,
    async (t) => {
      const { balancer } = await world(t, answers(), { by: ["prlimit", "--nofile=80:80"] });
      for (let round = 0; round < 3; ++round) {
        const ports = Array.from({ length: 50 }, () => connectAll(t, balancer, 1, tls));
        const answered = ports.map(async (one) => ask((await one)[0]));
        assert.deepEqual(statuses(await Promise.all(answered)), [200]);
      }
    });
}

onlyStickler("kept connections to one server make room for another's", async (t) => {
  const servers = await namedServers(t, ["s1", "s2"]);
  const { balancer } = await world(t, answers(), { servers, workers: 1 });
  const [client] = await connectAll(t, balancer, 1);
  const askAs = (name) => client.request("GET /", [`Cookie: server-pro-ha=${name}`]).response();
  await askAs("s1");
  leaveDescriptors(balancer.pid, 0);
  for (const name of ["s2", "s1", "s2"]) {
    assert.equal((await askAs(name)).get("x-served-by"), name);
  }
});

onlyAsShipped("a request waits for a descriptor, and its server is not blamed", async (t) => {
  const [script, go] = held();
  const { server, balancer } = await world(t, script, { workers: 1 });
  const [first] = await connectAll(t, balancer, 1);
  first.request("GET /");
  await server.requests.at(0);
  leaveDescriptors(balancer.pid, 1);
  const [second] = await connectAll(t, balancer, 1);
  const answered = second.request("GET /").response();
  await pause(300); // tidy: waits, because nothing must happen meanwhile
  go();
  assert.equal((await first.response()).status, 200);
  assert.equal((await answered).status, 200);
  assert.doesNotMatch(balancer.lastLines(), /refused/);
});

onlyStickler("a check without a descriptor says nothing about the server", async (t) => {
  const servers = await namedServers(t, ["s1", "s2", "s3"]);
  const { balancer } = await world(t, answers(), { servers, check: kDefaults.check });
  const [client] = await connectAll(t, balancer, 1);
  await client.request("GET /").response();
  leaveDescriptors(balancer.pid, 0);
  await pause(1500); // tidy: waits, because nothing must happen meanwhile
  assert.doesNotMatch(balancer.lastLines(), /is down/i);
});

onlyStickler("while no descriptor is free nothing spins, and then it goes on", async (t) => {
  const { balancer } = await world(t, answers());
  const [client] = await connectAll(t, balancer, 1);
  await client.request("GET /").response();
  leaveDescriptors(balancer.pid, 0);
  const waiting = await connectAll(t, balancer, 5);
  const answered = Promise.all(waiting.map((client) => ask(client)));
  await balancer.log.waitFor(kFull);
  const before = processorTime(balancer.pid);
  await pause(500); // tidy: waits, because nothing must happen meanwhile
  assert.ok(processorTime(balancer.pid) - before < 0.1, "it spins");
  assert.equal((await client.request("GET /").response()).status, 200, "who is in is served");
  limitDescriptors(balancer.pid, 1000);
  assert.deepEqual(statuses(await answered), [200]);
});
