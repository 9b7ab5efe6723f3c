// SPDX-License-Identifier: MIT
// Where access lines go, and how they are written: files that are moved away, syslog daemons that
// come and go, JSON.
import assert from "node:assert/strict";
import dgram from "node:dgram";
import net from "node:net";
import { once } from "node:events";
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startStickler } from "./harness/balancer.mjs";
import { isAccessLine, parseAccessLine } from "./harness/access_lines.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { listen } from "./harness/ports.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { Timeline, within } from "./harness/wait.mjs";
import { RawClient } from "./harness/wire.mjs";

async function world(t, log, { script = answers("hello"), ...settings } = {}) {
  const server = await RawServer.start(t, script);
  const balancer = await startStickler(t, {
    servers: [{ name: "s1", port: server.port }],
    check: null,
    ...settings,
    edit: (config) => {
      Object.assign(config.log, log);
      settings.edit?.(config);
    },
  });
  return { server, balancer, client: await connect(t, balancer) };
}

const connect = (t, { ports }) => RawClient.connect(t, { port: ports.plain });

function folder(t) {
  const made = mkdtempSync(path.join(tmpdir(), "stickler-log-"));
  cleanUp(t, () => rmSync(made, { recursive: true, force: true }));
  return made;
}

const linesIn = (file) => readFileSync(file, "utf8").split("\n").slice(0, -1);

const targetOf = (line) => parseAccessLine(line).request.split(" ")[1];

// Ends the balancer, so that everything is written.
async function ended(balancer) {
  balancer.signal("SIGTERM");
  await balancer.expectExit();
}

const get = async (client, target) =>
  assert.equal((await client.request(`GET ${target}`).response()).status, 200);

// ---- files ----

onlyStickler("a file is made for its owner and group, and holds a line for each request",
  async (t) => {
    const file = path.join(folder(t), "access.log");
    const { balancer, client } = await world(t, { access: "file", access_file: file });
    for (const target of ["/1", "/2", "/3"]) await get(client, target);
    await ended(balancer);
    assert.equal(statSync(file).mode & 0o777, 0o640);
    const requests = linesIn(file).map((line) => parseAccessLine(line).request);
    assert.deepEqual(requests, ["GET /1 HTTP/1.1", "GET /2 HTTP/1.1", "GET /3 HTTP/1.1"]);
    assert.deepEqual(balancer.log.entries.filter(isAccessLine), [], "standard output has none");
  });

onlyStickler("a file that was moved away is begun anew at SIGUSR1, and no line is lost",
  async (t) => {
    const file = path.join(folder(t), "access.log");
    const { balancer, client } = await world(t, { access: "file", access_file: file });
    await get(client, "/before");
    renameSync(file, `${file}.1`);
    await get(client, "/moved");
    balancer.signal("SIGUSR1");
    await balancer.log.waitFor(/access log: .* is opened anew/);
    await get(client, "/after");
    await ended(balancer);
    const targetsIn = (name) => linesIn(name).map(targetOf);
    assert.deepEqual([...targetsIn(`${file}.1`), ...targetsIn(file)],
      ["/before", "/moved", "/after"]);
    assert.ok(targetsIn(file).includes("/after"));
  });

onlyStickler("SIGUSR1 does nothing to a log on standard output", async (t) => {
  const { balancer, client } = await world(t, {});
  balancer.signal("SIGUSR1");
  await get(client, "/page");
  await balancer.log.waitFor(/"GET \/page /);
});

onlyStickler("a file that cannot be opened is no start", async (t) => {
  const file = path.join(folder(t), "access.log", "below", "a-file");
  const balancer = await startStickler(t, {
    servers: [{ name: "s1", port: 1 }],
    check: null,
    ready: false,
    edit: (config) => Object.assign(config.log, { access: "file", access_file: file }),
  });
  assert.equal((await balancer.expectExit()).code, 1);
  assert.ok(balancer.log.entries.some((line) => /log.access_file: there is no folder/.test(line)));
});

onlyStickler("a reload takes the log elsewhere, and each line goes where its time was",
  async (t) => {
    const file = path.join(folder(t), "access.log");
    const { balancer, client } = await world(t, {});
    await get(client, "/stdout");
    await balancer.log.waitFor(/"GET \/stdout /);
    const toFile = { access: "file", access_file: file, format: "json" };
    const reload = (log) => balancer.reload({
      edit: (config) => Object.assign(config.log, { access: "stdout" }, log),
    });
    assert.match(await reload(toFile), /reloaded in/);
    await get(client, "/file");
    await reload({ access: "off" });
    await get(client, "/nowhere");
    await reload({});
    await get(client, "/stdout-again");
    await balancer.log.waitFor(/"GET \/stdout-again /);
    await ended(balancer);
    assert.deepEqual(linesIn(file).map((line) => JSON.parse(line).target), ["/file"]);
    const onStdout = balancer.log.entries.filter(isAccessLine).map(targetOf);
    assert.deepEqual(onStdout, ["/stdout", "/stdout-again"]);
  });

onlyStickler("a reload to a file that cannot be opened changes nothing", async (t) => {
  const { balancer, client } = await world(t, {});
  const said = await balancer.reload({
    edit: (config) => Object.assign(config.log, { access: "file", access_file: "/nowhere/at/all" }),
  });
  assert.match(said, /not reloaded, nothing was changed/);
  await get(client, "/page");
  await balancer.log.waitFor(/"GET \/page /);
});

// ---- JSON ----

onlyStickler("a line of JSON tells what is known of an exchange over TLS", async (t) => {
  const { balancer } = await world(t, { format: "json" });
  const client = await RawClient.connect(t, { port: balancer.ports.https, ca: balancer.ca });
  const sent = Date.now();
  client.request("POST /compile?a=1", ["Content-Length: 4", "Cookie: server-pro-ha=s1"], "four");
  await client.response();
  const line = JSON.parse(await balancer.log.waitFor(/^\{.*"target":"\/compile/));
  assert.match(line.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.ok(Math.abs(new Date(line.time) - sent) < 60_000);
  assert.match(line.cipher, /^TLS_/);
  const { client: address, listener, backend, server, method, target, version, status } = line;
  assert.deepEqual(
    { address, listener, backend, server, method, target, version, status },
    { address: "127.0.0.1", listener: "https", backend: "server-pro", server: "s1",
      method: "POST", target: "/compile?a=1", version: "HTTP/1.1", status: 200 });
  const { flags, cookie, reason, failure, tls, sni, bytes_from_client } = line;
  assert.deepEqual(
    { flags, cookie, reason, failure, tls, sni, bytes_from_client },
    { flags: "--", cookie: "VU", reason: "cookie", failure: null, tls: "TLSv1.3",
      sni: "localhost", bytes_from_client: 4 });
  for (const time of ["head_ms", "queue_ms", "connect_ms", "response_ms", "total_ms"]) {
    assert.ok(line[time] >= 0, time);
  }
});

onlyStickler("a line of JSON gives the reason of a failure in words", async (t) => {
  const { balancer, client } = await world(t, { format: "json" }, {
    script: async (side) => {
      await side.request();
      side.wire.halfClose();
    },
  });
  client.request("GET /page", ["X-A: b"]);
  const line = JSON.parse(await balancer.log.waitFor(/^\{.*"target":"\/page/));
  assert.deepEqual([line.status, line.flags, line.reason, line.failure, line.response_ms],
    [502, "SH", "roundrobin", "the server closed the connection before answering", null]);
});

onlyStickler("a request that is none is a line of JSON, too", async (t) => {
  const { balancer, client } = await world(t, { format: "json" });
  client.send("GET / HTTP/1.1\r\nBad Name: \xff\x00\r\n\r\n");
  const line = JSON.parse(await balancer.log.waitFor(/^\{"time/));
  assert.deepEqual([line.method, line.backend, line.status, line.flags],
    [null, null, 400, "PR"]);
});

// ---- syslog ----

// A daemon that takes datagrams; what it got is in `messages`.
async function udpDaemon(t, port = 0) {
  const socket = dgram.createSocket("udp4");
  const messages = new Timeline("messages to the UDP daemon");
  socket.on("message", (message) => messages.push(message.toString()));
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  const close = () => new Promise((closed) => socket.close(closed));
  let open = true;
  cleanUp(t, () => open && close());
  return { port: socket.address().port, messages,
           close: () => ((open = false), close()) };
}

// A daemon that takes streams; what it got of each connection is in `streams`.
async function streamDaemon(t, { port = 0, path: where } = {}) {
  const messages = new Timeline("bytes to the daemon");
  const sockets = new Set();
  const daemon = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("data", (bytes) => messages.push(bytes.toString()));
    socket.on("error", () => {});
  });
  if (where) {
    daemon.listen(where);
    await once(daemon, "listening");
  } else {
    port = await listen(daemon, port);
  }
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => daemon.close(closed));
  };
  cleanUp(t, close);
  return { port, messages, close };
}

const toSyslog = (syslog) => ({ access: "syslog", syslog });

onlyStickler("each line is a datagram to a UDP daemon, headed as in RFC 3164", async (t) => {
  const daemon = await udpDaemon(t);
  const { client } = await world(t, toSyslog({ address: `udp:127.0.0.1:${daemon.port}` }));
  await get(client, "/1");
  await get(client, "/2");
  for (const [at, target] of [[0, "/1"], [1, "/2"]]) {
    const message = await daemon.messages.at(at);
    const [, line] =
      /^<134>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ stickler\[\d+\]: (.*)$/.exec(message);
    assert.equal(parseAccessLine(line).request, `GET ${target} HTTP/1.1`);
  }
});

onlyStickler("facility, severity, tag and RFC 5424 are as configured", async (t) => {
  const daemon = await udpDaemon(t);
  const { client } = await world(t, {
    ...toSyslog({ address: `udp:127.0.0.1:${daemon.port}`, protocol: "rfc5424",
                  facility: "daemon", severity: "notice", tag: "haproxy" }),
    format: "json",
  });
  await get(client, "/page");
  const message = await daemon.messages.at(0);
  const [, json] =
    /^<29>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ haproxy \d+ - - (\{.*\})$/.exec(message);
  assert.equal(JSON.parse(json).target, "/page");
});

onlyStickler("a TCP daemon is told how many octets follow", async (t) => {
  const daemon = await streamDaemon(t);
  const { client } = await world(t, toSyslog({ address: `tcp:127.0.0.1:${daemon.port}` }));
  await get(client, "/page");
  const bytes = await daemon.messages.at(0);
  const [, size, message] = /^(\d+) (<134>.*)$/.exec(bytes);
  assert.equal(Buffer.byteLength(message), Number(size));
});

onlyStickler("a daemon behind a Unix stream reads lines", async (t) => {
  const where = path.join(folder(t), "log");
  const daemon = await streamDaemon(t, { path: where });
  const { client } = await world(t, toSyslog({ address: `unix-stream:${where}` }));
  await get(client, "/page");
  assert.match(await daemon.messages.at(0), /^<134>\S+ .{11} stickler\[\d+\]: .*"GET \/page .*\n$/);
});

onlyStickler("a daemon that is away gets every line when it comes, and no request waits for it",
  async (t) => {
    const first = await streamDaemon(t);
    const { balancer, client } = await world(t,
      toSyslog({ address: `tcp:127.0.0.1:${first.port}`, framing: "newline" }));
    await get(client, "/1");
    await first.messages.at(0);
    await first.close();
    for (const target of ["/2", "/3", "/4"]) await get(client, target);
    await balancer.log.waitFor(/access log: tcp:.*; lines wait until somebody takes them/);
    const second = await streamDaemon(t, { port: first.port });
    await balancer.log.waitFor(/access log: tcp:.* takes lines again/);
    await second.messages.waitFor(() => second.messages.entries.join("").includes("/4"));
    assert.deepEqual(second.messages.entries.join("").match(/GET \/\d/g),
      ["GET /2", "GET /3", "GET /4"]);
  });

onlyStickler("a daemon that never comes keeps nobody from ending, and the losses are told",
  async (t) => {
    const { balancer, client } = await world(t, toSyslog({ address: "unix:/nowhere/log" }));
    await get(client, "/page");
    await balancer.log.waitFor(/access log: unix:\/nowhere\/log: No such file/);
    balancer.signal("SIGTERM");
    assert.equal((await within(balancer.expectExit(), "the end")).code, 0);
    assert.ok(balancer.log.entries.some((line) => /access log: 1 line was dropped/.test(line)));
  });
