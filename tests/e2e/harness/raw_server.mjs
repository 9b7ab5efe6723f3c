// SPDX-License-Identifier: MIT
// Servers whose every byte is written down by the test: a script runs for each connection.
// Also the address that never answers a connection attempt.
import net from "node:net";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cleanUp } from "./cleanup.mjs";
import { listen } from "./ports.mjs";
import { tookUnaskedCheck } from "./unasked_checks.mjs";
import { pause, Timeline, within } from "./wait.mjs";
import { Wire } from "./wire.mjs";

// A server that runs `script(wire, index)` for each connection (a list: one script each, the last
// one for all further). What comes in is in `connections` and, as heads, in `requests`.
export class RawServer {
  connections = new Timeline("connections to the scripted server");
  requests = new Timeline("requests to the scripted server");
  scriptErrors = [];

  static async start(t, script, { port = 0 } = {}) {
    const server = new RawServer();
    const scripts = Array.isArray(script) ? script : [script];
    server.listener = net.createServer({ allowHalfOpen: true }, async (socket) => {
      const wire = new Wire(socket);
      if (await tookUnaskedCheck(wire)) return;
      const index = server.connections.mark();
      server.connections.push(wire);
      server.#run(scripts[Math.min(index, scripts.length - 1)], wire, index);
    });
    server.port = await listen(server.listener, port);
    cleanUp(t, () => server.stop());
    return server;
  }

  async #run(script, wire, index) {
    try {
      await script(new ServerSide(wire, this.requests), index);
    } catch (error) {
      this.scriptErrors.push(error);
    }
  }

  stop() {
    this.listener.close();
    for (const wire of this.connections.entries) wire.close();
  }
}

// What a script works with: the wire, and whole requests.
class ServerSide {
  constructor(wire, requests) {
    Object.assign(this, { wire, requests, socket: wire.socket });
  }

  // The next request with its body.
  async request(limit) {
    const head = await this.requestHead(limit);
    head.body = await this.wire.readBody(head, { limit });
    return head;
  }

  async requestHead(limit) {
    const head = await this.wire.readHead(limit);
    this.requests.push(head);
    return head;
  }

  send(data) {
    this.wire.send(data);
    return this;
  }

  // A whole answer with Content-Length.
  answer(body = "ok", { status = "200 OK", fields = [] } = {}) {
    const length = `Content-Length: ${Buffer.byteLength(body)}`;
    return this.send([`HTTP/1.1 ${status}`, length, ...fields].join("\r\n") + `\r\n\r\n${body}`);
  }
}

// Scripts that many tests want.

// Answers every request on every connection.
export function answers(body = "ok", options = {}) {
  return async (server) => {
    for (;;) {
      const head = await server.request();
      server.answer(head.method === "HEAD" ? "" : body, options);
    }
  };
}

export const acceptAndClose = async (server) => server.wire.halfClose();
export const resetAtOnce = async (server) => server.wire.reset();

// Reads the request, then: nothing at all, FIN, RST, or these bytes and then FIN.
export const stalls = async (server) => void (await server.request());

export const closesAfterRequest = async (server) => {
  await server.request();
  server.wire.halfClose();
};

export const resetsAfterRequest = async (server) => {
  await server.request();
  server.wire.reset();
};

export function saysAndCloses(bytes) {
  return async (server) => {
    await server.request();
    server.send(bytes);
    server.wire.halfClose();
  };
}

export function saysAndResets(bytes) {
  return async (server) => {
    await server.request();
    await server.wire.sendAll(bytes);
    server.wire.reset();
  };
}

export const junk = saysAndCloses("\x16\x03\x01 this is not HTTP\r\n\r\n");
export const partialHead = saysAndCloses("HTTP/1.1 200 OK\r\nContent-Le");

// Answers in pieces with a pause between them.
export function slowly(pieces, milliseconds) {
  return async (server) => {
    await server.request();
    for (const piece of pieces) {
      server.send(piece);
      await pause(milliseconds);
    }
  };
}

// Answers when the head is there, without waiting for the body.
export function answersEarly(body, options) {
  return async (server) => {
    await server.requestHead();
    server.answer(body, options);
  };
}

// One answer, then FIN on a connection that looked as if it could be kept.
export const answersOnceThenCloses = async (server) => {
  await server.request();
  server.answer("once");
  server.wire.halfClose();
};

// Tunnels: takes the upgrade and hands the wire to `talk`.
export function upgrades(talk, { fields = [] } = {}) {
  return async (server) => {
    const head = await server.requestHead();
    const accept = ["Connection: Upgrade", `Upgrade: ${head.get("upgrade")}`, ...fields];
    server.send(["HTTP/1.1 101 Switching Protocols", ...accept].join("\r\n") + "\r\n\r\n");
    await talk(server.wire, head);
  };
}

// An address where a connection attempt neither succeeds nor fails: a stopped process listens, and
// its accept queue is full. Returns the port.
export async function hangingPort(t) {
  const child = fork(fileURLToPath(new URL("hanging_listener.mjs", import.meta.url)));
  cleanUp(t, () => child.kill("SIGKILL"));
  const [{ port, room }] = await within(once(child, "message"), "the hanging listener");
  child.kill("SIGSTOP");
  for (let i = 0; i < room; ++i) {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => {});
    cleanUp(t, () => socket.destroy());
    await within(once(socket, "connect"), "the accept queue to take a connection");
  }
  return port;
}
