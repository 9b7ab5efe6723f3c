// SPDX-License-Identifier: MIT
// `stickler demo`, as a newcomer meets it: with a browser, with curl's eyes, and with Ctrl-C.
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";
import { kSticklerBinary } from "./harness/balancer.mjs";
import { Browser } from "./harness/browser.mjs";
import { kNeedsChromium, newPage } from "./harness/chromium.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { listen } from "./harness/ports.mjs";
import { Program } from "./harness/program.mjs";
import { scenario } from "./harness/scenario.mjs";
import { deferred, kLimit, within } from "./harness/wait.mjs";

async function startDemo(t, { httpsPort = 0, httpPort = 0 } = {}) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-demo-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const ports = ["--https-port", httpsPort, "--http-port", httpPort].map(String);
  const env = { ...process.env, TMPDIR: directory };
  const demo = new Program(t, "demo", kSticklerBinary, ["demo", ...ports], { env });
  return Object.assign(demo, { directory });
}

// A demo with three servers up, and its addresses.
async function runningDemo(t) {
  const demo = await startDemo(t);
  const url = async (scheme) => {
    const line = await demo.log.waitFor(new RegExp(`^  ${scheme}://`), { limit: 2 * kLimit });
    return /\S+/.exec(line)[0];
  };
  Object.assign(demo, { https: await url("https"), http: await url("http") });
  await Promise.all([1, 2, 3].map((n) => demo.log.waitFor(new RegExp(`demo-${n} is UP`))));
  return demo;
}

// Trusts the certificate that it meets, and nothing else: names and dates must be right.
async function visitor(t, demo) {
  const socket = tls.connect({ port: new URL(demo.https).port, rejectUnauthorized: false });
  const met = deferred();
  socket.on("secureConnect", () => met.resolve(socket.getPeerX509Certificate().toString()));
  const ca = await within(met.promise, "the demo's certificate");
  socket.destroy();
  return new Browser(t, demo.https, { ca });
}

scenario("a visitor of the demo comes back to the same server, which has the text", async (t) => {
  const browser = await visitor(t, await runningDemo(t));
  const { server } = (await browser.get("/editor")).json;
  assert.equal((await browser.post("/editor", "Dear reader")).json.text, "Dear reader");
  for (let visit = 0; visit < 5; ++visit) {
    const again = (await browser.get("/editor")).json;
    assert.deepEqual([again.server, again.text, again.moved], [server, "Dear reader", ""]);
  }
});

scenario("a visitor whose server is stopped moves, and is told why", async (t) => {
  const demo = await runningDemo(t);
  const browser = await visitor(t, demo);
  const { server } = (await browser.get("/editor")).json;
  assert.equal((await browser.post(`/servers/${server}/stop`)).status, 204);
  const moved = (await browser.get("/editor")).json;
  assert.notEqual(moved.server, server);
  assert.match(moved.moved, new RegExp(`^Your session was on ${server}, which is stopped`));
  await demo.log.waitFor(new RegExp(`${server} is DOWN: connection refused`));
  const mark = demo.log.mark();
  assert.equal((await browser.post(`/servers/${server}/start`)).status, 204);
  await demo.log.waitFor(new RegExp(`${server} is UP`), { since: mark });
  assert.equal((await browser.get("/editor")).json.server, moved.server);
});

scenario("the cookie of the demo says which server answers", async (t) => {
  const demo = await runningDemo(t);
  const browser = await visitor(t, demo);
  for (const server of ["demo-1", "demo-2", "demo-3"]) {
    browser.jar.set("demo", server);
    assert.equal((await browser.get("/status")).text, `${server} is alive\n`);
  }
});

scenario("the demo leads from http to https", async (t) => {
  const demo = await runningDemo(t);
  const answer = await new Browser(t, demo.http).get("/editor?a=b");
  assert.equal(answer.status, 302);
  assert.equal(answer.headers.location, `${demo.https}editor?a=b`);
});

scenario("the demo says which option helps when its port is taken", async (t) => {
  const other = createServer();
  cleanUp(t, () => other.close());
  const port = await listen(other);
  for (const [key, option] of [["httpsPort", "--https-port"], ["httpPort", "--http-port"]]) {
    const demo = await startDemo(t, { [key]: port });
    assert.deepEqual(await demo.expectExit(), { code: 1, signal: null });
    assert.equal(demo.log.entries.length, 1);
    assert.match(demo.log.entries[0], new RegExp(`127.0.0.1:${port}: another .* ${option}$`));
  }
});

scenario("Ctrl-C ends the demo, and nothing is left of it", async (t) => {
  const demo = await runningDemo(t);
  const browser = await visitor(t, demo);
  await browser.get("/editor");
  demo.signal("SIGINT");
  assert.deepEqual(await demo.expectExit(), { code: 0, signal: null });
  assert.deepEqual(readdirSync(demo.directory), []);
});

scenario("the demo keeps its key on no disk while it runs", async (t) => {
  const demo = await runningDemo(t);
  const files = readdirSync(demo.directory, { recursive: true, withFileTypes: true });
  assert.deepEqual(files.filter((it) => !it.isDirectory() && !it.isSocket()), []);
});

scenario("the demo's configuration can be read", async (t) => {
  const args = ["demo", "--https-port", "0", "--http-port", "0", "--print-configuration"];
  const demo = new Program(t, "demo", kSticklerBinary, args);
  assert.deepEqual(await demo.expectExit(), { code: 0, signal: null });
  await demo.log.waitFor(/demo-3 = \{ address = "127\.0\.0\.1:\d+"; \};/);
});

// A real browser, at the demo's page.
async function pageOf(t, demo) {
  const page = await newPage(t);
  await page.goto(demo.https);
  return page;
}

function homeOf(page) {
  return page.locator("#where strong").innerText();
}

async function typeInto(page, text) {
  const saved = page.waitForResponse((it) => it.request().method() === "POST" && it.ok());
  await page.locator("textarea").fill(text);
  await saved;
}

scenario("in a browser: type, reload, stop the server, read why, start it again", async (t) => {
  const page = await pageOf(t, await runningDemo(t));
  const home = await homeOf(page);
  await typeInto(page, "Chapter One");
  await page.reload();
  assert.equal(await homeOf(page), home);
  assert.equal(await page.locator("textarea").inputValue(), "Chapter One");

  await page.getByRole("button", { name: `Stop ${home}` }).click();
  const news = `Your session was on ${home}, which is stopped.`;
  await page.locator("#news").getByText(news).waitFor();
  assert.notEqual(await homeOf(page), home);
  assert.equal(await page.locator("textarea").inputValue(), "");

  await page.getByRole("button", { name: `Start ${home}` }).click();
  await page.getByRole("button", { name: `Stop ${home}` }).waitFor();
  assert.deepEqual(page.faults, []);
}, kNeedsChromium);

scenario("in a browser: the last server cannot be stopped", async (t) => {
  const page = await pageOf(t, await runningDemo(t));
  for (const server of ["demo-1", "demo-2"]) {
    await page.getByRole("button", { name: `Stop ${server}` }).click();
    await page.getByRole("button", { name: `Start ${server}` }).waitFor();
  }
  await page.getByRole("button", { name: "Stop demo-3", disabled: true }).waitFor();
  assert.equal(await homeOf(page), "demo-3");
  assert.deepEqual(page.faults, []);
}, kNeedsChromium);
