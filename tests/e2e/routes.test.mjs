// SPDX-License-Identifier: MIT
// Routes: exceptions from the listener's backend, by host, path, method and field. The first that
// fits decides; a pinned server comes before the session, and never touches it.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { encodeDate, now } from "./harness/haproxy_cookie.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

const kNames = ["s1", "s2", "s3"];

// A balancer with these routes. `ask(line, fields)` sends one request on a connection of its own.
async function world(t, routes, edit = () => {}) {
  const servers = await namedServers(t, kNames);
  const balancer = await startBalancer(t, "stickler", {
    servers,
    cookie: { name: "N" },
    edit: (config) => {
      config.listeners.plain.routes = routes;
      edit(config, servers);
    },
  });
  const ask = async (line, fields = [], body) => {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    const method = line.split(" ")[0];
    const answer = await client.request(line, fields, body).response({ method });
    answer.server = answer.get("x-served-by");
    return answer;
  };
  return { servers, balancer, ask };
}

// A route that tells by its answer that it was taken.
function taken(condition) {
  return { yes: { ...condition, answer: { status: 299, body: "taken" } } };
}

// Condition, requests that it fits, requests that it does not.
const kConditions = [
  ["path", { path: "/git" },
    ["GET /git", "GET /git?x=1", "POST /git", "GET //git", "GET /./git", "GET /a/../git",
      "GET /%67it"],
    ["GET /git/", "GET /gi", "GET /GIT", "GET /git/x", "GET /a/git", "GET /?/git"]],
  ["path_prefix", { path_prefix: "/git/" },
    ["GET /git/", "GET /git/x", "GET /%67it/x", "GET /g%69%74/x", "GET //git/x", "GET ///git//x",
      "GET /x/../git/y", "GET /./git/y", "GET /x/%2e%2e/git/y", "GET /x/.%2E/git/y", "GET /git/?x",
      "GET http://localhost/git/x", "GET /a/b/../../git/y", "GET /../git/y"],
    ["GET /git", "GET /GIT/x", "GET /", "GET /x/git/", "GET /git/../x", "GET /git/..",
      "GET /?/git/", "GET /%2567it/x", "OPTIONS *", "GET /gitx/"]],
  ["several paths", { path: ["/a", "/b"], path_prefix: "/" },
    ["GET /a", "GET /b"], ["GET /c", "GET /a/b", "GET /"]],
  ["path_regex", { path_regex: "/project/[0-9a-f]{24}/(compile|output)" },
    ["GET /project/0123456789abcdef01234567/compile",
      "GET /project//0123456789abcdef01234567/output",
      "GET /project/0123456789abcdef01234567/output?build=1"],
    ["GET /project/0123456789abcdef0123456/compile",
      "GET /project/0123456789abcdef01234567/compile/x",
      "GET /x/project/0123456789abcdef01234567/compile"]],
  ["path_regex without case", { path_regex: "(?i)/git/.*" },
    ["GET /GIT/x", "GET /git/"], ["GET /git"]],
  ["method", { method: ["POST", "PUT"] },
    ["POST /", "PUT /x"], ["GET /", "HEAD /", "post /", "OPTIONS *", "POSTED /"]],
  ["path and method", { path_prefix: "/api/", method: "DELETE" },
    ["DELETE /api/x"], ["GET /api/x", "DELETE /x"]],
];

for (const [what, condition, fitting, others] of kConditions) {
  onlyStickler(`a route by ${what} takes what fits, and nothing else`, async (t) => {
    const { ask } = await world(t, taken(condition));
    for (const line of fitting) assert.equal((await ask(line)).status, 299, line);
    for (const line of others) assert.notEqual((await ask(line)).status, 299, line);
  });
}

const kHosts = [
  ["localhost", ["localhost", "LOCALHOST", "localhost:80", "localhost:8443", "localhost."],
    ["localhost.example.com", "xlocalhost", "127.0.0.1"]],
  ["*.example.com", ["a.example.com", "A.B.Example.Com:443", "a.example.com."],
    ["example.com", "aexample.com", "a.example.com.evil.org"]],
  ["[::1]", ["[::1]", "[::1]:80"], ["[::2]", "localhost"]],
];

for (const [pattern, fitting, others] of kHosts) {
  onlyStickler(`a route by host ${pattern} knows it with port, in any case, with a final dot`,
    async (t) => {
      const { ask } = await world(t, taken({ host: pattern }));
      for (const host of fitting) {
        assert.equal((await ask("GET /", [`Host: ${host}`])).status, 299, host);
      }
      for (const host of others) {
        assert.equal((await ask("GET /", [`Host: ${host}`])).status, 200, host);
      }
    });
}

const kFields = [
  [{ "X-Beta": "yes" }, [["X-Beta: yes"], ["x-beta: yes"], ["X-Beta: no", "X-Beta: yes"]],
    [[], ["X-Beta: YES"], ["X-Beta: yes, no"], ["X-Betas: yes"]]],
  [{ "X-Beta": "" }, [["X-Beta: yes"], ["X-Beta:"]], [[], ["X-Bet: a"]]],
  [{ "X-A": "1", "X-B": "2" }, [["X-B: 2", "X-A: 1"]], [["X-A: 1"], ["X-A: 2", "X-B: 1"]]],
];

for (const [field, fitting, others] of kFields) {
  onlyStickler(`a route by field ${JSON.stringify(field)} takes what has it`, async (t) => {
    const { ask } = await world(t, taken({ field }));
    for (const fields of fitting) assert.equal((await ask("GET /", fields)).status, 299, fields);
    for (const fields of others) assert.equal((await ask("GET /", fields)).status, 200, fields);
  });
}

onlyStickler("of several routes that fit the first one in the file decides", async (t) => {
  const answer = (status) => ({ status });
  const { ask } = await world(t, {
    zebra: { path_prefix: "/a/b/", answer: answer(291) },
    ape: { path_prefix: "/a/", answer: answer(292) },
    all: { path_prefix: "/", method: "GET", answer: answer(293) },
  });
  assert.equal((await ask("GET /a/b/c")).status, 291);
  assert.equal((await ask("GET /a/x")).status, 292);
  assert.equal((await ask("GET /x")).status, 293);
  assert.equal((await ask("POST /x")).status, 200);
});

onlyStickler("an answer route says what it is told, with its type and fields", async (t) => {
  const robots = {
    status: 200, body: "User-agent: *\n", content_type: "text/x-robots", set: { "X-Extra": "1" },
  };
  const { ask, servers } = await world(t, { robots: { path: "/robots.txt", answer: robots } });
  const got = await ask("GET /robots.txt");
  assert.deepEqual([got.status, got.text], [200, "User-agent: *\n"]);
  assert.deepEqual([got.get("content-type"), got.get("x-extra")], ["text/x-robots", "1"]);
  assert.deepEqual([got.get("set-cookie"), got.server], [undefined, undefined]);
  const head = await ask("HEAD /robots.txt");
  assert.equal(head.get("content-length"), "14");
  const urls = servers.flatMap(({ requests }) => requests.entries.map(({ url }) => url));
  assert.ok(!urls.includes("/robots.txt"));
});

for (const status of [204, 304]) {
  onlyStickler(`a fixed ${status} has no body and leaves the connection usable`, async (t) => {
    const { balancer } = await world(t, { empty: { path: "/e", answer: { status } } });
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    const got = await client.request("GET /e").response();
    assert.equal(got.status, status);
    assert.equal(got.get("content-length"), undefined);
    assert.equal((await client.request("GET /").response()).status, 200);
  });
}

onlyStickler("a request with a body to an answer route leaves the connection usable", async (t) => {
  const { balancer } = await world(t, taken({ path: "/x" }));
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  client.request("POST /x", ["Content-Length: 6"], "abc");
  assert.equal((await client.response()).status, 299);
  assert.equal((await client.send("def").request("GET /").response()).status, 200);
});

const kRedirects = [
  [{ scheme: "https" }, "https://shop.example.com/a/b?x=1", 302],
  [{ scheme: "https", code: 308 }, "https://shop.example.com/a/b?x=1", 308],
  [{ host: "new.example.com", code: 301 }, "http://new.example.com/a/b?x=1", 301],
  [{ scheme: "https", port: 8443, code: 307 }, "https://shop.example.com:8443/a/b?x=1", 307],
  [{ host: "new.example.com", path: "/home", code: 303 }, "http://new.example.com/home", 303],
];

for (const [redirect, location, code] of kRedirects) {
  onlyStickler(`a redirect route with ${JSON.stringify(redirect)}`, async (t) => {
    const { ask } = await world(t, { moved: { path_prefix: "/a/", redirect } });
    const got = await ask("GET /a/b?x=1", ["Host: shop.example.com:80"]);
    assert.deepEqual([got.status, got.get("location")], [code, location]);
    assert.equal(got.get("set-cookie"), undefined);
    assert.equal((await ask("GET /other")).status, 200);
  });
}

onlyStickler("a route leads to another backend, with a session of its own", async (t) => {
  const routes = { api: { path_prefix: "/api/", backend: "api" } };
  const { ask } = await world(t, routes, (config, all) => {
    const servers = { [all[2].name]: { address: `127.0.0.1:${all[2].port}` } };
    config.backends.api = { cookie: { name: "A" }, check: { off: true }, servers };
  });
  const got = await ask("GET /api/x", ["Cookie: N=s1"]);
  assert.deepEqual([got.server, got.get("set-cookie")], ["s3", "A=s3; path=/"]);
  assert.equal(JSON.parse(got.text).headers.cookie, "N=s1", "another backend's cookie is not cut");
  assert.equal((await ask("GET /x", ["Cookie: N=s1; A=s3"])).server, "s1");
});

const kPinned = { git: { path_prefix: "/git/", server: "s2" } };

onlyStickler("a pin comes before the session, and leaves every kind of session cookie alone",
  async (t) => {
    const { ask } = await world(t, kPinned, (config) => {
      config.backends["server-pro"].cookie.maxidle = "24h";
    });
    const old = `s3|${encodeDate(now() - 3600)}`;
    for (const value of [undefined, "s1", old, "s2", "zz", `s3|${encodeDate(now() - 99999)}`]) {
      const fields = value === undefined ? [] : [`Cookie: N=${value}`];
      const { server, ...head } = await ask("GET /git/x", fields);
      assert.deepEqual([server, head.fields.filter(([n]) => /set-cookie/i.test(n))], ["s2", []]);
    }
  });

onlyStickler("the session cookie is cut out of pinned requests, too", async (t) => {
  const { ask } = await world(t, kPinned);
  const { text } = await ask("GET /git/x", ["Cookie: a=1; N=s3"]);
  assert.equal(JSON.parse(text).headers.cookie, "a=1");
});

for (const line of ["GET /%67it/x", "GET //git/x", "GET /x/../git/y", "GET /x/%2e%2e/git/y"]) {
  onlyStickler(`${line} is pinned, and reaches the server as it was written`, async (t) => {
    const { ask } = await world(t, kPinned);
    for (let i = 0; i < kNames.length; ++i) {
      const got = await ask(line);
      assert.equal(got.server, "s2");
      assert.equal(JSON.parse(got.text).url, line.slice("GET ".length));
    }
  });
}

onlyStickler("a strict pin answers 503 while its server is down, and works again after",
  async (t) => {
    const { ask, servers, balancer } = await world(t, kPinned);
    servers[1].stop();
    await balancer.waitForDown("s2");
    const refused = await ask("GET /git/x", ["Cookie: N=s1"]);
    assert.deepEqual([refused.status, refused.get("set-cookie")], [503, undefined]);
    assert.ok(Number(refused.get("retry-after")) > 0);
    await balancer.log.waitFor(/route git: s2 is down/);
    const since = balancer.log.mark();
    await servers[1].start();
    await balancer.waitForUp("s2", { since });
    assert.equal((await ask("GET /git/x")).server, "s2");
  });

onlyStickler("a preferring pin takes the session's server while its own is down", async (t) => {
  const routes = { git: { ...kPinned.git, strict: false } };
  const { ask, servers, balancer } = await world(t, routes);
  assert.equal((await ask("GET /git/x", ["Cookie: N=s3"])).server, "s2");
  servers[1].stop();
  await balancer.waitForDown("s2");
  const moved = await ask("GET /git/x", ["Cookie: N=s3"]);
  assert.deepEqual([moved.server, moved.get("set-cookie")], ["s3", undefined]);
});

onlyStickler("a pinned server that drains goes on serving its route", async (t) => {
  const { ask } = await world(t, kPinned, (config) => {
    config.backends["server-pro"].servers.s2.weight = 0;
  });
  assert.equal((await ask("GET /git/x")).server, "s2");
  assert.notEqual((await ask("GET /")).server, "s2");
});
