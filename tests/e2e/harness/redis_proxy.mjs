// SPDX-License-Identifier: MIT
// The way to a Redis that a test can make long, block or cut. It counts who comes.
import net from "node:net";
import { cleanUp } from "./cleanup.mjs";
import { listen } from "./ports.mjs";
import { deferred, pause, Timeline } from "./wait.mjs";

const kOpen = { promise: Promise.resolve(), resolve() {} };

export class RedisProxy {
  connections = new Timeline("connections through the proxy"); // each: { said, at, … }
  #delay = 0;
  #closed = false;
  #held = () => false;
  #gate = kOpen;

  static async start(t, redis) {
    const proxy = new RedisProxy();
    proxy.redis = redis;
    proxy.listener = net.createServer({ allowHalfOpen: true }, (client) => proxy.#take(client));
    proxy.port = await listen(proxy.listener);
    proxy.address = `127.0.0.1:${proxy.port}`;
    cleanUp(t, () => {
      proxy.cut();
      proxy.release();
      proxy.listener.close();
    });
    return proxy;
  }

  // From now on what either side says arrives so many milliseconds later.
  delay(milliseconds) {
    this.#delay = milliseconds;
  }

  // Answers do not arrive any more, until release(); those of all connections, or of those that
  // `which(connection)` says. What a connection has asked so far is its `said`.
  hold(which = () => true) {
    this.#held = which;
    this.#gate = deferred();
  }

  release() {
    this.#held = () => false;
    this.#gate.resolve();
    this.#gate = kOpen;
  }

  // Ends all connections, and new ones as soon as they come, until mend().
  cut() {
    this.#closed = true;
    for (const { client, server } of this.connections.entries) {
      client.destroy();
      server?.destroy();
    }
  }

  mend() {
    this.#closed = false;
  }

  #take(client) {
    const connection = { client, said: "", at: performance.now() };
    client.on("error", () => {});
    if (this.#closed) {
      client.destroy();
    } else {
      const { socket, port } = this.redis;
      connection.server = socket ? net.connect(socket) : net.connect(port, "127.0.0.1");
      this.#join(connection);
    }
    this.connections.push(connection);
  }

  #join(connection) {
    const { client, server } = connection;
    server.on("error", () => client.destroy());
    const asks = new Lane(server, () => this.#delay);
    client.on("data", (bytes) => {
      connection.said += bytes.toString("latin1");
      asks.pass(bytes);
    });
    client.on("end", () => asks.end());
    client.on("close", () => server.destroy());
    const answers = new Lane(client, () => this.#delay,
      () => (this.#held(connection) ? this.#gate.promise : undefined));
    server.on("data", (bytes) => answers.pass(bytes));
    server.on("end", () => answers.end());
    server.on("close", () => client.destroy());
  }
}

// One direction of a connection: what goes in comes out in the same order, later.
class Lane {
  #last = Promise.resolve();

  constructor(to, delay, gate = () => undefined) {
    Object.assign(this, { to, delay, gate });
  }

  pass(bytes) {
    this.#then(() => this.to.write(bytes));
  }

  end() {
    this.#then(() => this.to.end());
  }

  #then(act) {
    const due = performance.now() + this.delay();
    this.#last = this.#last.then(async () => {
      const left = due - performance.now();
      if (left > 0) await pause(left);
      await this.gate();
      if (!this.to.destroyed) act();
    });
  }
}
