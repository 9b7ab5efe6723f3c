// SPDX-License-Identifier: MIT
// A node that cannot register itself, an etcd, and `stickler register` between them. The stop
// command asks the test, which looks whether the key is still there.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary } from "./balancer.mjs";
import { cleanUp } from "./cleanup.mjs";
import { startEtcd } from "./etcd.mjs";
import { libconfig } from "./libconfig.mjs";
import { Program } from "./program.mjs";
import { namedServer } from "./servers.mjs";
import { kLimit, Timeline } from "./wait.mjs";

const kNode = "dtable-server-01";
const kLease = 2; // seconds

export const kUrl = "https://dtable-server-01.example.com/";
export const kKey = `/stickler/dtable/nodes/${kNode}`;
export const kMoreThanALease = 1.5 * kLease * 1000;
export const kPatient = { limit: 3 * kLimit };
export const kRegistered = /: registered$/;

// A node, whose health the test sets, an etcd, and what is needed to register it.
export class RegisteredNode {
  healthy = true;
  stopSucceeds = true; // undefined: it hangs
  hungUp = 0; // stop commands that did not wait for an answer
  stopped = new Timeline("runs of the stop command"); // { key }, as it was then

  static async start(t, { etcd, ...options } = {}) {
    const node = Object.assign(new RegisteredNode(), { t, options });
    node.etcd = etcd ?? await startEtcd(t);
    const answer = { handler: (_, response) => node.#answer(response) };
    const stop = { handler: (_, response) => node.#stop(response) };
    [node.server, node.stops] =
      await Promise.all([namedServer(t, kNode, answer), namedServer(t, "stops", stop)]);
    node.file = node.#write(t);
    return node;
  }

  // Whatever it is asked, and it is asked for /ping/ only.
  #answer(response) {
    response.statusCode = this.healthy ? 200 : 503;
    response.end();
    return true;
  }

  async #stop(response) {
    const key = await this.key().catch(({ message }) => message);
    this.stopped.push({ key });
    response.on("close", () => (this.hungUp += response.writableEnded ? 0 : 1));
    if (this.stopSucceeds === undefined) return true;
    if (this.stopSucceeds) this.healthy = false;
    response.statusCode = this.stopSucceeds ? 200 : 500;
    response.end();
    return true;
  }

  #write(t) {
    const folder = mkdtempSync(path.join(tmpdir(), "stickler-register-"));
    cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
    const file = path.join(folder, "register.conf");
    const { register, cluster } = this.options;
    const config = {
      clusters: {
        dtable: {
          etcd: { endpoints: this.etcd.endpoints, timeout: "500ms" },
          lease: `${kLease}s`,
          grace: "10s",
          ...cluster,
          register: {
            node_id: kNode,
            node_url: kUrl,
            local_node_url: this.url,
            check: {
              http: "GET /ping/", expect: 200, interval: "50ms", timeout: "2s", rise: 2, fall: 2,
            },
            // Without our log, which would not end before it does.
            stop: `exec curl -sf http://127.0.0.1:${this.stops.port}/ >/dev/null 2>&1`,
            ...register,
          },
        },
      },
    };
    writeFileSync(file, libconfig(config));
    return file;
  }

  get url() {
    return `http://${this.options.host ?? "127.0.0.1"}:${this.server.port}/`;
  }

  get text() {
    return JSON.stringify({ node_url: kUrl, local_node_url: this.url });
  }

  // One process; does not wait. `by`: a command that runs it in its own place, as strace does.
  register({ env = {}, by = [] } = {}) {
    const [command, ...words] = [...by, kSticklerBinary, "register", "-f", this.file];
    const options = { env: { ...process.env, ...env } };
    const program = new Program(this.t, "register", command, words, options);
    cleanUp(this.t, () => program.signal("SIGCONT"));
    return program;
  }

  async registered() {
    const program = this.register();
    await program.log.waitFor(kRegistered, kPatient);
    return program;
  }

  key() {
    return this.etcd.client.get(kKey);
  }

  // The key's life began with this revision.
  async born() {
    return (await this.etcd.client.entry(kKey))?.create_revision;
  }

  watch() {
    return this.etcd.client.watch(kKey);
  }
}
