// SPDX-License-Identifier: MIT
// The two transports of socket.io 0.9's client. Each calls back with packets and, once, with the
// reason of its end; `connected` resolves when the server has said 1::.
import WebSocket from "ws";
import { deferred } from "./harness/wait.mjs";

class Transport {
  #ended = false;
  #connected = deferred();
  connected = this.#connected.promise;

  constructor({ packet, closed }) {
    this.onPacket = packet;
    this.onClosed = closed;
  }

  receive(packet) {
    if (packet.startsWith("1:")) this.#connected.resolve();
    this.onPacket(packet);
    if (packet.startsWith("0:") || packet.startsWith("7:")) this.end("the server ended it");
  }

  end(reason) {
    if (this.#ended) return;
    this.#ended = true;
    this.onClosed(reason);
  }

  get ended() {
    return this.#ended;
  }
}

export class WebSocketTransport extends Transport {
  constructor(browser, id, query, callbacks) {
    super(callbacks);
    const base = browser.base.replace(/^http/, "ws");
    this.socket = new WebSocket(`${base}/socket.io/1/websocket/${id}?${query}`, {
      headers: { Cookie: browser.jar.header() },
      ca: browser.agent.options.ca,
      perMessageDeflate: false,
    });
    this.socket.on("upgrade", ({ headers }) => browser.jar.take(headers["set-cookie"]));
    this.socket.on("message", (data) => this.receive(data.toString()));
    this.socket.on("error", (error) => this.end(error.message));
    this.socket.on("close", (code) => this.end(`closed (${code})`));
  }

  send(packet) {
    this.socket.send(packet);
  }

  close() {
    this.socket.terminate();
    this.end("left");
  }
}

// One GET is always waiting; packets go out by POST, one after the other.
export class PollingTransport extends Transport {
  #sending = Promise.resolve();

  constructor(browser, id, query, callbacks) {
    super(callbacks);
    this.browser = browser;
    this.target = `/socket.io/1/xhr-polling/${id}?${query}`;
    this.#poll();
  }

  async #poll() {
    while (!this.ended) {
      try {
        const answer = await this.browser.get(this.target, { limit: 120_000 });
        if (answer.status !== 200) this.end(`poll answered ${answer.status}`);
        else for (const packet of packets(answer.text)) this.receive(packet);
      } catch (error) {
        this.end(error.message);
      }
    }
  }

  send(packet) {
    this.#sending = this.#sending.then(async () => {
      try {
        const { status, text } = await this.browser.post(this.target, packet);
        if (status !== 200 || text !== "1") this.end(`post answered ${status} ${text}`);
      } catch (error) {
        this.end(error.message);
      }
    });
  }

  close() {
    this.end("left");
    this.browser.close();
  }
}

// A poll's answer holds one packet, or several framed as U+FFFD length U+FFFD packet.
function packets(text) {
  if (!text.startsWith("\ufffd")) return text === "" ? [] : [text];
  const found = [];
  for (let rest = text; rest !== "";) {
    const [frame, length] = /^\ufffd(\d+)\ufffd/.exec(rest);
    found.push(rest.slice(frame.length, frame.length + Number(length)));
    rest = rest.slice(frame.length + Number(length));
  }
  return found;
}
