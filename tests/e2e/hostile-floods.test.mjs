// SPDX-License-Identifier: MIT
// Clients that send too much, or ask for more than they read: limits of size end heads, chunks and
// trailers that would have no end; who does not read is not sent more; and nobody has to wait.
import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { onlyStickler } from "./harness/scenario.mjs";
import { besiege, many } from "./harness/siege.mjs";
import { RawClient } from "./harness/wire.mjs";

const kFlooders = many(50);
const kGet = "GET /flood HTTP/1.1\r\nHost: h\r\n\r\n";
const kChunked = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

function connectAll(t, { ports, balancer: { ca } }, { port = "plain", count = kFlooders } = {}) {
  const address = port === "https" ? { port: ports.https, ca } : { port: ports[port] };
  return Promise.all(Array.from({ length: count }, () => RawClient.connect(t, address)));
}

// Goes on sending until nobody is there any more.
async function flood(client, piece) {
  const bytes = Buffer.from(piece.repeat(Math.ceil(65536 / piece.length)));
  const { socket } = client;
  while (!client.over && !socket.destroyed) {
    if (socket.write(bytes)) await setImmediate();
    else await new Promise((resolve) => socket.once("drain", resolve).once("close", resolve));
  }
}

for (const [what, { status, begin, piece }] of Object.entries({
  "a request line": { status: 414, begin: "GET /", piece: "x" },
  "one field": { status: 431, begin: "GET / HTTP/1.1\r\nA: ", piece: "x" },
  "small fields": { status: 431, begin: "GET / HTTP/1.1\r\n", piece: "A: b\r\n" },
  "cookies": { status: 431, begin: "GET / HTTP/1.1\r\n", piece: "Cookie: a=b\r\n" },
  "chunk extensions": { status: 400, begin: `${kChunked}1`, piece: ";a=b" },
  "trailers": { status: 400, begin: `${kChunked}0\r\n`, piece: "A: b\r\n" },
})) {
  onlyStickler(`${what} without end: ${status}`, async (t) => {
    const siege = await besiege(t, { timeouts: { discard: "1s" } });
    const clients = await connectAll(t, siege);
    await Promise.all(clients.map(async (client) => {
      const flooding = flood(client.send(begin), piece);
      assert.equal((await client.response()).status, status);
      await client.drain();
      await flooding;
    }));
    siege.costsAtMost(512 * 1024, kFlooders);
    await siege.isOver();
  });
}

onlyStickler("a chunked body of single bytes without end keeps nobody waiting", async (t) => {
  const siege = await besiege(t);
  const clients = await connectAll(t, siege, { count: 4 });
  for (const client of clients) flood(client.send(kChunked), "1\r\nx\r\n");
  await siege.othersAreServed();
  for (const client of clients) client.close();
  siege.costsAtMost(2 ** 20, clients.length);
  await siege.isOver();
});

// There is no server to wait for between two of these.
onlyStickler("requests without end that are answered here keep nobody waiting", async (t) => {
  const siege = await besiege(t, { edit: (config) => (config.log.access = "off") });
  const clients = await connectAll(t, siege, { port: "redirect", count: 8 });
  for (const client of clients) {
    client.socket.removeAllListeners("data").resume();
    flood(client, kGet);
  }
  await siege.othersAreServed();
  for (const client of clients) client.close();
  await siege.isOver();
});

for (const [port, over] of [["plain", "in the clear"], ["https", "by TLS"]]) {
  onlyStickler(`thousands of requests in a flight, of clients that do not read, ${over}`,
    async (t) => {
      const siege = await besiege(t, { timeouts: { client: "2s" } });
      const clients = await connectAll(t, siege, { port });
      for (const client of clients) client.send(kGet.repeat(4000)).stopReading();
      await siege.othersAreServed();
      for (const client of clients) client.close();
      siege.costsAtMost(512 * 1024, kFlooders);
      await siege.isOver();
    });

  onlyStickler(`large answers that nobody reads, ${over}`, async (t) => {
    const siege = await besiege(t, { timeouts: { client: "2s" } });
    const clients = await connectAll(t, siege, { port });
    for (const client of clients) client.request("GET /much").stopReading();
    await siege.othersAreServed();
    await siege.balancer.log.waitFor(/timeouts\.client/);
    siege.costsAtMost(640 * 1024, kFlooders);
    for (const client of clients) client.close();
    await siege.isOver();
  });
}
