// SPDX-License-Identifier: MIT
// Stand-in instances as processes: started, crashed and started again on the same port, told to
// close, and asked at the end whether anything came to the wrong one.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cleanUp } from "./cleanup.mjs";
import { Timeline, within } from "./wait.mjs";

const kStandins = fileURLToPath(new URL("../standins/", import.meta.url));

export class Instance {
  // `script`: a file of standins/; `env`: what it reads from its environment.
  constructor(t, { name, script = "server-pro.mjs", env = {}, events }) {
    Object.assign(this, { name, script, env, events, port: 0 });
    cleanUp(t, () => this.kill());
  }

  // Starts the process, on the port it had before if it had one.
  async start() {
    const mark = this.events.mark();
    const env = { ...process.env, ...this.env, INSTANCE: this.name, PORT: String(this.port) };
    this.process = fork(kStandins + this.script, { env, execArgv: ["--no-deprecation"] });
    this.process.on("message", (event) => this.events.push(event));
    const listening = await this.#waitFor("listening", mark);
    this.port = listening.port;
    return this;
  }

  #waitFor(event, since) {
    const fits = (e) => e.instance === this.name && e.event === event;
    return this.events.waitFor(fits, { since });
  }

  // Crashes it (SIGKILL), or makes sure that it is gone.
  async kill() {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode) return;
    this.process.kill("SIGKILL");
    await within(once(this.process, "exit"), `the end of ${this.name}`);
  }

  // closeSite, openSite, setStatus (with { code }).
  async order(order, values = {}) {
    const mark = this.events.mark();
    this.process.send({ order, ...values });
    await this.#waitFor("done", mark);
  }
}

// The instances of one test, and what they told in common order.
export class Fleet {
  events = new Timeline("events of the instances");
  gone = new Set(); // socket.io sessions that died with an instance

  // `git`: { instance, root }. Names are those of the guide.
  static async start(t, count = 3, { git, heartbeat = 25, script } = {}) {
    const fleet = new Fleet();
    fleet.instances = Array.from({ length: count }, (_, i) => {
      const name = `server-pro-ha-${i + 1}`;
      const env = { HEARTBEAT: String(heartbeat) };
      if (git?.instance === name) env.GIT_ROOT = git.root;
      return new Instance(t, { name, script, env, events: fleet.events });
    });
    await Promise.all(fleet.instances.map((instance) => instance.start()));
    return fleet;
  }

  // For settings.servers of a balancer.
  get servers() {
    return this.instances.map(({ name, port }) => ({ name, port }));
  }

  get(name) {
    return this.instances.find((instance) => instance.name === name);
  }

  async crash(name) {
    await this.get(name).kill();
    for (const { event, instance, id } of this.events.entries) {
      if (event === "connected" && instance === name) this.gone.add(id);
    }
  }

  of(event) {
    return this.events.entries.filter((entry) => entry.event === event);
  }

  // What instances complained about: data that belongs elsewhere. socket.io sessions of a crashed
  // instance may turn up at another one: that is how their clients learn of the crash.
  get complaints() {
    const strays = this.of("stray").filter(({ id }) => !this.gone.has(id));
    return [...this.of("complaint"), ...strays].map(({ text }) => text);
  }

  // The edits of one editor as stored, in order.
  editsOf(editor) {
    return this.of("edit").filter((edit) => edit.editor === editor).map(({ number }) => number);
  }
}
