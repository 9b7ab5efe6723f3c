// SPDX-License-Identifier: MIT
// As much of etcd's v3 JSON gateway as tests and stand-ins need: keys, leases, a watch. A call that
// one member does not answer in time goes on to the next; what that one did of it is unknown.
import http from "node:http";
import https from "node:https";
import { createInterface } from "node:readline";
import { Timeline } from "./wait.mjs";

const kLimit = 1000;
const kUnauthenticated = 16;

// What etcd itself refused: the gRPC code, and whether another member may know better.
export class EtcdError extends Error {
  constructor(status, { code, message, error } = {}) {
    const nested = typeof error === "object" ? error : {};
    super(`etcd: ${status} ${message ?? nested.message ?? JSON.stringify(error)}`);
    this.code = code ?? nested.grpc_code;
    this.elsewhere = status >= 500;
  }
}

export class EtcdClient {
  #at = 0;
  #token;
  #watches = new Set();

  // `endpoints`: URLs. `tls`: ca, cert, key as Node has them. `limit`: milliseconds for each try.
  constructor(endpoints, { tls = {}, user, password, limit = kLimit } = {}) {
    const module = endpoints[0].startsWith("https:") ? https : http;
    const agent = new module.Agent({ keepAlive: true, ...tls });
    const send = module.request;
    Object.assign(this, { endpoints, tls, user, password, limit, agent, send });
  }

  close() {
    for (const watch of this.#watches) watch.close();
    this.agent.destroy();
  }

  // The answer to a call of any member that has one.
  async call(path, body = {}) {
    let last;
    for (let i = 0; i < this.endpoints.length; ++i) {
      const at = (this.#at + i) % this.endpoints.length;
      try {
        const answer = await this.callAt(at, path, body);
        this.#at = at;
        return answer;
      } catch (error) {
        if (error instanceof EtcdError && !error.elsewhere) throw error;
        last = error;
      }
    }
    throw last;
  }

  async callAt(at, path, body = {}) {
    if (this.user && !this.#token) await this.#authenticate(at);
    try {
      return await this.#ask(at, path, body);
    } catch (error) {
      if (!this.user || error.code !== kUnauthenticated) throw error;
      await this.#authenticate(at);
      return this.#ask(at, path, body);
    }
  }

  async #authenticate(at) {
    this.#token = undefined;
    const words = { name: this.user, password: this.password };
    this.#token = (await this.#ask(at, "/v3/auth/authenticate", words)).token;
  }

  #ask(at, path, body) {
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(Math.ceil(this.limit));
      const request = this.#request(at, path, { signal });
      request.on("error", reject);
      request.on("response", (response) => collect(response).then(resolve, reject));
      request.end(JSON.stringify(body));
    });
  }

  #request(at, path, options) {
    const headers = { "Content-Type": "application/json" };
    if (this.#token) headers.Authorization = this.#token;
    const url = new URL(path, this.endpoints[at]);
    return this.send(url, { method: "POST", agent: this.agent, headers, ...options });
  }

  // { value, version, create_revision, mod_revision, lease }, or undefined.
  async entry(key) {
    const { kvs = [] } = await this.call("/v3/kv/range", { key: encode(key) });
    return kvs.map((kv) => ({ ...kv, value: decode(kv.value) }))[0];
  }

  async get(key) {
    return (await this.entry(key))?.value;
  }

  // All keys that begin so: { key: value }.
  async getPrefix(prefix) {
    const { kvs = [] } = await this.call("/v3/kv/range", range(prefix));
    return Object.fromEntries(kvs.map(({ key, value }) => [decode(key), decode(value)]));
  }

  async put(key, value) {
    await this.call("/v3/kv/put", { key: encode(key), value: encode(value) });
  }

  async putWithLease(key, value, lease) {
    await this.call("/v3/kv/put", { key: encode(key), value: encode(value), lease });
  }

  // How many there were.
  async del(key) {
    const answer = await this.call("/v3/kv/deleterange", { key: encode(key) });
    return Number(answer.deleted ?? 0);
  }

  async revision() {
    const { header } = await this.call("/v3/kv/range", { key: encode("nothing") });
    return Number(header.revision);
  }

  // Forgets what was before this revision (before now, unless it is said).
  async compact(revision) {
    revision ??= await this.revision();
    await this.call("/v3/kv/compaction", { revision, physical: true });
  }

  // The new lease's id.
  async grantLease(seconds) {
    return (await this.call("/v3/lease/grant", { TTL: seconds })).ID;
  }

  // The seconds that it lasts from now on; 0 if it is lost.
  async keepAlive(lease) {
    const { result, error } = await this.call("/v3/lease/keepalive", { ID: lease });
    if (error) throw new EtcdError(503, { error });
    return Number(result.TTL ?? 0);
  }

  async revoke(lease) {
    await this.call("/v3/lease/revoke", { ID: lease });
  }

  // What happens below a prefix from now on, as told by one member: { key, value }, without a value
  // for a key that is gone. `close()` of the timeline ends it.
  async watch(prefix) {
    await this.revision(); // finds a member that answers
    const heard = new Timeline(`events below ${prefix}`);
    const request = this.#request(this.#at, "/v3/watch", { agent: false, ...this.tls });
    const began = new Promise((resolve, reject) => {
      request.on("error", reject);
      request.on("response", (response) => {
        createInterface({ input: response })
          .on("line", (line) => hear(JSON.parse(line), heard, resolve))
          .on("error", () => {})
          .on("close", () => heard.end("etcd has ended the watch"));
      });
    });
    heard.close = () => request.destroy();
    this.#watches.add(heard);
    request.end(JSON.stringify({ create_request: range(prefix) }));
    await began;
    return heard;
  }
}

function hear({ result = {} }, heard, began) {
  if (result.created) began();
  for (const { type, kv } of result.events ?? []) {
    const gone = type === "DELETE";
    heard.push({ key: decode(kv.key), value: gone ? undefined : decode(kv.value) });
  }
}

async function collect(response) {
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  const answer = parsed(text);
  if (response.statusCode !== 200) throw new EtcdError(response.statusCode, answer);
  return answer;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.trim() };
  }
}

function encode(text) {
  return Buffer.from(text).toString("base64");
}

function decode(text = "") {
  return Buffer.from(text, "base64").toString();
}

// Keys that begin so: up to the first that is greater than all of them.
function range(prefix) {
  const end = Buffer.from(prefix);
  end[end.length - 1] += 1;
  return { key: encode(prefix), range_end: end.toString("base64") };
}
