// SPDX-License-Identifier: MIT
// HAProxy is replaced by Stickler, or Stickler by HAProxy: sessions go on where they were, because
// each writes and reads the same cookie.
import assert from "node:assert/strict";
import { balancers, startBalancer } from "./harness/balancer.mjs";
import { Browser, CookieJar, stickySession } from "./harness/browser.mjs";
import { decodeCookie, encodeDate, now } from "./harness/haproxy_cookie.mjs";
import { forEachBalancer, scenario } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";

const kCookie = "server-pro-ha";
const kNames = ["s1", "s2", "s3"];
const kDay = 24 * 3600;

// Every ordered pair of different balancers (and, when only one runs, it with itself).
function pairs() {
  const kinds = balancers();
  const different = kinds.flatMap((a) => kinds.map((b) => [a, b])).filter(([a, b]) => a !== b);
  return different.length > 0 ? different : kinds.map((kind) => [kind, kind]);
}

// The same servers behind two balancers, one after the other.
async function replace(t, [before, after], cookie) {
  const servers = await namedServers(t, kNames);
  const settings = { servers, cookie: { name: kCookie, ...cookie } };
  return [await startBalancer(t, before, settings), await startBalancer(t, after, settings)];
}

const kKinds = {
  "with maxidle": { maxidle: "24h" },
  "with maxidle and maxlife": { maxidle: "24h", maxlife: "72h" },
  "without dates": {},
};

for (const [before, after] of pairs()) {
  for (const [manner, cookie] of Object.entries(kKinds)) {
    scenario(`${before} is replaced by ${after}: nobody moves, ${manner}`, async (t) => {
      const [first, second] = await replace(t, [before, after], cookie);
      const open = () => stickySession(t, first, { keepAlive: false });
      const sessions = await Promise.all(Array.from({ length: 9 }, open));
      assert.deepEqual([...new Set(sessions.map(({ server }) => server))].sort(), kNames);
      for (const session of sessions) {
        const later = new Browser(t, second.httpsUrl, { ca: second.ca, jar: session.jar });
        for (let i = 0; i < 3; ++i) {
          assert.equal((await later.get("/")).servedBy, session.server);
          assert.equal(decodeCookie(later.jar.get(kCookie)).server, session.server);
        }
      }
    });
  }

  scenario(`${before} is replaced by ${after}: an old cookie is renewed, not moved`, async (t) => {
    const cookie = { maxidle: "24h", maxlife: "72h" };
    const [first, second] = await replace(t, [before, after], cookie);
    const given = encodeDate(now() - 3600);
    const jar = new CookieJar();
    jar.set(kCookie, `s2|${encodeDate(now() - 600)}|${given}`);
    for (const { httpsUrl, ca } of [first, second]) {
      const { servedBy } = await new Browser(t, httpsUrl, { ca, jar }).get("/");
      assert.equal(servedBy, "s2");
    }
    const renewed = decodeCookie(jar.get(kCookie));
    assert.equal(renewed.first, given, "the first date is kept");
    assert.ok(Math.abs(renewed.lastSeen - now()) < 60);
  });
}

// What is read, whoever wrote it: value, whether the session stays at s2, and whether a new cookie
// is set. "Recent" is in the future so that no clock can make it old.
const recent = () => encodeDate(now() + 60);
const kValues = [
  ["a recent date", () => `s2|${recent()}`, { stays: true, set: false }],
  ["an old date", () => `s2|${encodeDate(now() - 3600)}`, { stays: true, set: true }],
  ["a date beyond maxidle", () => `s2|${encodeDate(now() - kDay - 60)}`, { set: true }],
  ["a date more than a day ahead", () => `s2|${encodeDate(now() + kDay + 3600)}`, { set: true }],
  ["no date", () => "s2", { stays: true, set: true }],
  ["a date too short", () => "s2|AAA", { stays: true, set: true }],
  ["a date with bad digits", () => "s2|!!!!!", { stays: true, set: true }],
  ["more after the date", () => `s2|${recent()}xyz`, { stays: true, set: false }],
  ["an unknown server", () => `nobody|${recent()}`, { set: true }],
  ["another case", () => `S2|${recent()}`, { set: true }],
  ["quotes", () => `"s2|${recent()}"`, { set: true }],
  ["nothing", () => "", { set: true }],
];

for (const [what, value, { stays = false, set }] of kValues) {
  const outcome = stays ? "keeps the session" : "is balanced anew";
  forEachBalancer(`a cookie with ${what} ${outcome}`, async (t, kind) => {
    const servers = await namedServers(t, kNames);
    const balancer = await startBalancer(t, kind, { servers });
    const seen = new Set();
    for (let i = 0; i < kNames.length; ++i) {
      const jar = new CookieJar();
      jar.set(kCookie, value());
      const answer = await new Browser(t, balancer.httpsUrl, { ca: balancer.ca, jar }).get("/");
      seen.add(answer.servedBy);
      assert.equal(answer.setCookies.length, set ? 1 : 0, answer.setCookies.join());
      if (set) assert.equal(decodeCookie(jar.get(kCookie)).server, answer.servedBy);
    }
    assert.deepEqual([...seen].sort(), stays ? ["s2"] : kNames);
  });
}
