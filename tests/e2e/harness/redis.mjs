// SPDX-License-Identifier: MIT
// A real Redis on loopback, which keeps nothing on disk unless it is asked to: started, killed,
// started again, frozen, and asked with redis-cli as an administrator does.
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { cleanUp } from "./cleanup.mjs";
import { freePort } from "./ports.mjs";
import { Program } from "./program.mjs";
import { deferred, Timeline, within } from "./wait.mjs";

const kBegan = /^(OK$|"psubscribe",)/;

// redis-server or redis-sentinel. It ends well at SIGTERM even if a test has frozen it.
export class RedisProgram extends Program {
  frozen = false;

  freeze() {
    this.frozen = true;
    this.signal("SIGSTOP");
  }

  thaw() {
    this.frozen = false;
    this.signal("SIGCONT");
  }

  async stop() {
    if (this.frozen) this.thaw();
    await super.stop();
  }
}

// redis-cli that listens: it ends with the test, or with the Redis that it listens to.
class Listener extends Program {
  // `read(line)` makes an entry of `heard` of a line, or undefined.
  constructor(t, words, { heard, read, ...options }) {
    super(t, `redis-cli ${words.join(" ")}`, "redis-cli", words, options);
    this.began = deferred();
    this.log.push = (line) => {
      if (kBegan.test(line)) return this.began.resolve();
      const entry = read(line);
      if (entry) heard.push(entry);
    };
    this.process.once("close", () => heard.end("redis-cli has ended"));
  }

  lastLines() {
    return "";
  }

  async stop() {
    this.signal("SIGKILL");
    await this.exited();
  }
}

export class Redis {
  // `socket`: a Unix socket instead of a port. `lines`: further lines of redis.conf, as of users.
  // `persist`: what is written survives a kill. `port`: the one that another Redis had.
  static async start(t, options = {}) {
    const redis = await Redis.prepare(t, options);
    await redis.start();
    return redis;
  }

  // Its address, before anybody listens there.
  static async prepare(t, { name = "redis", port, socket = false, lines = [], persist = false,
                            password } = {}) {
    const directory = mkdtempSync(path.join(tmpdir(), "stickler-redis-"));
    cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
    const redis = new Redis();
    Object.assign(redis, { t, name, directory, password });
    redis.socket = socket ? path.join(directory, "redis.sock") : undefined;
    redis.port = socket ? 0 : port ?? await freePort();
    redis.file = path.join(directory, "redis.conf");
    writeFileSync(redis.file, [
      `port ${redis.port}`,
      "bind 127.0.0.1",
      ...(socket ? [`unixsocket ${redis.socket}`] : []),
      `dir ${directory}`,
      'save ""',
      ...(persist ? ["appendonly yes", "appendfsync always"] : []),
      "notify-keyspace-events EA",
      "repl-diskless-sync-delay 0",
      ...(password ? [`requirepass "${password}"`] : []),
      ...lines,
    ].map((line) => `${line}\n`).join(""));
    return redis;
  }

  // As the setting redis.address has it.
  get address() {
    return this.socket ? `unix:${this.socket}` : `127.0.0.1:${this.port}`;
  }

  // For the first time, or again at the same address.
  async start() {
    this.program = new RedisProgram(this.t, this.name, "redis-server", [this.file]);
    await this.program.log.waitFor(/ready to accept connections/i);
    return this;
  }

  kill() {
    return this.program.kill();
  }

  // Accepts connections and answers nothing.
  freeze() {
    this.program.freeze();
  }

  thaw() {
    this.program.thaw();
  }

  // A command's answer, as redis-cli writes it in JSON; what has no such form is text. An error of
  // Redis' is thrown. `as`: { user, password, database } for another one than the administrator.
  ask(...words) {
    return this.askAs({}, ...words);
  }

  askAs({ user, password = this.password, database }, ...words) {
    const who = user ? ["--user", user] : [];
    const where = database === undefined ? [] : ["-n", String(database)];
    const options = [...this.#where, ...who, ...where, "--json", "-e", ...words.map(String)];
    const env = { ...process.env, REDISCLI_AUTH: password };
    if (!password) delete env.REDISCLI_AUTH;
    return new Promise((resolve, reject) => {
      execFile("redis-cli", options, { env, maxBuffer: 1 << 26 }, (error, said, trouble) => {
        if (error) reject(new Error(`${words.join(" ")}: ${trouble.trim() || error.message}`));
        else resolve(valueOf(said));
      });
    });
  }

  get #where() {
    return this.socket ? ["-s", this.socket] : ["-p", String(this.port)];
  }

  // How many balancers hear what the others say.
  async listeners() {
    const clients = await this.ask("CLIENT", "LIST");
    return (clients.match(/ name=stickler .* flags=P /g) ?? []).length;
  }

  // All keys that fit, with their values: { key: value }.
  async entries(pattern = "*", where = {}) {
    const keys = await this.askAs(where, "KEYS", pattern);
    if (keys.length === 0) return {};
    const values = await this.askAs(where, "MGET", ...keys);
    return Object.fromEntries(keys.map((key, i) => [key, values[i]]));
  }

  // What happens to keys from now on: { event: "set", key, database }, as keyspace events tell it.
  async events() {
    const words = ["--csv", "psubscribe", "__keyevent@*__:*"];
    return this.#listen("keyspace events", words, (line) => {
      const [kind, , channel, key] = csv(line);
      if (kind !== "pmessage") return undefined;
      const [, database, event] = /^__keyevent@(\d+)__:(.*)$/.exec(channel) ?? [];
      return event && { event, key, database: Number(database) };
    });
  }

  // Every command that comes from now on, by whomever and from scripts, as MONITOR prints it.
  async commands() {
    return this.#listen("commands", ["monitor"], (line) => line);
  }

  // What is published from now on: { channel, message }.
  async messages(pattern = "*") {
    const words = ["--csv", "psubscribe", pattern];
    return this.#listen("messages", words, (line) => {
      const [kind, , channel, message] = csv(line);
      return kind === "pmessage" ? { channel, message } : undefined;
    });
  }

  async #listen(what, words, read) {
    const heard = new Timeline(`${what} of ${this.name}`);
    const env = { ...process.env };
    if (this.password) env.REDISCLI_AUTH = this.password;
    const listener = new Listener(this.t, [...this.#where, ...words], { env, heard, read });
    await within(listener.began.promise, `redis-cli to listen to ${what}`);
    return heard;
  }
}

// The words of ACL SETUSER in docs/sticky-tables.md: who may do what Stickler does, and no more.
export function documentedUser(password) {
  const text = readFileSync(new URL("../../../docs/sticky-tables.md", import.meta.url), "utf8");
  const [, words] = /ACL SETUSER ((?:.*\\\n)*.*)/.exec(text);
  return words.replaceAll("\\\n", " ").replace(">PASSWORD", `>${password}`)
    .replaceAll(/["']/g, "").trim().split(/\s+/);
}

function valueOf(said) {
  try {
    return JSON.parse(said);
  } catch {
    return said.replace(/\n$/, "");
  }
}

// One line of redis-cli --csv, which writes bytes beyond ASCII as \xNN.
function csv(line) {
  if (!line.startsWith('"')) return [];
  const escaped = line.replaceAll(/\\x([0-9a-f]{2})/g, "\\u00$1").replaceAll("\\a", "\\u0007");
  return JSON.parse(`[${escaped}]`)
    .map((it) => (typeof it === "string" ? Buffer.from(it, "latin1").toString() : it));
}
