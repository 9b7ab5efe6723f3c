// SPDX-License-Identifier: MIT
// `stickler explain`: what it says of a file and a request is what the balancer does that runs with
// this file and gets this request: the same status, server, cookie and reason. Asked at its runtime
// socket, the balancer says what it would do now.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startBalancer } from "./harness/balancer.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { encodeDate, now } from "./harness/haproxy_cookie.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

const kNames = ["s1", "s2", "s3"];

const kRoutes = {
  git: { path_prefix: "/git/", server: "s1" },
  soft: { path: "/soft", server: "s1", strict: false },
  hello: { path: "/hello", method: "GET", answer: { status: 299, body: "hello" } },
  moved: { path_prefix: "/old/", redirect: { host: "new.example.com" } },
  beta: { field: { "X-Beta": "yes" }, backend: "beta" },
};

async function world(t, { edit = () => {}, ...settings } = {}) {
  const servers = await namedServers(t, kNames);
  const balancer = await startBalancer(t, "stickler", {
    servers,
    cookie: { name: "N", maxidle: "1h" },
    edit(config) {
      config.listeners.plain.routes = kRoutes;
      const beta = servers.map(({ port }, i) => [`beta${i}`, { address: `127.0.0.1:${port}` }]);
      config.backends.beta = {
        balance: "source", check: { off: true }, servers: Object.fromEntries(beta),
      };
      edit(config);
    },
    ...settings,
  });
  return { t, servers, balancer, source: ["-f", balancer.file] };
}

// The same, and the running program is asked, not its file.
async function runningWorld(t, { edit = () => {}, ...settings } = {}) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-explain-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const socket = path.join(directory, "stickler.sock");
  const all = await world(t, {
    edit(config) {
      config.runtime = { socket };
      edit(config);
    },
    ...settings,
  });
  return { ...all, source: ["--socket", socket] };
}

function stickler(...words) {
  return run("explain", ...words);
}

function run(...words) {
  const { status, stdout, stderr } = spawnSync(kSticklerBinary, words, {
    encoding: "utf8", timeout: 10_000,
  });
  return { status, stdout, stderr };
}

// What is said of a request.
function explained({ source }, method, url, fields = [], words = []) {
  const headers = fields.flatMap((field) => ["--header", field]);
  const { status, stdout, stderr } =
    stickler("--json", ...source, ...headers, ...words, method, url);
  assert.deepEqual([status, stderr], [0, ""]);
  return JSON.parse(stdout);
}

const kAccessLine =
  / (?<backend>\S+)\/(?<server>\S+) [-\d/]+ (?<status>\d+) \d+ - - ..(?<flags>..) .*"(?<line>.*)"$/;

// What is done with it: the answer, and what the access line says.
async function done({ t, balancer }, method, target, fields) {
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  const host = `Host: localhost:${balancer.ports.plain}`;
  client.request(`${method} ${target}`, [host, ...fields]);
  const answer = await client.response({ method });
  const line = await balancer.log.waitFor((entry) =>
    kAccessLine.exec(entry)?.groups.line.includes(` ${target} `));
  return { answer, ...kAccessLine.exec(line).groups };
}

let asked = 0;

// Both, for a request that the log can tell from others; fails unless they are the same.
async function agreed(all, line, fields = [], words = []) {
  const [method, path] = line.split(" ");
  const target = `${path}?n=${++asked}`;
  const said = explained(all, method, all.balancer.plainUrl + target, fields, words);
  const { kind, servers, status, location, reason, cookie_flags: flags } = said.answer;
  const real = await done(all, method, target, fields);
  assert.equal(real.flags, flags, `${line} ${fields}`);
  if (kind === "server") {
    assert.ok(servers.includes(real.server), `${real.server} of ${servers}`);
    assert.equal(real.backend, said.backend.name);
  } else {
    assert.deepEqual([Number(real.status), real.server], [status, "<NOSRV>"]);
    assert.equal(real.answer.get("location") ?? null, location);
  }
  if (kind !== "answered" && (kind !== "server" || reason.startsWith("redispatched"))) {
    await all.balancer.log.waitFor((entry) => entry.includes(target) && entry.includes(reason));
  }
  return said;
}

const used = (seconds) => encodeDate(now() - seconds);

onlyStickler("explain and the log agree on what needs no server", async (t) => {
  const all = await world(t);
  for (const line of ["GET /hello", "HEAD /old/x"]) {
    assert.equal((await agreed(all, line)).answer.kind, "answered");
  }
  assert.equal((await agreed(all, "POST /hello")).answer.kind, "server", "only GET is answered");
});

onlyStickler("explain and the log agree on sessions, with and without dates", async (t) => {
  const all = await world(t);
  const kCookies = ["", "N=s2", "N=s2; app=1", `N=s2|${used(10)}`, `N=s2|${used(1800)}`,
    `N=s2|${used(9999)}`, "N=zz", `N=s3|${used(9999)}; N=s1|${used(5)}`, "N=", "M=s1"];
  for (const cookie of kCookies) await agreed(all, "GET /", cookie ? [`Cookie: ${cookie}`] : []);
});

onlyStickler("explain names all servers that take turns, and takes no turn", async (t) => {
  const all = await world(t);
  const got = new Set();
  for (let i = 0; i < kNames.length; ++i) {
    const { answer } = explained(all, "GET", all.balancer.plainUrl);
    assert.deepEqual(answer.servers, kNames);
    got.add((await done(all, "GET", `/turn-${i}`, [])).server);
  }
  assert.deepEqual([...got].sort(), kNames);
});

onlyStickler("explain and the log agree on pins and other backends", async (t) => {
  const all = await world(t);
  for (const cookie of [[], ["Cookie: N=s3"]]) {
    assert.equal((await agreed(all, "GET /git/x", cookie)).route, "git");
    assert.equal((await agreed(all, "GET /soft", cookie)).route, "soft");
    const beta = await agreed(all, "GET /", ["X-Beta: yes", ...cookie]);
    assert.deepEqual([beta.backend.name, beta.answer.servers.length], ["beta", 1]);
  }
});

onlyStickler("explain --down and the log agree on what becomes of a dead server's requests",
  async (t) => {
    const all = await world(t);
    const { servers, balancer } = all;
    servers[0].stop();
    await balancer.waitForDown("s1");
    const down = ["--down", "s1"];
    const moved = await agreed(all, "GET /", ["Cookie: N=s1; app=7"], down);
    assert.equal(moved.answer.reason, "redispatched: s1 is down");
    assert.equal(moved.answer.servers.length, 1, "a known browser's requests all go there");
    assert.equal((await agreed(all, "GET /", ["Cookie: N=s1"], down)).answer.servers.length, 2);
    const git = await agreed(all, "GET /git/x", ["Cookie: N=s2"], down);
    assert.deepEqual([git.answer.status, git.answer.reason], [503, "route git: s1 is down"]);
    await agreed(all, "GET /soft", ["Cookie: N=s2"], down);
  });

onlyStickler("explain says beforehand where a session will go", async (t) => {
  const all = await world(t);
  const cookie = ["Cookie: N=s2; app=8"];
  const before = explained(all, "GET", all.balancer.plainUrl, cookie).if_down;
  assert.equal(before.server, "s2");
  all.servers[1].stop();
  await all.balancer.waitForDown("s2");
  const after = await done(all, "GET", "/after", cookie);
  assert.deepEqual([[after.server], after.flags], [before.servers, before.cookie_flags]);
});

onlyStickler("explain and the log agree that nobody is there", async (t) => {
  const all = await world(t, {
    timeouts: { queue: "300ms" },
    edit: (config) => (config.backends["server-pro"].on_down = "fail"),
  });
  for (const server of all.servers) {
    server.stop();
    await all.balancer.waitForDown(server.name);
  }
  const down = kNames.flatMap((name) => ["--down", `server-pro/${name}`]);
  const kept = await agreed(all, "GET /", ["Cookie: N=s2"], down);
  assert.equal(kept.answer.reason, "s2 is down, and its sessions must not move");
  const waited = await agreed(all, "GET /", [], down);
  assert.deepEqual([waited.answer.kind, waited.answer.waits_at_most], ["wait", 0.3]);
});

onlyStickler("explain says what is refused, as the parser does", async (t) => {
  const all = await world(t);
  const { answer } = explained(all, "GET", all.balancer.plainUrl, ["Host: a b"]);
  const client = await RawClient.connect(t, { port: all.balancer.ports.plain });
  assert.equal((await client.request("GET /", ["Host: a b"]).response()).status, answer.status);
  await all.balancer.log.waitFor(new RegExp(`400: ${answer.reason}`));
});

onlyStickler("explain names the certificate that a visitor gets", async (t) => {
  const all = await world(t);
  const { listener, answer } = explained(all, "GET", `${all.balancer.httpsUrl}/`);
  assert.deepEqual([listener.name, listener.tls, answer.kind], ["https", true, "server"]);
  const { names, fits } = listener.certificate;
  const at = { port: all.balancer.ports.https, ca: all.balancer.ca };
  const client = await RawClient.connect(t, at);
  const shown = client.socket.getPeerX509Certificate().subject;
  assert.deepEqual([shown, fits], [`CN=${names[0]}`, true]);
});

onlyStickler("explain tells people each step, with its place in the file", async (t) => {
  const { balancer } = await world(t);
  const { status, stdout } = stickler(balancer.plainUrl, "-f", balancer.file, "--cookie",
    `N=s2|${used(7300)}; app=1`, "--client", "10.1.2.3", "--drain", "s3");
  assert.equal(status, 0);
  for (const label of ["request", "listener", "route", "backend", "cookie", "server", "answer"]) {
    assert.match(stdout, new RegExp(`^${label} `, "m"));
  }
  assert.match(stdout, /^request +GET \S+ from 10\.1\.2\.3$/m);
  assert.match(stdout, /^listener +plain .* \S+stickler\.conf:\d+$/m);
  assert.match(stdout, /^ +not git: path does not begin with \/git\/ +\S+stickler\.conf:\d+$/m);
  assert.match(stdout, /^cookie +N = s2, used 2 h ago, which is too long \(maxidle 1h\)$/m);
  assert.match(stdout, /^answer +any of s1, s2 \(roundrobin\), with a new cookie/m);
  assert.match(stdout, /^Servers are taken as up/m);
});

const kRefused = [
  [[], 2, /METHOD/],
  [["nothing.example.com/"], 2, /is no URL: write https:\/\/host\/path/],
  [["http://localhost/", "--client", "somebody"], 2, /is no IP address/],
  [["http://localhost/", "--header", "X"], 2, /is no header field/],
  [["http://localhost/", "a", "b"], 2, /./],
  [["http://localhost:1/"], 1, /no listener has port 1 \(there are redirect .*plain .*\)/],
  [["http://localhost/", "--listener", "plian"], 1, /there is no listener 'plian'/],
  [["http://localhost/", "--down", "s9"], 1, /there is no server 's9' \(there are .*\/s1, /],
];

onlyStickler("explain says what is wrong with a question: 2, and with the answer: 1", async (t) => {
  const { balancer } = await world(t);
  for (const [words, code, why] of kRefused) {
    const { status, stdout, stderr } = stickler("-f", balancer.file, ...words);
    assert.deepEqual([status, stdout], [code, ""], words.join(" "));
    assert.match(stderr, why);
  }
  const { status, stderr } = stickler("-f", "/nowhere/at-all.conf", "http://localhost/");
  assert.equal(status, 1);
  assert.match(stderr, /\/nowhere\/at-all\.conf: error: .*No such file/);
});

onlyStickler("explain and the log agree on a running program, whatever its servers are at",
  async (t) => {
    const all = await runningWorld(t);
    const { servers, balancer, source } = all;
    await agreed(all, "GET /", ['Cookie: x="a;b\\\\"; N=s2']);
    assert.equal(run("drain", "s2", ...source).status, 0);
    await balancer.log.waitFor(/s2 is set to DRAIN/);
    const drained = await agreed(all, "GET /", ["Cookie: N=s2"]);
    assert.equal(drained.answer.reason, "cookie (server draining)");
    assert.equal(drained.servers[0].state, "draining");
    servers[0].stop();
    await balancer.waitForDown("s1");
    const moved = await agreed(all, "GET /", ["Cookie: N=s1"]);
    assert.deepEqual(moved.answer.servers, ["s3"]);
    assert.equal(moved.answer.reason, "redispatched: s1 is down");
    await agreed(all, "GET /git/x");
  });

onlyStickler("explain takes no turn of a running program, and changes no server", async (t) => {
  const all = await runningWorld(t);
  const got = new Set();
  for (let i = 0; i < kNames.length; ++i) {
    const supposed = explained(all, "GET", all.balancer.plainUrl, [], ["--down", "s1"]);
    assert.deepEqual(supposed.answer.servers, ["s2", "s3"]);
    assert.deepEqual(explained(all, "GET", all.balancer.plainUrl).answer.servers, kNames);
    got.add((await done(all, "GET", `/turn-${i}`, [])).server);
  }
  assert.deepEqual([...got].sort(), kNames);
});

onlyStickler("explain tells people what a running program would do", async (t) => {
  const { balancer, source } = await runningWorld(t);
  const { status, stdout } = stickler(...source, "POST", balancer.plainUrl, "--cookie", "N=s2");
  assert.equal(status, 0);
  assert.match(stdout, /^request +POST /m);
  assert.match(stdout, /^answer +s2, with its cookie renewed {3}reason: cookie$/m);
  assert.doesNotMatch(stdout, /taken as up/);
  const refused = stickler(...source, balancer.plainUrl, "--down", "s9");
  assert.deepEqual([refused.status, refused.stdout], [1, ""]);
  assert.match(refused.stderr, /not explained: there is no server 's9'/);
  const nobody = stickler("--socket", "/nowhere/stickler.sock", balancer.plainUrl);
  assert.equal(nobody.status, 3);
});
