// SPDX-License-Identifier: MIT
// The ways from one program to the members of an etcd, which a test can cut, stall (as a network
// that loses everything) and heal.
import net from "node:net";
import { cleanUp } from "./cleanup.mjs";
import { listen } from "./ports.mjs";
import { Timeline } from "./wait.mjs";

export class TcpCutter {
  connections = new Timeline("connections through the cutter");
  #state = "open"; // or "cut", "stalled"
  #open = new Set();

  // `urls`: where the ways lead. `endpoints`: the same, by these ways.
  static async start(t, urls) {
    const cutter = new TcpCutter();
    const ports = await Promise.all(urls.map((url) => cutter.#listen(t, new URL(url).port)));
    cutter.endpoints = urls.map((url, i) => `${new URL(url).protocol}//127.0.0.1:${ports[i]}`);
    cleanUp(t, () => cutter.cut());
    return cutter;
  }

  #listen(t, port) {
    const server = net.createServer((client) => this.#take(client, Number(port)));
    cleanUp(t, () => server.close());
    return listen(server);
  }

  // Ends what is there, and whoever comes.
  cut() {
    this.#state = "cut";
    for (const way of this.#open) way.end();
  }

  // Nothing passes in either direction, nor the end of a connection; whoever comes waits, too. What
  // was sent meanwhile arrives when it is healed.
  stall() {
    this.#state = "stalled";
    for (const way of this.#open) way.pause();
  }

  heal() {
    this.#state = "open";
    for (const way of this.#open) way.resume();
  }

  #take(client, port) {
    this.connections.push({ port });
    if (this.#state === "cut") return client.on("error", () => {}).resetAndDestroy();
    const way = new Way(client, net.connect(port, "127.0.0.1"));
    this.#open.add(way);
    way.whenOver(() => this.#open.delete(way));
    if (this.#state === "stalled") way.pause();
  }
}

class Way {
  constructor(client, server) {
    this.ends = [client, server];
    for (const [from, to] of [[client, server], [server, client]]) {
      from.on("data", (bytes) => to.write(bytes));
      from.on("end", () => to.end());
      from.on("error", () => this.end());
      from.on("close", () => to.destroy());
    }
  }

  whenOver(act) {
    this.ends[1].on("close", act);
  }

  pause() {
    for (const socket of this.ends) socket.pause();
  }

  resume() {
    for (const socket of this.ends) socket.resume();
  }

  // (Node never lets go of a socket that is reset while it is being shut down.)
  end() {
    for (const socket of this.ends) {
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}
