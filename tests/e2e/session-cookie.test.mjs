// SPDX-License-Identifier: MIT
// The session cookie as a browser gets it: which attributes, on which answers, how often.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { Browser, CookieJar, parseSetCookie } from "./harness/browser.mjs";
import { decodeCookie, encodeDate, now } from "./harness/haproxy_cookie.mjs";
import { RawServer } from "./harness/raw_server.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

const kCookie = "server-pro-ha";

async function world(t, kind, { cookie, handler, ...settings } = {}) {
  const servers = await namedServers(t, ["s1", "s2"], { handler });
  const configured = { servers, cookie: { name: kCookie, ...cookie }, ...settings };
  const balancer = await startBalancer(t, kind, configured);
  // One request of a browser that holds this cookie, by TLS or not.
  const visit = async ({ tls = true, value, headers, method = "GET" } = {}) => {
    const jar = new CookieJar();
    if (value !== undefined) jar.set(kCookie, value);
    const url = tls ? balancer.httpsUrl : balancer.plainUrl;
    return new Browser(t, url, { ca: balancer.ca, jar }).fetch(method, "/", { headers });
  };
  // The line that a new browser gets, without its value.
  const attributes = async (how) => {
    const { setCookies } = await visit(how);
    assert.equal(setCookies.length, 1);
    return setCookies[0].replace(/^[^;]*; /, "");
  };
  return { servers, balancer, visit, attributes };
}

// What is configured, and the attributes by TLS and plain.
const kAttributes = [
  ["nothing", {}, "path=/; HttpOnly; Secure; SameSite=Lax", "path=/"],
  ["maxidle", { maxidle: "24h" },
    "path=/; HttpOnly; Secure; SameSite=Lax; Max-Age=86400", "path=/"],
  ["maxlife", { maxlife: "24h" }, "path=/; HttpOnly; Secure; SameSite=Lax", "path=/"],
  ["httponly = false", { httponly: false }, "path=/; Secure; SameSite=Lax", "path=/"],
  ["httponly = true", { httponly: true },
    "path=/; HttpOnly; Secure; SameSite=Lax", "path=/; HttpOnly"],
  ["secure = \"auto\"", { secure: "auto" }, "path=/; HttpOnly; Secure; SameSite=Lax", "path=/"],
  ["secure = true", { secure: true }, "path=/; HttpOnly; Secure; SameSite=Lax", "path=/; Secure"],
  ["secure = false", { secure: false }, "path=/; HttpOnly; SameSite=Lax", "path=/"],
  ["samesite = \"Strict\"", { samesite: "Strict" },
    "path=/; HttpOnly; Secure; SameSite=Strict", "path=/; SameSite=Strict"],
  ["samesite = \"None\"", { samesite: "None", secure: true },
    "path=/; HttpOnly; Secure; SameSite=None", "path=/; Secure; SameSite=None"],
  ["samesite = \"off\"", { samesite: "off" }, "path=/; HttpOnly; Secure", "path=/"],
  ["a path", { path: "/project" },
    "path=/project; HttpOnly; Secure; SameSite=Lax", "path=/project"],
  ["two domains", { domain: ["example.com", "example.org"] },
    "path=/; domain=example.com; domain=example.org; HttpOnly; Secure; SameSite=Lax",
    "path=/; domain=example.com; domain=example.org"],
];

for (const [what, cookie, byTls, plain] of kAttributes) {
  onlyStickler(`the cookie's attributes with ${what}`, async (t, kind) => {
    const { attributes } = await world(t, kind, { cookie });
    assert.equal(await attributes({ tls: true }), byTls);
    assert.equal(await attributes({ tls: false }), plain);
  });
}

forEachBalancer("over plain HTTP the cookie is byte for byte HAProxy's", async (t, kind) => {
  const { visit } = await world(t, kind, { cookie: { maxidle: "24h", maxlife: "72h" } });
  const { setCookies, servedBy } = await visit({ tls: false });
  const date = "[A-Za-z0-9+/]{5}";
  const line = new RegExp(`^server-pro-ha=${servedBy}\\|${date}\\|${date}; path=/$`);
  assert.match(setCookies.join(), line);
});

for (const status of [200, 204, 301, 304, 400, 401, 403, 404, 413, 418, 500, 501, 502, 503, 504]) {
  forEachBalancer(`a server's ${status} brings the cookie`, async (t, kind) => {
    const handler = (_, response) => {
      response.statusCode = status;
      return response.end() !== null;
    };
    const { visit } = await world(t, kind, { handler, check: null });
    const { status: got, setCookies, servedBy } = await visit();
    assert.equal(got, status);
    assert.equal(decodeCookie(parseSetCookie(setCookies.join()).value).server, servedBy);
  });
}

for (const method of ["HEAD", "POST", "OPTIONS", "DELETE"]) {
  forEachBalancer(`the answer to ${method} brings the cookie`, async (t, kind) => {
    const { visit } = await world(t, kind);
    assert.equal((await visit({ method })).setCookies.length, 1);
  });
}

const kHints = "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n";
const kSwitch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n";
const kEmpty = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

forEachBalancer("101 brings the cookie, and the interim answers before an answer do not",
  async (t, kind) => {
    const server = await RawServer.start(t, async (side) => {
      for (;;) {
        const head = await side.request();
        side.send(kHints + (head.get("upgrade") ? kSwitch : kEmpty));
      }
    });
    const servers = [{ name: "s1", port: server.port }];
    const balancer = await startBalancer(t, kind, { servers, check: null });
    for (const fields of [[], ["Connection: Upgrade", "Upgrade: x"]]) {
      const client = await RawClient.connect(t, { port: balancer.ports.plain });
      const answer = await client.request("GET /", fields).response();
      assert.equal(answer.interim.length, 1);
      assert.equal(answer.interim[0].get("set-cookie"), undefined);
      assert.match(answer.get("set-cookie"), /^server-pro-ha=s1\|/);
    }
  });

onlyStickler("the balancer's own answers bring no cookie", async (t, kind) => {
  const { servers, balancer, visit } = await world(t, kind, {
    timeouts: { queue: "50ms" },
    retry: { attempts: 0, redispatch: "always" },
  });
  servers.forEach((server) => server.stop());
  const refused = await visit();
  assert.deepEqual([refused.status, refused.setCookies], [503, []]);
  const redirected = await new Browser(t, balancer.redirectUrl).get("/");
  assert.deepEqual([redirected.status, redirected.setCookies], [302, []]);
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  const bad = await client.send("GET / HTTP/1.1\r\n\r\n").response();
  assert.deepEqual([bad.status, bad.get("set-cookie")], [400, undefined]);
});

onlyStickler("the cookie is renewed at most once a minute", async (t, kind) => {
  const { visit } = await world(t, kind, { cookie: { maxidle: "24h" } });
  const renewed = async (age) => {
    return (await visit({ value: `s2|${encodeDate(now() - age)}` })).setCookies;
  };
  assert.equal((await renewed(5)).length, 0, "HAProxy would renew after 4 seconds");
  assert.equal((await renewed(40)).length, 0);
  assert.equal((await renewed(70)).length, 1);
});

onlyStickler("`refresh` changes how often it is renewed", async (t, kind) => {
  const { visit } = await world(t, kind, { cookie: { maxidle: "24h", refresh: "10m" } });
  const renewed = async (age) => {
    return (await visit({ value: `s2|${encodeDate(now() - age)}` })).setCookies;
  };
  assert.equal((await renewed(500)).length, 0);
  assert.equal((await renewed(660)).length, 1);
});

onlyStickler("a short maxidle makes renewal more frequent, so that active sessions never expire",
  async (t, kind) => {
    const { visit } = await world(t, kind, { cookie: { maxidle: "60s" } });
    const { servedBy, setCookies } = await visit({ value: `s2|${encodeDate(now() - 24)}` });
    assert.deepEqual([servedBy, setCookies.length], ["s2", 1]);
  });

const kCacheControl = [
  ["max-age=60", "max-age=60, private"],
  ["public, max-age=60", "public, max-age=60, private"],
  ["private", "private"],
  ["no-store", "no-store"],
  ["no-cache, max-age=60", "no-cache, max-age=60"],
  [undefined, undefined],
];

for (const [said, heard] of kCacheControl) {
  forEachBalancer(`nocache makes Cache-Control "${said}" into "${heard}"`, async (t, kind) => {
    const handler = (_, response) => {
      if (said) response.setHeader("Cache-Control", said);
      return false;
    };
    const { visit } = await world(t, kind, { handler, cookie: { nocache: true } });
    assert.equal((await visit()).headers["cache-control"], heard);
    const settled = await visit({ value: "s1" });
    assert.deepEqual([settled.setCookies, settled.headers["cache-control"]], [[], said]);
  });
}

const kOwn = "server-pro-ha=mine; path=/";

// What a server's own cookie of that name becomes: what is left of it, and what the balancer adds.
for (const [preserve, expected] of [[undefined, /^server-pro-ha=s[12]; path=\/$/], [true, kOwn]]) {
  forEachBalancer(`a server's own cookie of that name with preserve = ${preserve}`,
    async (t, kind) => {
      const handler = (_, response) => void response.setHeader("Set-Cookie", ["a=b", kOwn]);
      const { visit } = await world(t, kind, { handler, cookie: { preserve } });
      const [other, own, ...more] = (await visit({ tls: false })).setCookies;
      assert.deepEqual([other, more], ["a=b", []]);
      if (preserve) assert.equal(own, expected);
      else assert.match(own, expected);
      const settled = await visit({ tls: false, value: "s1" });
      assert.deepEqual(settled.setCookies, preserve ? ["a=b", kOwn] : ["a=b"]);
    });
}
