// SPDX-License-Identifier: MIT
// SIGHUP: what a file says anew holds for whoever comes now, and nobody who is there notices.
import assert from "node:assert/strict";
import net from "node:net";
import tls from "node:tls";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { startStickler } from "./harness/balancer.mjs";
import { issue } from "./harness/certificates.mjs";
import { freePort } from "./harness/ports.mjs";
import { residentMemory } from "./harness/proc.mjs";
import { answers, RawServer, upgrades } from "./harness/raw_server.mjs";
import { onlyAsShipped, onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { eventually } from "./harness/shared_tables.mjs";
import { deferred } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kUpgrade = ["Connection: Upgrade", "Upgrade: websocket"];
const kOk = /reloaded in \d+ ms: /;
const kRefused = /not reloaded, nothing was changed/;

async function world(t, script, settings = {}) {
  const server = await RawServer.start(t, script);
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startStickler(t, { servers, check: null, workers: 2, ...settings });
  return { server, balancer };
}

const connect = (t, { ports }) => RawClient.connect(t, { port: ports.plain });

// Who comes while it is closed may still be taken.
function becomesRefused(port) {
  const connect = () => new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", ({ code }) => resolve(code));
    socket.on("connect", () => {
      socket.destroy();
      resolve("connected");
    });
  });
  return eventually(connect, (it) => it === "ECONNREFUSED", `port ${port} to be closed`);
}

// A server whose answers wait for `go`.
function gate() {
  const order = deferred();
  const script = async (server) => {
    for (;;) {
      await server.request();
      await order.promise;
      server.answer("finished");
    }
  };
  return [script, () => order.resolve()];
}

onlyStickler("a request under way is finished by the server it went to, though that is gone now",
  async (t) => {
    const order = deferred();
    const { server, balancer } = await world(t, async (side) => {
      await side.request();
      await order.promise;
      side.answer("finished");
    });
    const client = await connect(t, balancer);
    client.request("GET /compile", ["Cookie: server-pro-ha=s1"]);
    await server.requests.at(0);
    const [other] = await namedServers(t, ["s2"]);
    assert.match(await balancer.reload({ servers: [other] }), /s1 removed/);
    order.resolve();
    assert.equal((await client.response()).text, "finished");
    const next = await client.request("GET /", ["Cookie: server-pro-ha=s1"]).response();
    assert.equal(next.get("x-served-by"), "s2", "the next request of that client goes elsewhere");
  });

onlyStickler("a tunnel goes on through reloads that remove its server and its listener",
  async (t) => {
    const echo = upgrades(async (wire) => void wire.socket.pipe(wire.socket));
    const { balancer } = await world(t, echo);
    const client = await connect(t, balancer);
    assert.equal((await client.request("GET /", kUpgrade).response()).status, 101);
    const servers = await namedServers(t, ["s2"]);
    const edit = (config) => delete config.listeners.plain;
    assert.match(await balancer.reload({ servers, edit }), kOk);
    assert.match(await balancer.reload(), kOk);
    await client.send("still here?").readThrough("still here?");
    await becomesRefused(balancer.ports.plain);
    client.close();
    await balancer.log.waitFor(/plain server-pro\/s1 .* 101 /);
  });

onlyStickler("a new listener is there, a removed one is gone, and who was idle there is sent away",
  async (t) => {
    const { balancer } = await world(t, answers());
    const client = await connect(t, balancer);
    await client.request("GET /").response();
    const port = await freePort();
    const edit = (config) => {
      config.listeners.other = { ...config.listeners.plain, bind: `127.0.0.1:${port}` };
      delete config.listeners.plain;
    };
    assert.match(await balancer.reload({ edit }), /listeners.plain removed; listeners.other added/);
    assert.equal(await client.expectClose(), "fin");
    await becomesRefused(balancer.ports.plain);
    const late = await RawClient.connect(t, { port });
    assert.equal((await late.request("GET /").response()).status, 200);
  });

onlyStickler("an address may change its listener", async (t) => {
  const { balancer } = await world(t, answers());
  const client = await connect(t, balancer);
  await client.request("GET /").response();
  const edit = (config) => {
    const { plain } = config.listeners;
    delete config.listeners.plain;
    config.listeners.renamed = { ...plain, response: { set: { "X-From": "${listener}" } } };
  };
  assert.match(await balancer.reload({ edit }), kOk);
  const late = await connect(t, balancer);
  assert.equal((await late.request("GET /").response()).get("x-from"), "renamed");
});

onlyStickler("changed rules hold for the next request on a connection that is kept", async (t) => {
  const { balancer } = await world(t, answers());
  const client = await connect(t, balancer);
  await client.request("GET /").response();
  const edit = (config) => {
    config.listeners.plain.routes = { gone: { path: "/gone", answer: { status: 410 } } };
  };
  const said = await balancer.reload({ edit });
  assert.match(said, /listeners.plain.routes added/);
  assert.equal((await client.request("GET /gone").response()).status, 410);
});

onlyStickler("a changed time limit holds for new requests, and the log names it", async (t) => {
  const stalls = async (server) => {
    for (;;) await server.request();
  };
  const { server, balancer } = await world(t, stalls, { timeouts: { server: "1h" } });
  const early = await connect(t, balancer);
  early.request("GET /early");
  await server.requests.at(0);
  const said = await balancer.reload({ timeouts: { server: "50ms" } });
  assert.match(said, /timeouts.server 1h → 50ms/);
  const late = await connect(t, balancer);
  assert.equal((await late.request("GET /late").response()).status, 504);
  assert.equal(server.requests.entries.filter(({ start }) => /early/.test(start)).length, 1);
  assert.ok(!balancer.log.entries.some((line) => /GET \/early/.test(line)), "it waits still");
});

onlyStickler("an invalid file changes nothing and says why", async (t) => {
  const { balancer } = await world(t, answers());
  assert.match(await balancer.reloadText("listeners = { a = { bnd = \":1\"; }; };"), kRefused);
  await balancer.log.waitFor(/did you mean 'bind'/);
  const client = await connect(t, balancer);
  assert.equal((await client.request("GET /").response()).status, 200);
});

onlyStickler("a listener that cannot be bound changes nothing and says why", async (t) => {
  const taken = net.createServer().listen(0, "127.0.0.1");
  t.after(() => taken.close());
  await once(taken, "listening");
  const { balancer } = await world(t, answers());
  const edit = (config) => {
    config.listeners.other = { bind: `127.0.0.1:${taken.address().port}`, backend: "server-pro" };
  };
  assert.match(await balancer.reload({ edit }), /not reloaded.*listeners.other: cannot listen/);
});

onlyStickler("a server that is down stays down, one that is up stays up, without a check between",
  async (t) => {
    const servers = [...await namedServers(t, ["s1"]), { name: "s2", port: await freePort() }];
    const check = { http: "HEAD /status", interval: "1h", rise: 1, fall: 1 };
    const balancer = await startStickler(t, { servers, check, startsDown: ["s2"] });
    await balancer.waitForDown("s2");
    const mark = balancer.log.mark();
    assert.match(await balancer.reload({ timeouts: { client: "6s" } }), kOk);
    const client = await connect(t, balancer);
    const answer = await client.request("GET /", ["Cookie: server-pro-ha=s2"]).response();
    assert.equal(answer.get("x-served-by"), "s1");
    const since = balancer.log.entries.slice(mark);
    assert.ok(!since.some((line) => /s[12] is (UP|DOWN)/.test(line)), since.join("\n"));
  });

onlyStickler("a server added is checked at once and takes its share", async (t) => {
  const servers = await namedServers(t, ["s1", "s2"]);
  const check = { http: "HEAD /status", interval: "1h", rise: 1, fall: 1 };
  const balancer = await startStickler(t, { servers: servers.slice(0, 1), check });
  assert.match(await balancer.reload({ servers }), /servers.s2 added/);
  await balancer.waitForUp("s2");
  const client = await connect(t, balancer);
  const answer = await client.request("GET /", ["Cookie: server-pro-ha=s2"]).response();
  assert.equal(answer.get("x-served-by"), "s2");
});

onlyStickler("a server under the same name may move to another address", async (t) => {
  const [before] = await namedServers(t, ["s1"]);
  const { port } = await RawServer.start(t, answers("from the new place"));
  const balancer = await startStickler(t, { servers: [before], check: null });
  const client = await connect(t, balancer);
  await client.request("GET /", ["Cookie: server-pro-ha=s1"]).response();
  assert.match(await balancer.reload({ servers: [{ name: "s1", port }] }), /s1.address .* → /);
  const answer = await client.request("GET /", ["Cookie: server-pro-ha=s1"]).response();
  assert.equal(answer.text, "from the new place");
  assert.equal(answer.get("x-served-by"), "s1");
});

onlyStickler("a place that a request from before frees goes to one that waits since", async (t) => {
  const [script, go] = gate();
  const { server, balancer } = await world(t, script);
  const limited = [{ name: "s1", port: server.port, maxconn: 1 }];
  const first = await connect(t, balancer);
  first.request("GET /1");
  await server.requests.at(0);
  assert.match(await balancer.reload({ servers: limited, workers: 2 }), /maxconn set to 1/);
  const second = await connect(t, balancer);
  second.request("GET /2");
  assert.match(await balancer.reload({ timeouts: { client: "9s" } }), kOk);
  assert.equal(server.requests.entries.length, 1);
  go();
  assert.equal((await first.response()).text, "finished");
  assert.equal((await second.response()).text, "finished");
});

onlyStickler("a certificate read anew is shown to who connects, and sessions are resumed",
  async (t) => {
    const { balancer } = await world(t, answers());
    const connectTls = async (session) => {
      const options = { port: balancer.ports.https, ca: balancer.ca, servername: "localhost" };
      const socket = tls.connect({ ...options, session });
      t.after(() => socket.destroy());
      await once(socket, "secureConnect");
      return socket;
    };
    const early = await connectTls();
    const [ticket] = await once(early, "session");
    const before = early.getPeerCertificate().fingerprint;
    const leaf = issue({ hosts: ["localhost"] });
    const edit = (config) => (config.listeners.https.tls.certificates = leaf.bundle);
    assert.match(await balancer.reload({ edit }), kOk);
    const late = await connectTls();
    assert.notEqual(late.getPeerCertificate().fingerprint, before);
    assert.ok((await connectTls(ticket)).isSessionReused());
    early.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert.match(String((await once(early, "data"))[0]), /^HTTP\/1.1 200/);
  });

onlyAsShipped("100 reloads under load: no request fails, no tunnel is cut, nothing grows",
  async (t) => {
    const servers = await namedServers(t, ["s1", "s2", "s3"]);
    const echo = await RawServer.start(t, upgrades(async (wire) => {
      wire.socket.pipe(wire.socket);
    }));
    const tunnelServer = { name: "tunnels", port: echo.port };
    const edit = (config) => {
      const route = { ws: { path: "/ws", server: "tunnels" } };
      config.listeners.plain.routes = route;
    };
    const all = [...servers, tunnelServer];
    const balancer = await startStickler(t, { servers: all, check: null, workers: 2, edit });
    const tunnels = await Promise.all(Array.from({ length: 20 }, async () => {
      const client = await connect(t, balancer);
      assert.equal((await client.request("GET /ws", kUpgrade).response()).status, 101);
      return client;
    }));
    let over = false;
    let asked = 0;
    const load = Array.from({ length: 8 }, async (_, i) => {
      let client = await connect(t, balancer);
      for (; !over; ++asked) {
        const cookie = `Cookie: server-pro-ha=s${1 + (i % 3)}`;
        const answer = await client.request("GET /", [cookie]).response();
        assert.deepEqual([answer.status, answer.get("x-served-by")], [200, `s${1 + (i % 3)}`]);
        if (asked % 7 === 0) {
          client.close();
          client = await connect(t, balancer);
        }
      }
    });
    const descriptors = () => readdirSync(`/proc/${balancer.pid}/fd`).length;
    const reloads = async (count) => {
      for (let i = 0; i < count; ++i) {
        const client = `${5 + (i % 3)}s`;
        const kept = i % 2 === 0 ? all : [...servers.slice(0, 3), tunnelServer].reverse();
        assert.match(await balancer.reload({ timeouts: { client }, servers: kept }), kOk);
      }
    };
    await reloads(30);
    const before = { memory: residentMemory(balancer.pid), descriptors: descriptors() };
    await reloads(70);
    over = true;
    await Promise.all(load);
    const after = { memory: residentMemory(balancer.pid), descriptors: descriptors() };
    assert.ok(asked > 100, `only ${asked} requests`);
    assert.ok(after.memory < before.memory + 2 ** 21, JSON.stringify({ before, after }));
    assert.ok(after.descriptors <= before.descriptors + 10, JSON.stringify({ before, after }));
    for (const tunnel of tunnels) await tunnel.send("here?").readThrough("here?");
  });
