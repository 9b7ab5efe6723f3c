// SPDX-License-Identifier: MIT
// Small servers inside the test process that say who they are and what they got. (Whole instances
// of Server Pro, as processes of their own, are in ../standins.)
import { createHash } from "node:crypto";
import http from "node:http";
import { cleanUp } from "./cleanup.mjs";
import { listen } from "./ports.mjs";
import { isUnaskedCheck } from "./unasked_checks.mjs";
import { Timeline } from "./wait.mjs";

const kSwitching = "HTTP/1.1 101 Switching Protocols\r\n" +
  "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

// One server: { name, port, requests, stop(), start() }. `handler(request, response)` may answer
// itself and return true; else the answer is JSON of what came. `upgrades`: WebSockets are taken,
// and say nothing.
export async function namedServer(t, name, { handler = () => false, keepAliveTimeout,
                                             upgrades = false } = {}) {
  const server = http.createServer({ keepAliveTimeout }, async (request, response) => {
    if (isUnaskedCheck(request)) return response.end();
    self.requests.push({ method: request.method, url: request.url, headers: request.headers });
    response.setHeader("X-Instance", name);
    if (!(await handler(request, response))) await echo(name, request, response);
  });
  const tunnels = new Set();
  if (upgrades) {
    server.on("upgrade", (request, socket) => {
      tunnels.add(socket.on("error", () => {}));
      socket.write(kSwitching);
    });
  }
  const self = {
    name,
    port: await listen(server),
    requests: new Timeline(`requests to ${name}`),
    stop() {
      server.close();
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
    },
    start: () => listen(server, self.port),
  };
  cleanUp(t, () => self.stop());
  return self;
}

export function namedServers(t, names, options) {
  return Promise.all(names.map((name) => namedServer(t, name, options)));
}

async function echo(name, request, response) {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of request) {
    hash.update(part);
    bytes += part.length;
  }
  const { method, url, headers, rawHeaders } = request;
  response.setHeader("Content-Type", "application/json");
  const body = { bytes, sha256: hash.digest("hex") };
  response.end(JSON.stringify({ name, method, url, headers, rawHeaders, body }));
}
