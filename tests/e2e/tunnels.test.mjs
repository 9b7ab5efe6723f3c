// SPDX-License-Identifier: MIT
// After 101 the connection is a tunnel: not a byte lost, neither direction ended before its time,
// and its life is its own limit's business.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Editor } from "./editors.mjs";
import { startBalancer } from "./harness/balancer.mjs";
import { Fleet } from "./harness/instances.mjs";
import { RawServer, upgrades } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { pause } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kUpgrade = [
  "Connection: Upgrade", "Upgrade: websocket",
  "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const kAccept = { fields: ["Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="] };

// A balancer before one server whose tunnels are in the hands of `talk(wire)`; a list holds whole
// scripts instead.
async function tunnelTo(t, kind, talk, settings) {
  const script = typeof talk === "function" ? upgrades(talk, kAccept) : talk;
  const server = await RawServer.start(t, script);
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null, ...settings });
  return { server, balancer };
}

async function connect(t, balancer, { tls = false } = {}) {
  const { https, plain } = balancer.ports;
  return RawClient.connect(t, tls ? { port: https, ca: balancer.ca } : { port: plain });
}

// A client that has its 101.
async function openTunnel(t, balancer, options) {
  const client = await connect(t, balancer, options);
  const { status } = await client.request("GET /socket", kUpgrade).response();
  assert.equal(status, 101);
  return client;
}

const echo = async (wire) => void wire.socket.pipe(wire.socket);

for (const tls of [false, true]) {
  const over = tls ? "over TLS" : "in the clear";

  forEachBalancer(`bytes sent before the 101 arrive, ${over}`, async (t, kind) => {
    const { balancer } = await tunnelTo(t, kind, echo);
    const client = await connect(t, balancer, { tls });
    client.request("GET /socket", kUpgrade, "early bytes");
    assert.equal((await client.response()).status, 101);
    assert.equal((await client.readBytes(11)).toString(), "early bytes");
  });

  forEachBalancer(`bytes in one flight with the 101 arrive, ${over}`, async (t, kind) => {
    const fields = ["Connection: Upgrade", "Upgrade: websocket", ...kAccept.fields];
    const head = `HTTP/1.1 101 Switching Protocols\r\n${fields.join("\r\n")}\r\n\r\n`;
    const { balancer } = await tunnelTo(t, kind, [async (server) => {
      await server.requestHead();
      server.send(`${head}first words`);
    }]);
    const client = await openTunnel(t, balancer, { tls });
    assert.equal((await client.readBytes(11)).toString(), "first words");
  });

  forEachBalancer(`4 MB each way at once arrive whole, ${over}`, async (t, kind) => {
    const bytes = randomBytes(4 * 2 ** 20);
    const hash = (data) => createHash("sha256").update(data).digest("hex");
    let received;
    const { balancer } = await tunnelTo(t, kind, async (wire) => {
      wire.send(bytes);
      received = hash(await wire.readBytes(bytes.length));
      wire.send("all read");
    });
    const client = await openTunnel(t, balancer, { tls });
    client.send(bytes);
    assert.equal(hash(await client.readBytes(bytes.length)), hash(bytes));
    await client.readThrough("all read");
    assert.equal(received, hash(bytes));
  });

  forEachBalancer(`when the server has finished, the client gets the end, ${over}`,
    async (t, kind) => {
      const { balancer } = await tunnelTo(t, kind, async (wire) => {
        wire.send("last words").halfClose();
      });
      const client = await openTunnel(t, balancer, { tls });
      assert.equal((await client.readToEnd()).toString(), "last words");
    });
}

forEachBalancer("a client that has finished sending still hears the server", async (t, kind) => {
  const { balancer } = await tunnelTo(t, kind, async (wire) => {
    const said = await wire.readToEnd();
    wire.send(`heard: ${said}`).halfClose();
  });
  const client = await openTunnel(t, balancer);
  client.send("question").halfClose();
  assert.equal((await client.readToEnd()).toString(), "heard: question");
});

// HAProxy ends the server's side as soon as the server has finished.
onlyStickler("a server that has finished sending still hears the client", async (t, kind) => {
  const { server, balancer } = await tunnelTo(t, kind, async (wire) => void wire.halfClose());
  const client = await openTunnel(t, balancer);
  await client.readToEnd();
  client.send("still talking").halfClose();
  const wire = await server.connections.at(0);
  assert.equal((await wire.readToEnd()).toString(), "still talking");
});

forEachBalancer("a silent tunnel outlives the client's and the server's limit", async (t, kind) => {
  const { balancer } = await tunnelTo(t, kind, echo, {
    timeouts: { client: "300ms", server: "300ms" },
  });
  const client = await openTunnel(t, balancer);
  await pause(1000); // tidy: waits, because nothing must happen meanwhile
  assert.equal((await client.send("awake").readBytes(5)).toString(), "awake");
});

forEachBalancer("the tunnel limit ends a silent tunnel on both sides", async (t, kind) => {
  const { server, balancer } = await tunnelTo(t, kind, echo, { timeouts: { tunnel: "300ms" } });
  const client = await openTunnel(t, balancer);
  await client.expectClose();
  await (await server.connections.at(0)).expectClose();
  await balancer.log.waitFor(kind === "haproxy" ? / 101 .* [cs]D/ : /timeouts\.tunnel\)/);
});

onlyStickler("tunnel_age ends a tunnel that is busy", async (t, kind) => {
  const { balancer } = await tunnelTo(t, kind, echo, { timeouts: { tunnel_age: "500ms" } });
  const client = await openTunnel(t, balancer);
  const chat = async () => {
    for (;;) await client.send("x").readBytes(1);
  };
  await assert.rejects(chat());
  await balancer.log.waitFor(/timeouts\.tunnel_age/);
});

for (const [who, leave] of [["vanishes", "reset"], ["leaves", "close"]]) {
  forEachBalancer(`a client that ${who} frees the server's connection`, async (t, kind) => {
    const { server, balancer } = await tunnelTo(t, kind, echo);
    const client = await openTunnel(t, balancer);
    client[leave]();
    await (await server.connections.at(0)).expectClose();
  });
}

forEachBalancer("a server that resets its tunnel ends the client's", async (t, kind) => {
  const { balancer } = await tunnelTo(t, kind, async (wire) => void wire.reset());
  const client = await openTunnel(t, balancer);
  await client.expectClose();
});

forEachBalancer("the 101 carries the session cookie", async (t, kind) => {
  const { balancer } = await tunnelTo(t, kind, echo);
  const client = await connect(t, balancer);
  const answer = await client.request("GET /socket", kUpgrade).response();
  assert.match(answer.get("set-cookie"), /^server-pro-ha=s1\|/);
});

forEachBalancer("an upgrade that is declined goes on as HTTP", async (t, kind) => {
  const { balancer } = await tunnelTo(t, kind, [async (server) => {
    await server.request();
    server.answer("no", { status: "403 Forbidden" });
    for (;;) {
      await server.request();
      server.answer("yes");
    }
  }]);
  const client = await connect(t, balancer);
  const declined = await client.request("GET /socket", kUpgrade).response();
  assert.deepEqual([declined.status, declined.text], [403, "no"]);
  const next = await client.request("GET /page").response();
  assert.deepEqual([next.status, next.text], [200, "yes"]);
});

forEachBalancer("editors stay connected to an instance that checks call down", async (t, kind) => {
  const fleet = await Fleet.start(t, 2);
  const balancer = await startBalancer(t, kind, { servers: fleet.servers });
  const editor = await Editor.open(t, balancer.httpsUrl, { name: "editor", ca: balancer.ca });
  await fleet.get(editor.instance).order("setStatus", { code: 503 });
  await balancer.waitForDown(editor.instance);
  await editor.type(5);
  assert.deepEqual(editor.problems, []);
  assert.deepEqual(fleet.complaints, []);
});
