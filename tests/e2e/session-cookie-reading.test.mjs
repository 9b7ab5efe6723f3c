// SPDX-License-Identifier: MIT
// What a browser's Cookie fields mean: which of several cookies counts, what servers see of them,
// and whose session it is after a server was renamed, drained or lost.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { decodeCookie, encodeDate, now } from "./harness/haproxy_cookie.mjs";
import { freePort } from "./harness/ports.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

const kNames = ["s1", "s2", "s3"];
const kDay = 24 * 3600;

async function world(t, kind, { options = {}, cookie, ...settings } = {}) {
  const servers = await namedServers(t, kNames);
  const balancer = await startBalancer(t, kind, {
    servers: servers.map((server) => ({ ...server, ...options[server.name] })),
    cookie: { name: "N", ...cookie },
    ...settings,
  });
  // One request with these fields, on a connection of its own: who answered, what the server saw
  // of cookies, and what was set.
  const ask = async (...fields) => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    const answer = await client.request("GET /", fields).response();
    const { rawHeaders = [] } = answer.status === 200 ? JSON.parse(answer.text) : {};
    return {
      status: answer.status,
      server: answer.get("x-served-by"),
      cookies: rawHeaders.filter((_, i) => i % 2 === 1 && /^cookie$/i.test(rawHeaders[i - 1])),
      set: answer.all("set-cookie"),
      head: answer,
    };
  };
  return { servers, balancer, ask };
}

// Who answers three askers with these fields: a session's server alone, or all in turn.
async function answering(ask, fields) {
  const servers = new Set();
  for (let i = 0; i < kNames.length; ++i) servers.add((await ask(...fields)).server);
  return [...servers].sort();
}

const kReadings = [
  ["alone", ["Cookie: N=s2"]],
  ["the first of several", ["Cookie: N=s2; a=1; b=2"]],
  ["the last of several", ["Cookie: a=1; b=2; N=s2"]],
  ["in the second field", ["Cookie: a=1", "Cookie: N=s2"]],
  ["without spaces", ["Cookie: a=1;N=s2;b=2"]],
  ["behind a comma", ["Cookie: a=1, N=s2"]],
  ["with spaces around =", ["Cookie: N = s2"]],
  ["in a field whose name is in capitals", ["COOKIE: N=s2"]],
  ["behind a word without =", ["Cookie: word; N=s2"]],
  ["behind an empty cookie", ["Cookie: ; ;N=s2"]],
  ["behind a quoted value with ;", ["Cookie: a=\"x; N=s3\"; N=s2"]],
  ["behind a value with =", ["Cookie: a=b=c; N=s2"]],
  ["behind $Version", ["Cookie: $Version=1; N=s2"]],
  ["behind names that are alike", ["Cookie: NN=s3; xN=s3; n=s3; N=s2"]],
  ["behind an unknown server", ["Cookie: N=zz; N=s2"]],
  ["behind an empty one", ["Cookie: N=; N=s2"]],
  ["behind an unknown server in another field", ["Cookie: N=zz", "Cookie: N=s2"]],
  ["before another valid one", ["Cookie: N=s2; N=s3"]],
];

for (const [where, fields] of kReadings) {
  forEachBalancer(`the session cookie is found ${where}`, async (t, kind) => {
    const { ask } = await world(t, kind);
    assert.deepEqual(await answering(ask, fields), ["s2"]);
  });
}

const kNoSessions = [
  ["a name with a suffix", ["Cookie: NN=s2"]],
  ["a name with a prefix", ["Cookie: xN=s2"]],
  ["a name in another case", ["Cookie: n=s2"]],
  ["a cookie inside another's quotes", ["Cookie: a=\"; N=s2; \""]],
  ["a name without a value", ["Cookie: N"]],
  ["a value in quotes", ["Cookie: N=\"s2\""]],
  ["a name in another field", ["X-Cookie: N=s2"]],
  ["a Cookie2 field", ["Cookie2: N=s2"]],
];

for (const [what, fields] of kNoSessions) {
  forEachBalancer(`${what} is no session`, async (t, kind) => {
    const { ask } = await world(t, kind);
    assert.deepEqual(await answering(ask, fields), kNames);
  });
}

// What came, and what the server sees: nothing of the session cookie, everything else.
const kRemovals = [
  [["N=s2"], []],
  [["N=s2; b=2"], ["b=2"]],
  [["a=1; N=s2"], ["a=1"]],
  [["a=1; N=s2; b=2"], ["a=1; b=2"]],
  [["a=1;N=s2;b=2"], ["a=1; b=2"]],
  [["N=s2; N=s3"], []],
  [["N=s2; a=1; N=s3; b=2; N=zz"], ["a=1; b=2"]],
  [["N=zz"], []],
  [["N="], []],
  [["N=\"s2\"; a=1"], ["a=1"]],
  [["a=1", "N=s2", "b=2"], ["a=1", "b=2"]],
  [["a=\"x; y\"; N=s2"], ["a=\"x; y\""]],
  [["a=1; NN=s2; xN=s3"], ["a=1; NN=s2; xN=s3"]],
  [["N=s2|ZZZZZ|ZZZZZ; a=1"], ["a=1"]],
];

for (const [came, seen] of kRemovals) {
  forEachBalancer(`of "${came.join('" and "')}" servers see "${seen.join('" and "')}"`,
    async (t, kind) => {
      const { ask } = await world(t, kind);
      const { cookies } = await ask(...came.map((value) => `Cookie: ${value}`));
      assert.deepEqual(cookies, seen);
    });
}

onlyStickler("dates are judged per cookie: an expired one beside a good one harms nothing",
  async (t, kind) => {
    const { ask, balancer } = await world(t, kind, { cookie: { maxidle: "24h" } });
    const good = `N=s2|${encodeDate(now() + 60)}`;
    const expired = `N=s3|${encodeDate(now() - 2 * kDay)}`;
    for (const pair of [`${good}; ${expired}`, `${expired}; ${good}`]) {
      const { server, set } = await ask(`Cookie: ${pair}`);
      assert.deepEqual([server, set], ["s2", []]);
    }
    await balancer.log.waitFor(/ 200 .* --VN /);
  });

const stamp = (age) => encodeDate(now() - age);
const kLives = [
  ["within both limits", () => `s2|${stamp(5)}|${stamp(kDay)}`, "VN"],
  ["begun too long ago", () => `s2|${stamp(5)}|${stamp(4 * kDay)}`, "OI"],
  ["begun in the far future", () => `s2|${stamp(5)}|${stamp(-2 * kDay)}`, "OI"],
  ["unused for too long", () => `s2|${stamp(2 * kDay)}|${stamp(2 * kDay)}`, "EI"],
  ["without the first date", () => `s2|${stamp(5)}`, "VU"],
  ["of an unknown server", () => `zz|${stamp(5)}|${stamp(5)}`, "II"],
  ["without a bar", () => "s2", "VU"],
];

for (const [what, value, flags] of kLives) {
  onlyStickler(`a session ${what} is logged as ${flags}`, async (t, kind) => {
    const { ask, balancer } = await world(t, kind, { cookie: { maxidle: "24h", maxlife: "72h" } });
    const { set } = await ask(`Cookie: N=${value()}`);
    assert.equal(set.length, flags.endsWith("N") ? 0 : 1);
    await balancer.log.waitFor(new RegExp(` 200 .* --${flags} `));
  });
}

forEachBalancer("a cookie with dates where none are configured is renewed without them",
  async (t, kind) => {
    const { ask } = await world(t, kind);
    const { server, set } = await ask(`Cookie: N=s2|${stamp(600)}|${stamp(600)}`);
    assert.deepEqual([server, set], ["s2", ["N=s2; path=/"]]);
  });

onlyStickler("sessions of a server's former names go on, under the new name", async (t, kind) => {
  const options = { s2: { formerly: ["old-2", "very-old-2"] } };
  const { ask, balancer } = await world(t, kind, { options, cookie: { maxidle: "24h" } });
  for (const name of options.s2.formerly) {
    const { server, set } = await ask(`Cookie: N=${name}|${stamp(5)}`);
    assert.equal(server, "s2");
    assert.equal(decodeCookie(/=([^;]*)/.exec(set[0])[1]).server, "s2");
  }
  await balancer.log.waitFor(/ 200 .* --VU /);
});

forEachBalancer("the cookie's value is the server's `cookie`, not its name", async (t, kind) => {
  const { ask } = await world(t, kind, { options: { s2: { cookie: "two" } } });
  assert.deepEqual(await answering(ask, ["Cookie: N=two"]), ["s2"]);
  assert.deepEqual(await answering(ask, ["Cookie: N=s2"]), kNames);
});

forEachBalancer("a draining server keeps its sessions and gets no new ones", async (t, kind) => {
  const { ask } = await world(t, kind, { options: { s2: { weight: 0 } } });
  assert.deepEqual(await answering(ask, ["Cookie: N=s2"]), ["s2"]);
  assert.deepEqual(await answering(ask, []), ["s1", "s3"]);
});

forEachBalancer("a session of a server that is down moves, with a new cookie", async (t, kind) => {
  const { servers, ask, balancer } = await world(t, kind);
  servers[1].stop();
  await balancer.waitForDown("s2");
  const { server, set } = await ask("Cookie: N=s2");
  assert.ok(["s1", "s3"].includes(server));
  assert.deepEqual(set, [`N=${server}; path=/`]);
  await balancer.log.waitFor(/ 200 .* --DI .*\/0 /);
});

forEachBalancer("a session whose server refuses before any check noticed gets another's cookie",
  async (t, kind) => {
    const servers = await namedServers(t, ["s1", "s3"]);
    const all = [...servers, { name: "s2", port: await freePort() }];
    const settings = { servers: all, check: null, cookie: { name: "N" } };
    const balancer = await startBalancer(t, kind, settings);
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    const answer = await client.request("GET /", ["Cookie: N=s2"]).response();
    assert.deepEqual(answer.all("set-cookie"), [`N=${answer.get("x-served-by")}; path=/`]);
    await balancer.log.waitFor(/ 200 .* --DI .*\/\+1 /);
  });

onlyStickler("with on_down = \"fail\" a session whose server is down gets 503 and keeps its cookie",
  async (t, kind) => {
    const edit = (config) => (config.backends["server-pro"].on_down = "fail");
    const { servers, ask, balancer } = await world(t, kind, { edit });
    servers[1].stop();
    await balancer.waitForDown("s2");
    const refused = await ask("Cookie: N=s2");
    assert.deepEqual([refused.status, refused.set], [503, []]);
    assert.ok(Number(refused.head.get("retry-after")) > 0);
    await balancer.log.waitFor(/s2 is down, and its sessions must not move/);
    assert.deepEqual(await answering(ask, []), ["s1", "s3"]);
    const since = balancer.log.mark();
    await servers[1].start();
    await balancer.waitForUp("s2", { since });
    assert.equal((await ask("Cookie: N=s2")).server, "s2");
  });
