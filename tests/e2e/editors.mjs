// SPDX-License-Identifier: MIT
// Editors: the client of socket.io 0.9 as Server Pro's pages use it, with cookies, over TLS, by
// WebSocket or xhr-polling. (npm's own 0.9 client runs on today's Node, but can neither carry a
// browser's cookies nor trust a test's certificate authority.) An editor opens a project, types
// numbered edits, counts acknowledgements, and notes every answer from an instance other than the
// one where its session was opened.
import { randomBytes } from "node:crypto";
import { Browser } from "./harness/browser.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { deferred, Timeline, within } from "./harness/wait.mjs";
import { PollingTransport, WebSocketTransport } from "./socketio09.mjs";

const kTransports = { "websocket": WebSocketTransport, "xhr-polling": PollingTransport };
export const kEditorTransports = Object.keys(kTransports);

export class Editor {
  project = randomBytes(12).toString("hex");
  acknowledged = 0;
  problems = []; // answers by another instance, refusals
  moves = []; // { from, to } of every new opening elsewhere
  happenings = new Timeline("what the editor saw");
  #acks = new Map();
  #nextAck = 1;

  constructor(t, url, { name, transport = "websocket", ca }) {
    Object.assign(this, { name, ca, transportName: transport });
    this.browser = new Browser(t, url, { ca });
    cleanUp(t, () => this.leave());
  }

  static async open(t, url, options) {
    const editor = new Editor(t, url, options);
    await editor.browser.get("/login");
    await editor.open();
    return editor;
  }

  // Opens the project (again), connects and joins. The instance may be another one than before.
  async open() {
    const target = `/project/${this.project}?editor=${this.name}&next=${this.acknowledged + 1}`;
    const { instance, session } = (await this.browser.get(target)).json;
    if (this.instance && instance !== this.instance) {
      this.moves.push({ from: this.instance, to: instance });
    }
    Object.assign(this, { instance, session });
    await this.#connect();
    const joined = await this.#emit("joinProject", { project_id: this.project, session });
    this.#expectHome(joined.instance, "joinProject");
  }

  // The socket.io handshake, then the transport.
  async #connect() {
    const query = `projectId=${this.project}&t=${Date.now()}`;
    const handshake = await this.browser.get(`/socket.io/1/?${query}`);
    if (handshake.status !== 200) throw new Error(`handshake: ${handshake.status}`);
    const [id] = handshake.text.split(":");
    this.gone = deferred();
    this.transport = new kTransports[this.transportName](this.browser, id, query, {
      packet: (text) => this.#receive(text),
      closed: (reason) => this.#lost(reason),
    });
    await within(Promise.race([this.transport.connected, this.gone.promise]), "socket.io's 1::");
    if (this.gone.reason) throw new Error(`${this.name}: ${this.gone.reason} while connecting`);
  }

  #lost(reason) {
    this.gone.reason = reason;
    this.gone.resolve(reason);
    this.happenings.push({ what: "disconnected", reason });
    for (const { reject } of this.#acks.values()) reject(new Error(`disconnected: ${reason}`));
    this.#acks.clear();
  }

  #emit(name, ...args) {
    const id = this.#nextAck++;
    const acknowledged = deferred();
    this.#acks.set(id, acknowledged);
    this.transport.send(`5:${id}+::${JSON.stringify({ name, args })}`);
    return within(acknowledged.promise, `${this.name}: the acknowledgement of ${name}`);
  }

  #receive(packet) {
    const [, type, , data] = /^(\d):([^:]*):[^:]*:?([\s\S]*)$/.exec(packet);
    if (type === "2") this.#heartbeat();
    if (type === "8") this.happenings.push({ what: "noop" }); // a poll without news ended
    if (type === "5") this.#event(JSON.parse(data));
    if (type === "6") this.#ack(data);
    if (type === "7") this.problems.push(`socket.io error ${data}`);
  }

  #heartbeat() {
    this.transport.send("2::");
    this.happenings.push({ what: "heartbeat" });
  }

  #event({ name, args }) {
    if (name === "connectionRejected") this.problems.push(args[0].message);
    this.happenings.push({ what: name, args });
  }

  #ack(data) {
    const [, id, , args] = /^(\d+)(\+([\s\S]*))?$/.exec(data);
    const [error, answer] = JSON.parse(args);
    const { resolve, reject } = this.#acks.get(Number(id));
    this.#acks.delete(Number(id));
    if (error) reject(new Error(error));
    else resolve(answer);
  }

  #expectHome(instance, what) {
    if (instance !== this.instance) {
      this.problems.push(`${what} was answered by ${instance}, not ${this.instance}`);
    }
  }

  // Types this many edits, each acknowledged before the next.
  async type(count) {
    for (let i = 0; i < count; ++i) {
      const number = this.acknowledged + 1;
      const answer = await this.#emit("applyOtUpdate", { number, text: `edit ${number}` });
      this.#expectHome(answer.instance, `edit ${number}`);
      this.acknowledged = answer.number;
    }
  }

  // Types on through disconnections, opening the project again after each.
  async typeThrough(count) {
    const goal = this.acknowledged + count;
    for (let attempts = 0; this.acknowledged < goal && attempts < 10; ++attempts) {
      try {
        if (this.gone.reason) await this.open();
        await this.type(goal - this.acknowledged);
      } catch (error) {
        this.happenings.push({ what: "interrupted", error });
        if (!this.gone.reason) this.leave();
      }
    }
    if (this.acknowledged < goal) throw new Error(`${this.name} cannot type any more`);
  }

  // Compiles, and fetches the output; null if it is not there.
  async compile(milliseconds = 0) {
    const target = `/project/${this.project}/compile?ms=${milliseconds}`;
    const { outputFiles, instance } = (await this.browser.post(target, "{}")).json;
    this.#expectHome(instance, "compile");
    const pdf = await this.browser.get(outputFiles[0].url);
    return pdf.status === 200 ? pdf.body : null;
  }

  // The server that the session cookie names.
  cookieServer(name = "server-pro-ha") {
    return this.browser.jar.get(name).split("|")[0];
  }

  // When the connection has ended: why.
  disconnected() {
    return within(this.gone.promise, `${this.name} to notice the disconnection`);
  }

  leave() {
    this.transport?.close();
  }
}
