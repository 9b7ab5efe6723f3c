// SPDX-License-Identifier: MIT
// Stick tables: requests with the same key go to the same server, without any cookie.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startStickler } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

const kProject = "65f0a1b2c3d4e5f6a7b8c9d0";

// Servers s1 to s3 without cookies, and a table of this key.
async function world(t, { key, stick = {}, table = {}, backend = {}, handler, ...settings }) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-tables-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const socket = path.join(directory, "stickler.sock");
  const servers = await namedServers(t, ["s1", "s2", "s3"], { handler });
  const balancer = await startStickler(t, {
    servers,
    check: { http: "HEAD /status", interval: "50ms", timeout: "5s", rise: 1, fall: 1 },
    cookie: null,
    workers: 2,
    ...settings,
    edit: (config) => {
      config.runtime = { socket };
      config.tables = { t: table };
      const app = config.backends["server-pro"];
      app.stick = { table: "t", key, ...stick };
      Object.assign(app, backend);
      settings.edit?.(config);
    },
  });
  const say = (line) => execFileSync("socat", ["-", `UNIX-CONNECT:${socket}`], {
    input: `${line}\n`, encoding: "utf8",
  });
  const answer = async (target, fields = []) => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    const response = await client.request(`GET ${target}`, fields).response();
    client.close();
    return response;
  };
  const server = async (...request) => (await answer(...request)).get("x-served-by");
  return { servers, balancer, say, answer, server };
}

onlyStickler("collaborators of one project meet at one server, by path and by parameter",
  async (t) => {
    const { server, say } = await world(t, {
      key: { path: "/project/([0-9a-f]{24})", query: "projectId" },
    });
    const first = await server(`/project/${kProject}`);
    for (let i = 0; i < 6; ++i) {
      assert.equal(await server(`/project/${kProject}/compile?x=${i}`), first);
      assert.equal(await server(`/socket.io/1/?t=${i}&projectId=${kProject}`), first);
    }
    assert.match(say("show table t"), /used:1\n/);
    assert.match(say("show table t"), new RegExp(`key=${kProject} .*server_key=${first} `));
  });

onlyStickler("requests without a key are balanced, and different keys are spread", async (t) => {
  const { server } = await world(t, { key: { query: "k" } });
  const without = new Set();
  for (let i = 0; i < 6; ++i) without.add(await server("/"));
  assert.equal(without.size, 3);
  const keys = new Set();
  for (let i = 0; i < 6; ++i) keys.add(await server(`/?k=${i}`));
  assert.equal(keys.size, 3);
});

onlyStickler("20 first requests of one key at the same moment end at one server", async (t) => {
  const { server } = await world(t, { key: { query: "k" } });
  for (const key of ["a", "b", "c"]) {
    const asked = Array.from({ length: 20 }, () => server(`/?k=${key}`));
    assert.equal(new Set(await Promise.all(asked)).size, 1);
  }
});

onlyStickler("a server that dies loses its keys to one other server, and gets none back",
  async (t) => {
    const { server, servers, balancer } = await world(t, { key: { query: "k" } });
    const first = await server("/?k=a");
    servers.find(({ name }) => name === first).stop();
    await balancer.log.waitFor(new RegExp(`${first} is DOWN`));
    const asked = await Promise.all(Array.from({ length: 10 }, () => server("/?k=a")));
    assert.equal(new Set(asked).size, 1);
    assert.notEqual(asked[0], first);
    await balancer.log.waitFor(new RegExp(`redispatched: ${first} is down`));
    await servers.find(({ name }) => name === first).start();
    await balancer.log.waitFor(new RegExp(`${first} is UP: .*passed`));
    assert.equal(await server("/?k=a"), asked[0]);
  });

onlyStickler("a refused connection moves the key, too", async (t) => {
  const { server, servers } = await world(t, { key: { query: "k" }, check: null });
  const first = await server("/?k=a");
  servers.find(({ name }) => name === first).stop();
  const asked = await Promise.all(Array.from({ length: 5 }, () => server("/?k=a")));
  assert.equal(new Set(asked).size, 1);
  assert.equal(await server("/?k=a"), asked[0]);
});

onlyStickler("with on_down = \"fail\" a key goes nowhere else", async (t) => {
  const { server, answer, servers, balancer } = await world(t, {
    key: { query: "k" }, backend: { on_down: "fail" },
  });
  const first = await server("/?k=a");
  servers.find(({ name }) => name === first).stop();
  await balancer.log.waitFor(new RegExp(`${first} is DOWN`));
  assert.equal((await answer("/?k=a")).status, 503);
});

onlyStickler("a draining server keeps its keys; maintenance moves them", async (t) => {
  const { server, say } = await world(t, { key: { query: "k" } });
  const first = await server("/?k=a");
  say(`set server server-pro/${first} state drain`);
  assert.equal(await server("/?k=a"), first);
  for (let i = 0; i < 6; ++i) assert.notEqual(await server(`/?k=new${i}`), first);
  say(`set server server-pro/${first} state maint`);
  const second = await server("/?k=a");
  assert.notEqual(second, first);
  say(`set server server-pro/${first} state ready`);
  assert.equal(await server("/?k=a"), second);
});

onlyStickler("a key survives a reload, also one that gives servers another order", async (t) => {
  const { server, servers, balancer } = await world(t, { key: { query: "k" } });
  const owners = {};
  for (const key of "abcdef") owners[key] = await server(`/?k=${key}`);
  await balancer.reload({ servers: [servers[2], servers[0], servers[1]] });
  for (const key of "abcdef") assert.equal(await server(`/?k=${key}`), owners[key]);
});

onlyStickler("the session's cookie comes before the key", async (t) => {
  const { server } = await world(t, {
    key: { query: "k" }, cookie: { name: "N" },
  });
  const first = await server("/?k=a");
  const other = first === "s1" ? "s2" : "s1";
  assert.equal(await server("/?k=a", [`Cookie: N=${other}`]), other);
  assert.equal(await server("/?k=a"), first, "the key's entry is left alone");
  assert.equal(await server("/?k=b", ["Cookie: N=s3"]), "s3");
  assert.equal(await server("/?k=b"), "s3", "a key that nobody had is joined to the session");
});

onlyStickler("clients are told apart by a field, a cookie or their address", async (t) => {
  const { server } = await world(t, {
    key: { cookie: "token", field: "Authorization", client: 32 },
  });
  const byAddress = await server("/");
  assert.equal(await server("/"), byAddress);
  const owners = [];
  for (const user of ["a", "b", "c"]) owners.push(await server("/", [`Authorization: ${user}`]));
  for (const [i, user] of ["a", "b", "c"].entries()) {
    assert.equal(await server("/", [`Authorization: ${user}`]), owners[i]);
  }
  const byCookie = await server("/", ["Cookie: token=x", "Authorization: a"]);
  assert.equal(await server("/", ["Cookie: token=x", "Authorization: b"]), byCookie);
});

onlyStickler("a key that a server makes is its own", async (t) => {
  let count = 0;
  const handler = (request, response) => {
    if (request.url === "/login") {
      response.setHeader("Set-Cookie", `JSESSIONID=${++count}; Path=/`);
    }
    return false;
  };
  const { server } = await world(t, {
    key: { cookie: "JSESSIONID" }, stick: { learn: { set_cookie: "JSESSIONID" } }, handler,
  });
  for (let login = 1; login <= 3; ++login) {
    const made = await server("/login");
    for (let i = 0; i < 3; ++i) {
      assert.equal(await server("/", [`Cookie: JSESSIONID=${login}`]), made);
    }
  }
});

onlyStickler("a key unused for long is forgotten", async (t) => {
  const { server, say } = await world(t, { key: { query: "k" }, table: { idle: "1s" } });
  await server("/?k=a");
  while (/key=a/.test(say("show table t key a")));
  assert.match(say("show table t"), /used:1\n/, "until somebody needs its place");
  await server("/?k=a");
  assert.match(say("show table t"), /expired:1 /);
});

onlyStickler("keys can be shown and cleared: one, a server's, all", async (t) => {
  const { server, say } = await world(t, { key: { query: "k" } });
  const owners = {};
  for (const key of ["a", "b c", "d", "e", "f"]) {
    owners[key] = await server(`/?k=${encodeURIComponent(key)}`);
  }
  assert.match(say("show table"), /^# table: t, type: string, size:100000, used:5\n/);
  assert.match(say("show table t key b\\ c"), /key=b%20c .*server_key=/);
  assert.equal(say("clear table t key a"), "\n");
  assert.match(say("show table t"), /used:4\n/);
  say(`clear table t server ${owners.d}`);
  assert.doesNotMatch(say("show table t"), new RegExp(`server_key=${owners.d} `));
  say("clear table t");
  assert.match(say("show table t"), /used:0\n/);
  assert.match(say("show table nobody"), /No such table/);
});

onlyStickler("a hashed table keeps nothing that a client has sent, and is found by it all the same",
  async (t) => {
    const { server, say } = await world(t, { key: { field: "X" }, table: { hashed: true } });
    const first = await server("/", ["X: secret"]);
    assert.equal(await server("/", ["X: secret"]), first);
    assert.doesNotMatch(say("show table t"), /secret/);
    assert.match(say("show table t key secret"), new RegExp(`server_key=${first} `));
  });

onlyStickler("a session of TLS 1.2 stays at its server, which one of TLS 1.3 cannot", async (t) => {
  const { balancer, say } = await world(t, {
    key: { tls_session: true },
    edit: (config) => (config.listeners.https.tls.tickets = false),
  });
  const visit = async (options) => {
    const at = { port: balancer.ports.https, ca: balancer.ca };
    const client = await RawClient.connect(t, { ...at, ...options });
    const server = (await client.request("GET /").response()).get("x-served-by");
    const session = client.socket.getSession();
    client.close();
    return { server, session };
  };
  const old = { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" };
  for (let i = 0; i < 3; ++i) {
    const first = await visit(old);
    const again = await Promise.all(Array(4).fill().map(() =>
      visit({ ...old, session: first.session })));
    for (const { server } of again) assert.equal(server, first.server);
  }
  assert.match(say("show table t"), /used:3\n.*\n(key=[0-9a-f]{64} .*\n){3}/);
  await visit({ minVersion: "TLSv1.3" });
  assert.match(say("show table t"), /used:3\n/);
});
