// SPDX-License-Identifier: MIT
// HAProxy's rules under conditions of every shape, and their translation: each request of many gets
// the same from both programs.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { balancers, kSticklerBinary, startHaproxy, startStickler } from "./harness/balancer.mjs";
import { certificates } from "./harness/certificates.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort } from "./harness/ports.mjs";
import { scenario } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

const kServers = ["acme-1", "api-1", "app-1", "app-2"];

// `rules` of the frontend; `app` those of the backend that it leads to by default.
function cfg({ rules, app = "" }, ports, servers) {
  const at = Object.fromEntries(servers.map(({ name, port }) => [name, `127.0.0.1:${port}`]));
  return `defaults
  mode http
  timeout client 5s
  timeout server 60s
  timeout connect 1s
frontend www
  bind 127.0.0.1:${ports.plain}
  bind 127.0.0.1:${ports.https} ssl crt ${certificates().rsa.bundle}
${rules}
  default_backend app
backend acme
  server acme-1 ${at["acme-1"]}
backend api
  http-request set-header X-Backend api
  server api-1 ${at["api-1"]}
backend app
  balance first
${app}
  server app-1 ${at["app-1"]}
  server app-2 ${at["app-2"]}
`;
}

function translated(t, text) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-rules-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  const file = path.join(folder, "haproxy.cfg");
  writeFileSync(file, text);
  const { status, stdout, stderr } = spawnSync(kSticklerBinary, ["import-haproxy", file], {
    encoding: "utf8",
  });
  assert.deepEqual([status, stderr], [0, ""]);
  return stdout;
}

async function newPorts() {
  return { plain: await freePort(), https: await freePort() };
}

// What of an answer both programs should agree on. HAProxy leaves out what stays the same of an
// address.
function essence(answer, { tls, host }) {
  const location = answer.get("location");
  if (location) {
    const url = new URL(location, `${tls ? "https" : "http"}://${host}`);
    return `${answer.status} ${url.protocol}//${url.hostname}${url.pathname}${url.search}`;
  }
  if (answer.get("x-instance") === undefined) return `${answer.status}`;
  const { name, headers } = JSON.parse(answer.text);
  const told = ["x-kind", "x-backend", "x-port"].map((it) => headers[it]);
  return `${name} ${told.join(" ")}`;
}

async function ask(t, { ports, ca }, request) {
  const { tls, method, host, target } = request;
  const to = tls ? { port: ports.https, ca } : { port: ports.plain };
  const client = await RawClient.connect(t, to);
  const fields = [`Host: ${host}`, "Content-Length: 0", "Connection: close"];
  const answer = await client.request(`${method} ${target}`, fields).response({ method });
  client.close();
  return essence(answer, request);
}

const kTargets = [
  "/", "/ping", "/api/x", "/v2/x", "/x.png", "/api/x.css", "/.well-known/y", "/.well-known/y.png",
  "/old", "/old/z", "/older", "/git/repo", "/secret", "/free/secret", "/query?a=/api/",
];

function* requests() {
  for (const tls of [false, true]) {
    for (const method of ["GET", "PUT", "DELETE"]) {
      for (const host of ["www.example.com", "api.example.com", "a.b.example.org"]) {
        for (const target of kTargets) yield { tls, method, host, target };
      }
    }
  }
}

const kCases = {
  "redirects, exceptions, answers and backends": {
    rules: `
  acl acme path_beg /.well-known/
  acl api hdr(host) -i api.example.com
  acl api path_beg /api/
  acl static path_end .png .css
  acl write method PUT POST
  http-request deny deny_status 405 if METH_DELETE { path /secret /old }
  http-request redirect scheme https code 301 if !{ ssl_fc } !acme
  http-request set-header X-Port %[dst_port]
  http-request set-header X-Kind static if static
  http-request set-header X-Kind write if write !static
  http-request return status 204 if { path /ping } !write
  redirect location https://www.example.com/new code 308 if { path_reg ^/old(/|$) }
  use_backend acme if acme
  use_backend api if api !static || write { path_beg /v2/ }`,
    app: `
  http-request deny if { path /secret }
  use-server app-2 if { path_beg /git/ }`,
  },
  "unless, allow, and rules that depend on the listener": {
    rules: `
  acl org hdr_end(host) .example.org
  acl get method GET
  http-request allow if { path_beg /free/ }
  http-request deny deny_status 429 unless get || org { path_beg /api/ /v2/ }
  http-request set-header X-Kind a if get
  http-request set-header X-Kind b unless get or org
  http-request del-header X-Kind if { path_beg /git/ } !org
  redirect prefix https://other.example.com code 303 if org !{ ssl_fc } !get
  use_backend api if !get !org or { path -i /API/X }
  use_backend acme if { dst_port 1:65535 } org { path_sub ell }`,
    app: `
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Proto http unless { ssl_fc }
  http-request set-header X-Backend app
  http-request set-header X-Backend git if { path_beg /git/ }
  acl elsewhere path_reg ^/(ping|secret)$
  http-request redirect location /elsewhere if elsewhere !{ hdr(host) a.b.example.org }`,
  },
};

for (const [what, rules] of Object.entries(kCases)) {
  scenario(`${what}: the translation does what HAProxy does`, async (t) => {
    const servers = await namedServers(t, kServers);
    const [ours, theirs] = [await newPorts(), await newPorts()];
    const text = translated(t, cfg(rules, ours, servers));
    const stickler = await startStickler(t, { text, ports: ours });
    const haproxy = await startHaproxy(t, { text: cfg(rules, theirs, servers), ports: theirs });
    const seen = new Set();
    for (const request of requests()) {
      const expected = (await ask(t, haproxy, request)).replaceAll(theirs.plain, ours.plain)
        .replaceAll(theirs.https, ours.https);
      seen.add(expected);
      assert.equal(await ask(t, stickler, request), expected, JSON.stringify(request));
    }
    assert.ok(seen.size > 10, "the rules tell requests apart");
  }, { skip: balancers().length < 2 });
}
