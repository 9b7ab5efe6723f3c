// SPDX-License-Identifier: MIT
// git over https through /git/: always at the instance beside the git-bridge, whatever session a
// browser has; and a browser's session stays where it is.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { startBalancer } from "./harness/balancer.mjs";
import { stickySession } from "./harness/browser.mjs";
import { certificates } from "./harness/certificates.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { encodeDate, now } from "./harness/haproxy_cookie.mjs";
import { Fleet } from "./harness/instances.mjs";
import { forEachBalancer, onlyStickler } from "./harness/scenario.mjs";
import { within } from "./harness/wait.mjs";

const kGitServer = "server-pro-ha-1";

// A fleet with a repository, a balancer that pins /git/, and a directory to clone into.
async function world(t, kind) {
  const root = mkdtempSync(path.join(tmpdir(), "stickler-git-"));
  cleanUp(t, () => rmSync(root, { recursive: true, force: true }));
  const bare = path.join(root, "thesis.git");
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare]);
  execFileSync("git", ["-C", bare, "config", "http.receivepack", "true"]);
  const fleet = await Fleet.start(t, 3, { git: { instance: kGitServer, root } });
  const balancer = await startBalancer(t, kind, { servers: fleet.servers, git: kGitServer });
  return { fleet, balancer, bare, clone: path.join(root, "clone") };
}

// Runs git as an author would, trusting the test's authority.
async function git(...args) {
  const { directory } = certificates();
  const env = {
    PATH: process.env.PATH,
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_SSL_CAINFO: path.join(directory, "root.crt"),
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "Author", GIT_AUTHOR_EMAIL: "author@example.com",
    GIT_COMMITTER_NAME: "Author", GIT_COMMITTER_EMAIL: "author@example.com",
  };
  const running = promisify(execFile)("git", args, { env });
  const { stdout } = await within(running, `git ${args.join(" ")}`, 30_000);
  return stdout.trim();
}

async function commitFile(clone, name, content) {
  writeFileSync(path.join(clone, name), content);
  await git("-C", clone, "add", name);
  await git("-C", clone, "commit", "--quiet", "-m", `Add ${name}`);
}

forEachBalancer("git clones, pushes and clones again what was pushed", async (t, kind) => {
  const { fleet, balancer, bare, clone } = await world(t, kind);
  const url = `${balancer.httpsUrl}/git/thesis.git`;
  await git("clone", "--quiet", url, clone);
  await commitFile(clone, "main.tex", "\\documentclass{article}\n");
  await git("-C", clone, "push", "--quiet", "origin", "HEAD:main");
  await git("clone", "--quiet", "--branch=main", url, `${clone}-2`);
  const pushed = await git("-C", clone, "rev-parse", "HEAD");
  assert.equal(await git("-C", `${clone}-2`, "rev-parse", "HEAD"), pushed);
  assert.equal(await git("-C", bare, "rev-parse", "main"), pushed);
  assert.deepEqual(fleet.complaints, []);
});

forEachBalancer("git pushes 5 MB in chunks of unknown number", async (t, kind) => {
  const { fleet, balancer, bare, clone } = await world(t, kind);
  await git("clone", "--quiet", `${balancer.httpsUrl}/git/thesis.git`, clone);
  await commitFile(clone, "figure.pdf", randomBytes(5 * 2 ** 20));
  // A pack larger than postBuffer makes git send Transfer-Encoding: chunked.
  await git("-C", clone, "-c", "http.postBuffer=65536", "push", "--quiet", "origin", "HEAD:main");
  const pushed = await git("-C", clone, "rev-parse", "HEAD");
  assert.equal(await git("-C", bare, "rev-parse", "main"), pushed);
  assert.deepEqual(fleet.complaints, []);
});

// A browser whose session is elsewhere than the git server.
async function sessionElsewhere(t, balancer) {
  for (;;) {
    const session = await stickySession(t, balancer);
    if (session.server !== kGitServer) return session;
  }
}

const kRefs = "/git/thesis.git/info/refs?service=git-upload-pack";

forEachBalancer("a browser's session elsewhere does not lead git astray", async (t, kind) => {
  const { fleet, balancer } = await world(t, kind);
  const session = await sessionElsewhere(t, balancer);
  const refs = await session.get(kRefs);
  assert.equal(refs.status, 200);
  assert.equal(refs.servedBy, kGitServer);
  assert.deepEqual(fleet.complaints, []);
});

onlyStickler("git traffic leaves the browser's session where it is", async (t, kind) => {
  const { balancer } = await world(t, kind);
  const session = await sessionElsewhere(t, balancer);
  // Old enough for renewal: HAProxy would now write a cookie of the git server.
  const before = `${session.server}|${encodeDate(now() - 600)}`;
  session.jar.set("server-pro-ha", before);
  const refs = await session.get(kRefs);
  assert.deepEqual(refs.setCookies, []);
  assert.equal(session.jar.get("server-pro-ha"), before);
  assert.equal((await session.get("/headers")).servedBy, session.server);
});

onlyStickler("git without a session gets no session cookie", async (t, kind) => {
  const { balancer } = await world(t, kind);
  const visitor = await stickySession(t, balancer, { target: kRefs });
  assert.equal(visitor.server, kGitServer);
  assert.equal(visitor.jar.header(), undefined);
});

onlyStickler("git answers 503 rather than from another instance when its own is down",
  async (t, kind) => {
    const { fleet, balancer } = await world(t, kind);
    const session = await sessionElsewhere(t, balancer);
    await fleet.crash(kGitServer);
    await balancer.waitForDown(kGitServer);
    assert.equal((await session.get(kRefs)).status, 503);
    assert.equal((await session.get("/headers")).servedBy, session.server);
    assert.deepEqual(fleet.complaints, []);
  });
