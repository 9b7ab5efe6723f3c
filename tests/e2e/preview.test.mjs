// SPDX-License-Identifier: MIT
// Looking at an instance before its users do: stickler cookie and stickler preview.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { Browser } from "./harness/browser.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";

async function world(t, settings = {}) {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-preview-"));
  cleanUp(t, () => rmSync(directory, { recursive: true, force: true }));
  const socket = path.join(directory, "stickler.sock");
  const servers = await namedServers(t, ["s1", "s2"]);
  const balancer = await startStickler(t, {
    servers, check: null, cookie: { name: "N" }, workers: 2,
    edit: (config) => (config.runtime = { socket }),
    ...settings,
  });
  const command = (...words) => execFileSync(
    kSticklerBinary, [...words, "-f", balancer.file], { encoding: "utf8" }).trim();
  return { balancer, servers, command };
}

const open = (t, balancer) => new Browser(t, balancer.httpsUrl, { ca: balancer.ca });

onlyStickler("a preview's link leads to a server in maintenance, and the session stays what it was",
  async (t) => {
    const { balancer, servers, command } = await world(t);
    command("maint", "s2");
    const browser = open(t, balancer);
    assert.equal((await browser.get("/")).headers["x-served-by"], "s1");
    const link = new URL(command("preview", "s2"));
    assert.equal(link.protocol, "https:");
    assert.equal(link.port, String(balancer.ports.https));
    const opened = await browser.get(link.pathname);
    assert.deepEqual([opened.status, opened.headers.location], [303, "/"]);
    assert.match(String(opened.headers["set-cookie"]), /Max-Age=\d+; Secure/);
    const seen = await browser.get("/headers");
    assert.equal(seen.headers["x-served-by"], "s2");
    assert.equal(seen.headers["set-cookie"], undefined, "the session is left alone");
    const { headers } = servers[1].requests.entries.at(-1);
    assert.ok(!String(headers.cookie).includes("stickler-preview"), "the server does not see it");
    assert.equal(browser.jar.get("N").split("|")[0], "s1");
    await balancer.log.waitFor(/server-pro\/s2 .* 200 .* ---- /);
    assert.equal((await open(t, balancer).get("/")).headers["x-served-by"], "s1");
  });

onlyStickler("a forged, foreign or outdated link is the application's business", async (t) => {
  const { balancer, command } = await world(t);
  command("maint", "s2");
  const { pathname } = new URL(command("preview", "s2", "--for", "1s"));
  const [, , , token] = pathname.split("/");
  const forged = [
    pathname.replace("s2", "s1"), pathname.replace(/\d+/, "9999999999"), "/.stickler/preview/x",
    `/.stickler/preview/${token.replace(/\.[0-9a-f]{4}/, ".0000")}`,
  ];
  for (const target of forged) {
    const browser = open(t, balancer);
    assert.equal((await browser.get(target)).headers["x-served-by"], "s1", target);
    browser.jar.set("stickler-preview", target.split("/").slice(3).join("/"));
    assert.equal((await browser.get("/")).headers["x-served-by"], "s1", target);
  }
});

onlyStickler("stickler cookie prints what leads to a server", async (t) => {
  const { balancer, command } = await world(t);
  const [name, value] = command("cookie", "s2").split("=");
  assert.deepEqual([name, value], ["N", "s2"]);
  const browser = open(t, balancer);
  browser.jar.set(name, value);
  assert.equal((await browser.get("/")).headers["x-served-by"], "s2");
  assert.throws(() => command("cookie", "s9"), /there is no server 's9'/);
});
