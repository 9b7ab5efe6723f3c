// SPDX-License-Identifier: MIT
// Ports. Servers inside the test listen on port 0. Programs that must be told a port get one from
// below Linux's ephemeral range, so that no outgoing connection of another test can take it.
import net from "node:net";
import { once } from "node:events";

const kFirst = 12_000;
const kLast = 32_000;
const given = new Set();

// A port of 127.0.0.1 that nobody listens on, and that this process gives out only once.
export async function freePort(first = kFirst, last = kLast) {
  for (;;) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

async function isFree(port) {
  const probe = net.createServer();
  try {
    await listen(probe, port);
    return true;
  } catch {
    return false;
  } finally {
    probe.close();
  }
}

// Listens on loopback (port 0: any) and returns the port.
export async function listen(server, port = 0, host = "127.0.0.1") {
  server.listen(port, host);
  await once(server, "listening");
  return server.address().port;
}
