// SPDX-License-Identifier: MIT
// A stand-in for one instance of Overleaf Server Pro: pages, compiles whose output stays in this
// process's memory, uploads, git, and editing sessions over socket.io 0.9. What belongs to another
// instance is not served but complained about, to the parent process too. Run by
// ../harness/instances.mjs as a process of its own, so that it can crash.
//
// Environment beside self.mjs's: GIT_ROOT (only on the instance beside the git-bridge), HEARTBEAT
// (seconds between socket.io heartbeats).
import http from "node:http";
import { randomBytes } from "node:crypto";
import { compile, output } from "./compiles.mjs";
import { attachEditing } from "./editing.mjs";
import { gitBackend } from "./git_backend.mjs";
import { self, serve } from "./self.mjs";
import { receiveUpload } from "./uploads.mjs";

const instance = {
  ...self,
  gitRoot: process.env.GIT_ROOT,
  siteIsOpen: true,
  statusCode: 200,
  sessions: new Map(), // editing sessions opened here
  builds: new Map(), // compile output
};

const kProject = "/project/([0-9a-f]{24})";

// The first that fits answers.
const kPages = [
  ["GET|HEAD", "/status", status],
  ["GET", "/login", login],
  ["GET", "/headers", headers],
  ["GET", kProject, openProject],
  ["POST", `${kProject}/compile`, compile],
  ["GET|HEAD", `${kProject}/output/([^/]+)/(output\\.(?:pdf|log))`, output],
  ["POST", `${kProject}/upload`, receiveUpload],
  ["GET|POST", "/git/.*", gitBackend],
].map(([methods, path, page]) => ({
  methods: methods.split("|"),
  path: new RegExp(`^${path}$`),
  page,
}));

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url, "http://instance");
  response.setHeader("X-Instance", instance.name);
  instance.tell({ event: "request", method: request.method, url: request.url });
  try {
    await route(request, response, url);
  } catch (error) {
    instance.complain(`${request.method} ${request.url}: ${error.stack}`);
    response.destroy();
  }
});
server.keepAliveTimeout = 65_000; // NGINX_KEEPALIVE_TIMEOUT

function route(request, response, url) {
  for (const { methods, path, page } of kPages) {
    const match = path.exec(url.pathname);
    if (match && methods.includes(request.method)) {
      return page({ instance, request, response, url, parts: match.slice(1) });
    }
  }
  response.writeHead(404).end("no such page\n");
}

// While the site closes it still answers 200: only the words change.
function status({ response }) {
  response.writeHead(instance.statusCode, { "Content-Type": "text/plain" });
  response.end(instance.siteIsOpen ? "web is alive (web)" : "web site is closed (web)");
}

function login({ response }) {
  const session = `overleaf.sid=${randomBytes(16).toString("hex")}`;
  response.setHeader("Set-Cookie", `${session}; Path=/; HttpOnly; Secure; SameSite=Lax`);
  response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" });
  response.end("<!doctype html><title>Log in</title><form method=post><input name=email></form>");
}

function headers({ request, response }) {
  const { rawHeaders, headers: folded, socket, httpVersion } = request;
  const text = { instance: instance.name, httpVersion, headers: folded, rawHeaders };
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ ...text, peer: socket.remoteAddress }));
}

// Opens an editing session. `?next=N`: the editor already has N-1 edits stored (it comes from an
// instance that is gone, and in Server Pro Redis holds the updates).
function openProject({ response, url, parts: [project] }) {
  const id = randomBytes(8).toString("hex");
  const next = Number(url.searchParams.get("next") ?? 1);
  instance.sessions.set(id, { id, project, next, editor: url.searchParams.get("editor") });
  instance.tell({ event: "opened", session: id, project });
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ instance: instance.name, session: id }));
}

attachEditing(server, instance, Number(process.env.HEARTBEAT ?? 25));

serve(server, {
  closeSite: () => (instance.siteIsOpen = false),
  openSite: () => (instance.siteIsOpen = true),
  setStatus: ({ code }) => (instance.statusCode = code),
});
