// SPDX-License-Identifier: MIT
// The statistics page as people see it: in Chromium, on a desk and on a phone, by day and by night.
// With STICKLER_PICTURES=FOLDER pictures of it are left there; docs/images/stats.png is one.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { Browser, CookieJar, stickySession } from "./harness/browser.mjs";
import { kNeedsChromium, newPage } from "./harness/chromium.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { withPalette } from "./harness/palette_png.mjs";
import { Program } from "./harness/program.mjs";
import { scenario } from "./harness/scenario.mjs";
import { namedServer } from "./harness/servers.mjs";
import { pause } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

const kPhone = { width: 360, height: 740 };
const kDesk = { width: 1280, height: 960 };
const kNames = ["server-pro-ha-1", "server-pro-ha-2", "server-pro-ha-3"];
const kTargets = ["/", "/project/65f0c1", "/socket.io/1/?t=17", "/missing", "/project/a/b"];
const kVisitors = Array.from({ length: 30 }, (_, i) => i);
const kTunnels = 12;

// Takes its time, answers some things wrongly, and accepts WebSockets, as an editor's instance.
function instance(t, name) {
  const status = { "/missing": 404, "/broken": 500 };
  const handler = async ({ url }, response) => {
    if (url === "/status") return false;
    await pause(url.length % 7 * 4); // tidy: waits, because answers take their time
    response.writeHead(status[url] ?? 200).end("x".repeat(url.length * 500));
    return true;
  };
  return namedServer(t, name, { handler, upgrades: true });
}

// Three instances with sessions and tunnels, of which one was down and one drains.
async function busyWorld(t, { refresh = "1h", tables = {} } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-stats-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  const socket = path.join(folder, "stickler.sock");
  const servers = await Promise.all(kNames.map((name) => instance(t, name)));
  const edit = (config) => {
    config.runtime = { socket };
    config.listeners.https.stats = { uri: "/haproxy", refresh };
    if (Object.keys(tables).length > 0) config.tables = tables;
  };
  const check = { http: "HEAD /status", interval: "500ms", timeout: "5s", rise: 3, fall: 2 };
  const balancer = await startStickler(t, { servers, check, edit, workers: 2, by: namedHost() });
  const sessions = await Promise.all(kVisitors.map((visitor) => visit(t, balancer, visitor)));
  for (const target of kTargets) {
    await Promise.all(sessions.map((session) => session.get(target)));
  }
  await sessions[0].get("/broken");
  await Promise.all(sessions.slice(0, kTunnels).map((session) => openTunnel(t, balancer, session)));
  await lose(servers[2], balancer, sessions);
  await drain(t, kNames[1], socket);
  const work = () => Promise.all(sessions.map((session) => session.get("/project")));
  return { balancer, work, url: `${balancer.httpsUrl}/haproxy` };
}

// A host called lb1, where that is allowed, for pictures that say nothing of who made them.
function namedHost() {
  if (!process.env.STICKLER_PICTURES) return [];
  return ["unshare", "--uts", "--map-root-user", "sh", "-c", 'hostname lb1 && exec "$@"', "sh"];
}

// Each with a cookie of the application, too, by which sessions are told apart.
function visit(t, balancer, visitor) {
  const jar = new CookieJar();
  jar.set("overleaf.sid", `s%3A${visitor}`);
  return stickySession(t, balancer, { target: "/project", jar });
}

async function openTunnel(t, balancer, session) {
  const cookie = `Cookie: ${session.jar.header()}`;
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  const upgrade = ["Connection: Upgrade", "Upgrade: websocket"];
  client.request("GET /socket.io/1/websocket/17", [...upgrade, cookie]);
  assert.equal((await client.response()).status, 101);
}

async function lose(server, balancer, sessions) {
  const mark = balancer.log.mark();
  server.stop();
  await balancer.waitForDown(server.name);
  await Promise.all(sessions.map((session, i) => session.get(kTargets[i % kTargets.length])));
  await server.start();
  await balancer.waitForUp(server.name, { since: mark });
}

async function drain(t, server, socket) {
  const words = ["drain", server, "--within", "30m", "--socket", socket];
  const program = new Program(t, "drain", kSticklerBinary, words);
  assert.deepEqual(await program.expectExit(), { code: 0, signal: null });
}

async function takePicture(page, name) {
  const folder = process.env.STICKLER_PICTURES;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  const picture = await page.screenshot({ fullPage: true });
  writeFileSync(path.join(folder, `${name}.png`), withPalette(picture));
}

// In the page: texts whose contrast to what is behind them is too low to be read (WCAG 2.1, 1.4.3).
function illegibleTexts() {
  const numbers = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = (color) => {
    const [r, g, b] = numbers(color).map((x) => x / 255)
      .map((x) => (x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const groundOf = (element) => {
    const ground = getComputedStyle(element).backgroundColor;
    const [, , , alpha = 1] = numbers(ground);
    return alpha === 1 || !element.parentElement ? ground : groundOf(element.parentElement);
  };
  const contrast = (element) => {
    const pair = [getComputedStyle(element).color, groundOf(element)].map(luminance);
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  };
  const hasText = (element) =>
    [...element.childNodes].some((it) => it.nodeType === Node.TEXT_NODE && it.data.trim() !== "");
  return [...document.body.querySelectorAll("*")]
    .filter((it) => hasText(it) && it.checkVisibility() && contrast(it) < 4.5)
    .map((it) => `${it.outerHTML.slice(0, 80)}: ${contrast(it).toFixed(1)}`);
}

// In the page: what reaches over its right edge.
function wideElements() {
  const width = document.documentElement.clientWidth;
  return [...document.body.querySelectorAll("*")]
    .filter((it) => it.checkVisibility() && it.getBoundingClientRect().right > width + 0.5)
    .map((it) => it.outerHTML.slice(0, 80));
}

// Nothing but the page itself has been asked for, and nothing was wrong.
function assertQuiet(page, url) {
  assert.deepEqual(page.faults, []);
  const others = page.asked.filter((it) => !it.startsWith(url) && !it.startsWith("data:"));
  assert.deepEqual(others, []);
}

scenario("on a desk: everything at a glance, and everything about a server behind its name",
  async (t) => {
    const { url, work } = await busyWorld(t);
    const page = await newPage(t, { viewport: kDesk });
    await work();
    await page.goto(url);
    await page.getByText("server server-pro/server-pro-ha-2 is draining").waitFor();
    const rows = page.locator("#server-pro ~ table tbody tr");
    assert.equal(await rows.count(), kNames.length);
    assert.deepEqual(await page.evaluate(wideElements), []);
    assert.deepEqual(await page.evaluate(illegibleTexts), []);
    await takePicture(page, "stats");

    await page.getByRole("link", { name: "server-pro-ha-3" }).click();
    await page.locator("article").getByText("Value of the cookie").waitFor();
    assert.deepEqual(await page.evaluate(illegibleTexts), []);
    await takePicture(page, "stats-server");
    await page.getByRole("link", { name: "Close" }).click();
    await page.locator("article").waitFor({ state: "detached" });
    assertQuiet(page, url);
  }, kNeedsChromium);

scenario("at night: dark, and as legible", async (t) => {
  const { url } = await busyWorld(t);
  const page = await newPage(t, { viewport: kDesk, colorScheme: "dark" });
  await page.goto(url);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.ok(ground.match(/\d+/g).every((part) => Number(part) < 40), ground);
  assert.deepEqual(await page.evaluate(illegibleTexts), []);
  await takePicture(page, "stats-dark");
  assertQuiet(page, url);
}, kNeedsChromium);

scenario("on a phone: a card for each server, and nothing beyond the edge", async (t) => {
  const { url } = await busyWorld(t);
  const page = await newPage(t, { viewport: kPhone });
  await page.goto(`${url};server=server-pro/server-pro-ha-3`);
  const wide = () => document.documentElement.scrollWidth > document.documentElement.clientWidth;
  assert.equal(await page.evaluate(wide), false);
  assert.deepEqual(await page.evaluate(wideElements), []);
  const label = await page.locator("#server-pro ~ table td").nth(1).evaluate((cell) =>
    getComputedStyle(cell, "::before").content);
  assert.equal(label, '"Sessions"');
  await takePicture(page, "stats-phone");
  assertQuiet(page, url);
}, kNeedsChromium);

scenario("stick tables are legible on a phone at night, each a card that says what its numbers are",
  async (t) => {
    const tables = { projects: {}, "clients-by-address-and-nothing-else": { max_age: "24h" } };
    const { url } = await busyWorld(t, { tables });
    const page = await newPage(t, { viewport: kPhone, colorScheme: "dark" });
    await page.goto(url);
    const table = page.getByRole("table", { name: "Stick tables" });
    assert.equal(await table.locator("tbody tr").count(), 2);
    assert.deepEqual(await page.evaluate(wideElements), []);
    assert.deepEqual(await page.evaluate(illegibleTexts), []);
    await takePicture(page, "stats-tables-phone");
    assertQuiet(page, url);
  }, kNeedsChromium);

scenario("without JavaScript the page loads itself anew, and shows the same server", async (t) => {
  const { balancer, url } = await busyWorld(t, { refresh: "1s" });
  const page = await newPage(t, { javaScriptEnabled: false });
  await page.goto(url);
  await page.getByRole("link", { name: "server-pro-ha-1" }).click();
  const requests = () => page.locator("article dl > div", { hasText: /^Requests\d/ }).innerText();
  const before = await requests();
  const cookie = "server-pro-ha=server-pro-ha-1";
  await new Browser(t, balancer.plainUrl).get("/more", { headers: { cookie } });
  while (await requests() === before) await page.waitForEvent("load");
  assertQuiet(page, url);
}, kNeedsChromium);
