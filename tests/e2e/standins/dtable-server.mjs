// SPDX-License-Identifier: MIT
// A stand-in for SeaTable's dtable-server: bases in memory, written to a database late; edits over
// HTTP and socket.io; its registration in etcd; and the call that asks it to write the bases of
// some buckets out and forget them. Run by ../harness/dtable_nodes.mjs as a process of its own.
//
// Environment beside self.mjs's: DTABLE, JSON: etcd (options of EtcdClient, with `endpoints`),
// prefix, url (where balancers reach it, if not at its port), database (URL), lease (seconds), hook
// ("works", "none", "fails" or "slow"); in milliseconds: grace, writeEvery, forgetsAfter (how late
// it begins to write out when it has lost its lease), hookTakes, idle (after which it forgets a
// base by itself).
import http from "node:http";
import { once } from "node:events";
import { Server } from "socket.io";
import { EtcdClient } from "../harness/etcd_client.mjs";
import { pause } from "../harness/wait.mjs";
import { Bases, bucketOf, Refusal } from "./dtable_bases.mjs";
import { Lease } from "./dtable_lease.mjs";
import { self, serve } from "./self.mjs";

const settings = JSON.parse(process.env.DTABLE);
const { endpoints, ...etcdOptions } = settings.etcd;
// With an answer of each member, a keep-alive takes no longer than the lease lasts.
const limit = settings.lease * 1000 / (2 * endpoints.length);
const lease = new Lease({
  name: self.name,
  etcd: new EtcdClient(endpoints, { limit, ...etcdOptions }),
  key: `${settings.prefix}nodes/${self.name}`,
  seconds: settings.lease,
  grace: settings.grace,
});
const bases = new Bases({ name: self.name, database: settings.database, lease });
const tunnels = new Set(); // { socket, base, epoch }

const server = http.createServer(async (request, response) => {
  response.setHeader("X-Instance", self.name);
  try {
    await answer(request, response, new URL(request.url, "http://node"));
  } catch (error) {
    request.resume();
    refuse(response, error);
  }
});
server.keepAliveTimeout = 65_000;

async function answer(request, response, url) {
  if (url.pathname === "/ping/") return void response.end("pong");
  if (url.pathname === "/unload-buckets/") return unload(request, response);
  const base = baseOf(url);
  const epochs = request.headersDistinct["x-stickler-epoch"] ?? [];
  if (!base) return void response.end(JSON.stringify({ node: self.name, epochs }));
  const epoch = epochOf(request);
  if (url.pathname === "/socket.io/") return void socketIo(base, epoch, request, response);
  const asked = request.method === "POST" ? JSON.parse(await textOf(request)) : undefined;
  await pause(Number(url.searchParams.get("takes") ?? 0));
  const found = asked ? { row: asked.row, ...(await bases.edit(base, asked.row, epoch)) }
    : { rows: await bases.rows(base, epoch) };
  response.setHeader("Content-Type", "application/json");
  response.end(JSON.stringify({ node: self.name, base, epochs, ...found }));
}

function refuse(response, error) {
  const status = error instanceof Refusal ? error.status : 500;
  if (status !== 503) self.tell({ event: "refused", status, text: error.message });
  if (response.headersSent) return response.destroy();
  response.writeHead(status).end(`${error.message}\n`);
}

// The id of the base that a request is about, in its usual form.
function baseOf(url) {
  const path = decodeURIComponent(url.pathname);
  const [, id = url.searchParams.get("dtable_uuid")] = /\/dtables\/([^/]+)/.exec(path) ?? [];
  const digits = id?.replaceAll("-", "").toLowerCase() ?? "";
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// Undefined for who came by himself, which is told.
function epochOf({ headers, url }) {
  const text = headers["x-stickler-epoch"];
  if (text !== undefined) return Number(text);
  self.tell({ event: "no epoch", url });
  return undefined;
}

async function textOf(request) {
  let text = "";
  for await (const part of request.setEncoding("utf8")) text += part;
  return text;
}

// ---- the call ----

async function unload(request, response) {
  const { buckets, epoch } = JSON.parse(await textOf(request));
  self.tell({ event: "asked to unload", buckets, epoch, hook: settings.hook });
  if (settings.hook === "none") return void response.writeHead(404).end();
  if (settings.hook === "fails") return void response.writeHead(500).end();
  if (settings.hook === "slow") await pause(settings.hookTakes);
  // What has ended before this call came is known to have ended after a turn or two.
  await pause(1);
  await pause(1);
  const open = tunnelsOf(buckets).filter((tunnel) => tunnel.epoch < epoch);
  await bases.unload(buckets, epoch);
  for (const { socket } of open) socket.conn.close();
  self.tell({ event: "unloaded", buckets, epoch, tunnels: open.length });
  response.end();
}

function tunnelsOf(buckets) {
  return [...tunnels].filter(({ base }) => buckets.includes(bucketOf(base)));
}

// ---- socket.io ----

// It listens nowhere: requests are handed to it once it is known that they may be served.
const io = new Server({ pingInterval: 2000, pingTimeout: 2000, serveClient: false });
io.attach(http.createServer());

function socketIo(base, epoch, request, response) {
  bases.check(base, epoch);
  io.engine.handleRequest(request, response);
}

server.on("upgrade", (request, socket, head) => {
  try {
    bases.check(baseOf(new URL(request.url, "http://node")), epochOf(request));
    io.engine.handleUpgrade(request, socket, head);
  } catch ({ status = 400, message }) {
    if (status !== 503) self.tell({ event: "refused", status, text: message });
    socket.end(`HTTP/1.1 ${status} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }
});

io.on("connection", (socket) => {
  const { request } = socket.conn;
  const base = baseOf(new URL(request.url, "http://node"));
  const tunnel = { socket, base, epoch: Number(request.headers["x-stickler-epoch"] ?? 0) };
  tunnels.add(tunnel);
  socket.on("disconnect", () => tunnels.delete(tunnel));
  const done = (answered, act) => act.then((found) => answered({ node: self.name, ...found }),
    ({ status = 500, message }) => answered({ error: status, message }));
  socket.on("edit", (row, answered) => done(answered, bases.edit(base, row, tunnel.epoch)));
  socket.on("rows", (answered) => {
    done(answered, bases.rows(base, tunnel.epoch).then((rows) => ({ rows })));
  });
});

// ---- life ----

serve(server, {
  setHook: ({ hook, hookTakes }) => Object.assign(settings, { hook, hookTakes }),
  leave: () => void leave(),
});

await once(server, "listening");
const { port } = server.address();
let leaving = false;
void writeLate();
await live();

async function writeLate() {
  for (;;) {
    await pause(settings.writeEvery);
    await bases.writeOut(settings.idle);
  }
}

async function live() {
  const value = {
    node_url: `https://${self.name}.example.com/`,
    local_node_url: `${settings.url ?? `http://127.0.0.1:${port}`}/`,
  };
  while (!leaving) {
    await lease.register(value);
    self.tell({ event: "registered", session: lease.session });
    await lease.keep();
    if (!leaving) await loseAll();
  }
}

// As a process that ends and is started again: nobody who came before is answered afterwards.
async function loseAll() {
  const until = lease.until + lease.grace;
  server.close();
  server.closeAllConnections();
  for (const { socket } of tunnels) socket.conn.close();
  const { session } = lease;
  await pause(settings.forgetsAfter);
  const dropped = await bases.giveUp(until);
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  self.tell({ event: "lost its lease", session, dropped });
}

// It ends well: all is written before anybody may think that it is gone.
async function leave() {
  leaving = true;
  lease.stop();
  server.close();
  server.closeAllConnections();
  for (const { socket } of tunnels) socket.conn.close();
  await bases.giveUp(lease.until + lease.grace);
  await lease.giveBack().catch(() => {}); // without etcd it ends by itself
  process.exit();
}
