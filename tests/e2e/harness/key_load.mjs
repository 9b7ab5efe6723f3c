// SPDX-License-Identifier: MIT
// Thousands of keys, each asked for at several balancers at the same moment, on connections that
// stay open. Every request must be answered with 200; which server answered is written down.
import assert from "node:assert/strict";
import net from "node:net";
import { once } from "node:events";
import { cleanUp } from "./cleanup.mjs";
import { deferred, Timeline, within } from "./wait.mjs";

// Keys that are being asked for at a moment.
const kLanes = 16;
const kLoadLimit = 40_000;

const kAnswer = /^HTTP\/1\.1 (\d+) [^]*\r\nX-Served-By: (\S+)\r\n/i;

// One connection, one request after the other; answers have no body (KeyServers: `short`).
class KeyClient {
  #said = "";
  #asked;

  static async connect(t, port) {
    const client = new KeyClient();
    client.socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    cleanUp(t, () => client.socket.destroy());
    client.socket.setEncoding("latin1");
    client.socket.on("data", (text) => client.#take(text));
    client.socket.on("close", () => client.#asked?.reject(new Error(`cut: ${client.#said}`)));
    client.socket.on("error", () => {});
    await within(once(client.socket, "connect"), `a connection to ${port}`);
    return client;
  }

  // The server that answers.
  server(key) {
    this.#asked = deferred();
    this.socket.write(`GET /?k=${key} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    return this.#asked.promise;
  }

  #take(text) {
    this.#said += text;
    if (!this.#said.endsWith("\r\n\r\n")) return;
    const [, status, server] = kAnswer.exec(this.#said) ?? [];
    if (status === "200") this.#asked.resolve(server);
    else this.#asked.reject(new Error(`no 200: ${this.#said}`));
    this.#said = "";
  }
}

export class KeyLoad {
  answered = new Timeline("keys that were answered");

  // `each`: how many requests of a key each balancer gets at the same moment.
  static async start(t, balancers, { each = 2 } = {}) {
    const load = new KeyLoad();
    load.lanes = await Promise.all(Array.from({ length: kLanes }, () => Promise.all(
      Array.from({ length: each }, () => balancers).flat()
        .map(({ stickler }) => KeyClient.connect(t, stickler.ports.plain)))));
    return load;
  }

  // All these keys, which may be made as they are needed, once; { key: [servers] }.
  async ask(keys) {
    const found = {};
    const left = keys[Symbol.iterator]();
    const run = async (clients) => {
      for (const key of left) {
        const servers = await Promise.all(clients.map((client) => client.server(key)));
        found[key] = [...new Set(servers)];
        this.answered.push(key);
      }
    };
    const all = Promise.all(this.lanes.map(run));
    all.catch((error) => this.answered.end(error.message));
    await within(all, "all keys to be answered", kLoadLimit);
    return found;
  }

  // The same, of keys that must have one server each; { key: server }.
  async owners(keys) {
    const found = await this.ask(keys);
    const split = Object.entries(found).filter(([, servers]) => servers.length > 1);
    assert.deepEqual(Object.fromEntries(split), {});
    return Object.fromEntries(Object.entries(found).map(([key, [server]]) => [key, server]));
  }

  // So many keys have been answered since the load began.
  reached(count) {
    return this.answered.at(count - 1, { limit: kLoadLimit });
  }
}

// For servers of whom nobody wants more than their name: an answer without a body.
export function answerShortly(request, response) {
  response.end();
  return true;
}
