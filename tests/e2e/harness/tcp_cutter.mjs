// SPDX-License-Identifier: MIT
// The ways from one program to the members of an etcd, which a test can cut, stall (as a network
// that loses everything) and heal.
import net from "node:net";
import { cleanUp } from "./cleanup.mjs";
import { listen } from "./ports.mjs";
import { deferred, Timeline, within } from "./wait.mjs";

export class TcpCutter {
  connections = new Timeline("connections through the cutter");
  #state = "open"; // or "cut", "stalled"
  #open = new Set();
  #trap;

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

  // Stalls at the first request from now on whose body (JSON) fits. It is held, and arrives when it
  // is told to (LateRequest), or when all is healed.
  stallAt(fits) {
    this.#trap = { fits, late: deferred() };
    return this.#trap.late.promise;
  }

  // What a client says goes on: while there is a trap, request by request.
  #pass(way, bytes) {
    if (!this.#trap) return way.tell(bytes);
    const request = way.unsent ? Buffer.concat([way.unsent, bytes]) : bytes;
    way.unsent = request;
    const body = bodyOf(request);
    if (body === undefined) return;
    const { fits, late } = this.#trap;
    if (!fits(body)) return way.tell();
    this.#trap = undefined;
    this.stall();
    late.resolve(new LateRequest(way, body));
  }

  #take(client, port) {
    this.connections.push({ port });
    if (this.#state === "cut") return client.on("error", () => {}).resetAndDestroy();
    const server = net.connect(port, "127.0.0.1");
    const way = new Way(client, server, (bytes) => this.#pass(way, bytes));
    this.#open.add(way);
    way.whenOver(() => this.#open.delete(way));
    if (this.#state === "stalled") way.pause();
  }
}

// Of a client that may have given up long ago.
class LateRequest {
  constructor(way, body) {
    Object.assign(this, { way, body });
  }

  // It reaches the server, and nothing else does. What that answers: JSON.
  async arrive() {
    const [, server] = this.way.ends;
    const answer = deferred();
    let text = "";
    const hear = (bytes) => {
      text += bytes;
      const body = bodyOf(text);
      if (body !== undefined) answer.resolve(body);
    };
    server.on("data", hear);
    server.resume();
    this.way.tell();
    const body = await within(answer.promise, "the answer to a late request");
    server.off("data", hear);
    return body;
  }
}

class Way {
  unsent; // of a request that is not whole yet, or is held
  #paused = false;
  #later = [];

  // `pass(bytes)`: what the client says.
  constructor(client, server, pass) {
    this.ends = [client, server];
    client.on("data", pass);
    server.on("data", (bytes) => client.write(bytes));
    for (const [from, to] of [[client, server], [server, client]]) {
      from.on("end", () => this.#whenOpen(() => to.end()));
      from.on("error", () => this.#whenOpen(() => this.end()));
      from.on("close", () => this.#whenOpen(() => to.destroy()));
    }
  }

  // (Node tells of the end of a socket that is paused, too, if it has nothing more to say.)
  #whenOpen(act) {
    if (this.#paused) this.#later.push(act);
    else act();
  }

  // The server is told what was held, and these bytes.
  tell(bytes) {
    const [, server] = this.ends;
    if (this.unsent) server.write(this.unsent);
    if (bytes) server.write(bytes);
    this.unsent = undefined;
  }

  whenOver(act) {
    this.ends[1].on("close", act);
  }

  pause() {
    this.#paused = true;
    for (const socket of this.ends) socket.pause();
  }

  resume() {
    this.#paused = false;
    this.tell();
    for (const socket of this.ends) socket.resume();
    for (const act of this.#later.splice(0)) act();
  }

  // (Node never lets go of a socket that is reset while it is being shut down.)
  end() {
    for (const socket of this.ends) {
      if (socket.writableEnded) socket.destroy();
      else socket.resetAndDestroy();
    }
  }
}

// Of one whole message of HTTP; undefined while something is missing.
function bodyOf(bytes) {
  const text = String(bytes);
  const end = text.indexOf("\r\n\r\n") + 4;
  const length = Number(/^content-length: (\d+)/im.exec(text)?.[1]);
  if (end < 4 || text.length < end + length) return undefined;
  return JSON.parse(text.slice(end, end + length));
}
