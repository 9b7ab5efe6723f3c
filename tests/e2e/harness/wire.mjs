// SPDX-License-Identifier: MIT
// One end of a connection, byte by byte: what a test sends is what goes out, and what came in can
// be read in the portions of HTTP/1.1. Serves both sides: RawClient below, the scripted servers in
// raw_server.mjs.
import net from "node:net";
import tls from "node:tls";
import { once } from "node:events";
import { cleanUp } from "./cleanup.mjs";
import { within } from "./wait.mjs";

export class Wire {
  #received = Buffer.alloc(0);
  #ended = false; // the peer has sent its FIN
  #news = () => {};

  constructor(socket) {
    this.socket = socket;
    socket.on("data", (bytes) => this.#notice(() => {
      this.#received = Buffer.concat([this.#received, bytes]);
    }));
    socket.on("end", () => this.#notice(() => (this.#ended = true)));
    socket.on("error", (error) => this.#notice(() => (this.error = error)));
    socket.on("close", () => this.#notice(() => (this.closed = true)));
  }

  #notice(change) {
    change();
    this.#news();
  }

  get over() {
    return this.#ended || this.closed || this.error !== undefined;
  }

  send(data) {
    this.socket.write(data);
    return this;
  }

  // Sends, and returns when the kernel has taken everything.
  sendAll(data) {
    const written = new Promise((resolve) => this.socket.write(data, resolve));
    return within(written, "the peer to take what was sent");
  }

  // FIN: nothing more will come from here, but this end goes on reading.
  halfClose() {
    this.socket.end();
    return this;
  }

  // RST, beneath TLS, too.
  reset() {
    (this.tcp ?? this.socket).resetAndDestroy();
    return this;
  }

  close() {
    this.socket.destroy();
  }

  // Stops reading, so that the peer's sending must stall.
  stopReading() {
    this.socket.pause();
  }

  resumeReading() {
    this.socket.resume();
  }

  // Bytes received and not yet read by the test.
  get pending() {
    return this.#received;
  }

  // Waits until `ready()` says true of what came so far, or nothing more can come.
  async #until(ready, what, limit) {
    while (!ready() && !this.over) {
      const news = new Promise((resolve) => (this.#news = resolve));
      const description = () => `${what}; so far: ${JSON.stringify(this.#received.toString())}`;
      try {
        await within(news, what, limit);
      } catch (error) {
        throw new Error(`${error.message}: ${description().slice(0, 500)}`);
      }
    }
    if (ready()) return;
    const end = this.error?.code ?? "the end";
    const got = JSON.stringify(this.#received.toString("latin1").slice(0, 400));
    throw new Error(`${end} came instead of ${what}; received: ${got}`);
  }

  #take(length) {
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  async readBytes(length, limit) {
    await this.#until(() => this.#received.length >= length, `${length} bytes`, limit);
    return this.#take(length);
  }

  // Everything up to and including this text.
  async readThrough(text, limit) {
    await this.#until(() => this.#received.includes(text), JSON.stringify(text), limit);
    return this.#take(this.#received.indexOf(text) + Buffer.byteLength(text)).toString("latin1");
  }

  // A head of either kind: { start, fields, raw }; get(name) joins the lines of one name.
  async readHead(limit) {
    const raw = await this.readThrough("\r\n\r\n", limit);
    const [start, ...lines] = raw.slice(0, -4).split("\r\n");
    const fields = lines.map((line) => {
      const [, name, value] = /^([^:]*):[ \t]*(.*?)[ \t]*$/.exec(line);
      return [name, value];
    });
    return new Head(raw, start, fields);
  }

  // The body that belongs to a head, as bytes; `chunks` and `trailers` are left on the head.
  async readBody(head, { limit } = {}) {
    if (/\bchunked$/i.test(head.get("transfer-encoding") ?? "")) {
      return this.#readChunks(head, limit);
    }
    const length = head.get("content-length");
    if (length !== undefined) return this.readBytes(Number(length), limit);
    return head.isRequest ? Buffer.alloc(0) : this.readToEnd(limit);
  }

  async #readChunks(head, limit) {
    head.chunks = [];
    for (;;) {
      const size = parseInt(await this.readThrough("\r\n", limit), 16);
      if (size === 0) break;
      head.chunks.push(await this.readBytes(size, limit));
      await this.readThrough("\r\n", limit);
    }
    head.trailers = [];
    for (let line; (line = await this.readThrough("\r\n", limit)) !== "\r\n";) {
      head.trailers.push(line.slice(0, -2));
    }
    return Buffer.concat(head.chunks);
  }

  // All that comes until the peer's FIN; a reset is an error.
  async readToEnd(limit) {
    await this.#until(() => this.#ended, "the peer's FIN", limit);
    return this.#take(this.#received.length);
  }

  // Waits for the end and returns how it came: "fin" or "reset". Unread bytes are an error.
  async expectClose(limit) {
    await this.#until(() => this.over, "the connection's end", limit);
    if (this.#received.length > 0) {
      throw new Error(`unexpected before the end: ${this.#received.toString().slice(0, 400)}`);
    }
    return this.error ? "reset" : "fin";
  }

  // Waits for the end, whatever still comes, and returns { how, bytes }.
  async drain(limit) {
    await this.#until(() => this.over, "the connection's end", limit);
    return { how: this.error ? "reset" : "fin", bytes: this.#take(this.#received.length) };
  }
}

class Head {
  constructor(raw, start, fields) {
    Object.assign(this, { raw, start, fields });
    this.isRequest = !start.startsWith("HTTP/");
    const [first, second, ...rest] = start.split(" ");
    if (this.isRequest) Object.assign(this, { method: first, target: second });
    else Object.assign(this, { status: Number(second), reason: rest.join(" ") });
  }

  all(name) {
    return this.fields.filter(([n]) => n.toLowerCase() === name).map(([, value]) => value);
  }

  // The value of a field, lines of the same name joined by ", "; undefined if absent.
  get(name) {
    const values = this.all(name);
    return values.length > 0 ? values.join(", ") : undefined;
  }
}

export class RawClient extends Wire {
  secrets = ""; // of its TLS, in the lines of an SSLKEYLOGFILE

  // Plain, or TLS if `ca` (PEM) is given.
  static async connect(t, { port, host = "127.0.0.1", ca, ...options }) {
    const tcp = net.connect({ port, host, allowHalfOpen: true, ...(ca ? {} : options) });
    const secure = { ca, servername: "localhost", allowHalfOpen: true, ...options };
    const socket = ca ? tls.connect({ socket: tcp, ...secure }) : tcp;
    const client = new RawClient(socket);
    client.tcp = tcp;
    socket.on("keylog", (line) => (client.secrets += line));
    cleanUp(t, () => client.close());
    await within(once(socket, ca ? "secureConnect" : "connect"), `a connection to ${port}`);
    return client;
  }

  // A request as text: first line, then fields; Host is added unless `fields` names it.
  request(line, fields = [], body = "") {
    const named = fields.some((field) => /^host:/i.test(field));
    const head = [`${line} HTTP/1.1`, ...(named ? [] : ["Host: localhost"]), ...fields];
    return this.send(head.join("\r\n") + "\r\n\r\n" + body);
  }

  // The next final response, its body read; heads of 1xx that came before are in `interim`.
  async response({ method = "GET", limit } = {}) {
    const interim = [];
    for (;;) {
      const head = await this.readHead(limit);
      if (head.status < 200 && head.status !== 101) {
        interim.push(head);
        continue;
      }
      head.interim = interim;
      const empty = method === "HEAD" || [101, 204, 304].includes(head.status);
      head.body = empty ? Buffer.alloc(0) : await this.readBody(head, { limit });
      head.text = head.body.toString();
      return head;
    }
  }
}
