// SPDX-License-Identifier: MIT
// Someone comes by https: which versions are spoken, what is remembered for the next visit, and
// what is refused.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import { startBalancer } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { within } from "./harness/wait.mjs";
import { RawClient, Wire } from "./harness/wire.mjs";

async function world(t, kind, { tls = {}, ...settings } = {}) {
  const server = await RawServer.start(t, answers("here"));
  const servers = [{ name: "s1", port: server.port }];
  const edit = (config) => Object.assign(config.listeners.https.tls, tls);
  const balancer = await startBalancer(t, kind, { servers, check: null, edit, ...settings });
  return { server, balancer, at: { port: balancer.ports.https, ca: balancer.ca } };
}

async function ask(client) {
  return (await client.request("GET /").response()).text;
}

// What `openssl s_client` says, having been told these lines.
async function sClient(port, args, input = "") {
  const address = ["s_client", "-connect", `localhost:${port}`];
  const child = spawn("openssl", [...address, ...args], { stdio: "pipe" });
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  await within(once(child, "close"), "the end of openssl s_client");
  return said;
}

for (const version of ["TLSv1.2", "TLSv1.3"]) {
  const only = { minVersion: version, maxVersion: version };

  forEachBalancer(`${version} is spoken`, async (t, kind) => {
    const { at } = await world(t, kind);
    const client = await RawClient.connect(t, { ...at, ...only });
    assert.equal(client.socket.getProtocol(), version);
    assert.equal(await ask(client), "here");
  });

  forEachBalancer(`a second visit by ${version} is resumed, whichever worker serves it`,
    async (t, kind) => {
      const { at } = await world(t, kind, { workers: 2 });
      const first = await RawClient.connect(t, { ...at, ...only });
      assert.equal(await ask(first), "here");
      const session = first.socket.getSession();
      for (let i = 0; i < 8; ++i) {
        const next = await RawClient.connect(t, { ...at, ...only, session });
        assert.equal(await ask(next), "here");
        assert.equal(next.socket.isSessionReused(), true);
      }
    });

  onlyStickler(`without tickets ${version} is resumed by id`, async (t, kind) => {
    const { at } = await world(t, kind, { tls: { tickets: false }, workers: 2 });
    const first = await RawClient.connect(t, { ...at, ...only });
    assert.equal(await ask(first), "here");
    const session = first.socket.getSession();
    const next = await RawClient.connect(t, { ...at, ...only, session });
    assert.equal(await ask(next), "here");
    assert.equal(next.socket.isSessionReused(), true);
  });

  onlyStickler(`with neither tickets nor ids ${version} starts anew`, async (t, kind) => {
    const { at } = await world(t, kind, { tls: { tickets: false, session_cache: 0 } });
    const first = await RawClient.connect(t, { ...at, ...only });
    assert.equal(await ask(first), "here");
    const session = first.socket.getSession();
    const next = await RawClient.connect(t, { ...at, ...only, session });
    assert.equal(await ask(next), "here");
    assert.equal(next.socket.isSessionReused(), false);
  });
}

for (const version of ["tls1", "tls1_1"]) {
  forEachBalancer(`${version} is refused`, async (t, kind) => {
    const { balancer } = await world(t, kind);
    const said = await sClient(balancer.ports.https, [`-${version}`, "-cipher", "ALL@SECLEVEL=0"]);
    assert.match(said, /alert protocol version/);
  });
}

onlyStickler("modern refuses TLS 1.2, old takes TLS 1.0", async (t, kind) => {
  const modern = await world(t, kind, { tls: { preset: "modern" } });
  const old = await world(t, kind, { tls: { preset: "old" } });
  assert.match(await sClient(modern.balancer.ports.https, ["-tls1_2"]), /alert protocol version/);
  const args = ["-tls1", "-cipher", "ALL@SECLEVEL=0"];
  assert.match(await sClient(old.balancer.ports.https, args), /Protocol {2}: TLSv1\n/);
});

forEachBalancer("ciphers without forward secrecy are refused", async (t, kind) => {
  const tls = { ciphers: "ECDHE-RSA-AES128-GCM-SHA256" };
  const { balancer } = await world(t, kind, kind === "stickler" ? {} : {
    haproxy: { global: [`ssl-default-bind-ciphers ${tls.ciphers}`] },
  });
  const said = await sClient(balancer.ports.https, ["-tls1_2", "-cipher", "AES128-SHA"]);
  assert.match(said, /alert handshake failure/);
});

onlyStickler("ciphers may be chosen", async (t, kind) => {
  const { at } = await world(t, kind, { tls: { ciphers: "ECDHE-RSA-AES256-GCM-SHA384" } });
  const client = await RawClient.connect(t, { ...at, maxVersion: "TLSv1.2" });
  assert.equal(client.socket.getCipher().name, "ECDHE-RSA-AES256-GCM-SHA384");
});

// s_client renegotiates when it is told "R" on a line.
forEachBalancer("a client may not renegotiate", async (t, kind) => {
  const { balancer } = await world(t, kind);
  const said = await sClient(balancer.ports.https, ["-tls1_2"], "R\n");
  assert.match(said, /no renegotiation/);
});

forEachBalancer("nothing is compressed", async (t, kind) => {
  const { balancer } = await world(t, kind);
  assert.match(await sClient(balancer.ports.https, ["-tls1_2", "-comp"]), /Compression: NONE/);
});

onlyStickler("a client that offers HTTP/2 and 1.1 gets 1.1, one that offers only others is served",
  async (t, kind) => {
    const { at } = await world(t, kind);
    const offer = async (...names) => {
      const client = await RawClient.connect(t, { ...at, ALPNProtocols: names });
      assert.equal(await ask(client), "here");
      return client.socket.alpnProtocol;
    };
    assert.equal(await offer("h2", "http/1.1"), "http/1.1");
    assert.equal(await offer("http/1.1"), "http/1.1");
    assert.equal(await offer("h2"), false);
  });

for (const [what, bytes] of [
  ["plain HTTP", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"], ["garbage", "\0".repeat(600)],
  ["half a handshake and its end", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"],
]) {
  forEachBalancer(`${what} on the TLS port gets no answer, and others are served`,
    async (t, kind) => {
      const { at, server } = await world(t, kind);
      const client = await RawClient.connect(t, { port: at.port });
      const { bytes: answer } = await client.send(Buffer.from(bytes, "latin1")).halfClose().drain();
      assert.doesNotMatch(answer.toString("latin1"), /HTTP/);
      assert.equal(await ask(await RawClient.connect(t, at)), "here");
      assert.equal(server.requests.entries.length, 1);
    });
}

onlyStickler("a failed handshake is logged with its reason", async (t, kind) => {
  const { balancer, at } = await world(t, kind);
  const client = await RawClient.connect(t, { port: at.port });
  await client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").drain();
  await balancer.log.waitFor(/https: 127\.0\.0\.1:\d+: TLS handshake failed: .*http request/i);
});

onlyStickler("a client that never finishes its handshake is sent away", async (t, kind) => {
  const { balancer, at } = await world(t, kind, { timeouts: { handshake: "300ms" } });
  const silent = await RawClient.connect(t, { port: at.port });
  await silent.expectClose();
  await balancer.log.waitFor(/TLS handshake failed: .*(limit|time|timeouts\.handshake)/);
});

forEachBalancer("the server is told that the client came by https", async (t, kind) => {
  const { server, at, balancer } = await world(t, kind);
  await ask(await RawClient.connect(t, at));
  await ask(await RawClient.connect(t, { port: balancer.ports.plain }));
  const told = server.requests.entries.map((head) => head.get("x-forwarded-proto"));
  assert.deepEqual(told, ["https", "http"]);
});

async function passOnInCrumbs(near, far) {
  for await (const bytes of near) {
    for (const byte of bytes) await far.sendAll(Buffer.of(byte));
  }
}

forEachBalancer("TLS that comes byte by byte is understood", async (t, kind) => {
  const { at } = await world(t, kind);
  const relay = net.createServer((near) => {
    const far = new Wire(net.connect(at.port, "127.0.0.1"));
    far.socket.setNoDelay(true);
    far.socket.pipe(near).on("error", () => {});
    passOnInCrumbs(near, far).catch(() => {}).finally(() => far.close());
  }).listen(0, "127.0.0.1");
  cleanUp(t, () => relay.close());
  await once(relay, "listening");
  const client = await RawClient.connect(t, { ...at, port: relay.address().port });
  assert.equal(await ask(client), "here");
});

forEachBalancer("the end of an answer to the end is the end of TLS, properly said",
  async (t, kind) => {
    const { at } = await world(t, kind);
    const socket = tls.connect({ ...at, host: "127.0.0.1", servername: "localhost" });
    cleanUp(t, () => socket.destroy());
    const wire = new Wire(socket);
    wire.send("GET / HTTP/1.0\r\n\r\n");
    assert.equal((await wire.drain()).how, "fin");
  });
