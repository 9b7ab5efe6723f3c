// SPDX-License-Identifier: MIT
// Stickler under attack: an honest client goes on asking all the while and must be served, and when
// the attack is over nothing of it may be left.
import assert from "node:assert/strict";
import { startStickler } from "./balancer.mjs";
import { descriptors, peakMemory } from "./proc.mjs";
import { RawServer } from "./raw_server.mjs";
import { kLimit, Timeline, within } from "./wait.mjs";
import { RawClient } from "./wire.mjs";

// Builds with sanitizers are slow, and need memory of their own.
const instrumented = Boolean(process.env.STICKLER_INSTRUMENTED);

// So many of a shipped build's attackers; a slow build gets fewer.
export function many(count) {
  return instrumented ? Math.ceil(count / 20) : count;
}

// What the honest client may meet on a busy machine, hence no limit of its own.
const kPatientTimeouts = Object.fromEntries(
  ["queue", "connect", "server", "head", "body", "client", "keepalive", "handshake"]
    .map((limit) => [limit, "1m"]));

// Settings as in settings.mjs. Two workers; no idle connections to the server, so that descriptors
// can be counted; and no time limit is scaled down but those in `timeouts`.
export async function besiege(t, { edit = () => {}, timeouts, ...settings } = {}) {
  const server = await RawServer.start(t, answersTarget);
  const balancer = await startStickler(t, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    workers: 2,
    timeouts: { ...kPatientTimeouts, ...timeouts },
    edit(config) {
      config.log.level = "info";
      config.backends["server-pro"].max_idle = 0;
      edit(config);
    },
    ...settings,
  });
  const siege = new Siege(t, balancer);
  await siege.begin();
  return siege;
}

const kMuch = Buffer.alloc(8 * 2 ** 20);

// Answers each request with its target, and one for /much with more than sockets hold.
async function answersTarget(side) {
  for (;;) {
    const { method, target } = await side.request();
    if (target === "/much") {
      side.send(`HTTP/1.1 200 OK\r\nContent-Length: ${kMuch.length}\r\n\r\n`).send(kMuch);
    } else {
      side.answer(method === "HEAD" ? "" : target);
    }
  }
}

class Siege {
  #over = false;
  #answers = new Timeline("answers to the honest client");

  constructor(t, balancer) {
    Object.assign(this, { t, balancer, ports: balancer.ports, pid: balancer.pid });
  }

  async begin() {
    this.descriptors = descriptors(this.pid);
    this.kept = await RawClient.connect(this.t, { port: this.ports.plain });
    await this.#ask(this.kept);
    this.memory = peakMemory(this.pid);
    this.asking = this.#goOnAsking();
  }

  // One request on a connection that is kept, one on a new one, one by TLS.
  async #goOnAsking() {
    try {
      while (!this.#over) {
        await this.#ask(this.kept);
        await this.#askOnce({ port: this.ports.plain });
        await this.#askOnce({ port: this.ports.https, ca: this.balancer.ca });
      }
    } catch (error) {
      this.#answers.end(error.stack);
    }
  }

  async #askOnce(address) {
    const client = await RawClient.connect(this.t, address);
    await this.#ask(client);
    client.close();
  }

  async #ask(client) {
    const target = `/honest/${this.#answers.mark()}`;
    const { status, text } = await client.request(`GET ${target}`).response();
    assert.deepEqual([status, text], [200, target]);
    this.#answers.push(target);
  }

  // The honest client has got some more answers from now on, on each of its ways.
  async othersAreServed() {
    await this.#answers.at(this.#answers.mark() + 5);
  }

  // The most bytes of memory that each of so many attackers may have taken.
  costsAtMost(bytes, attackers) {
    const cost = (peakMemory(this.pid) - this.memory) / attackers;
    this.t.diagnostic(`${Math.round(cost)} bytes for each of ${attackers}`);
    if (!instrumented) assert.ok(cost < bytes, `${cost} bytes each`);
  }

  // The attackers have gone, and what they had is given back.
  async isOver() {
    await this.othersAreServed();
    this.#over = true;
    await this.asking;
    assert.equal(this.#answers.ended, undefined);
    const alone = this.#askUntilAlone();
    await within(alone, "the descriptors of the attackers to be closed", 2 * kLimit);
  }

  // Until no descriptor is open but those of the beginning and the honest client's own.
  async #askUntilAlone() {
    do await this.#ask(this.kept); while (descriptors(this.pid) !== this.descriptors + 1);
  }
}
