// SPDX-License-Identifier: MIT
// prometheus-haproxy-exporter, as Debian ships it, scrapes Stickler's runtime socket and says what
// it says of HAProxy.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { isAccessLine } from "./harness/access_lines.mjs";
import { freePort } from "./harness/ports.mjs";
import { Program } from "./harness/program.mjs";
import { runtimeSocket } from "./harness/runtime_socket.mjs";
import { forEachBalancer } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { RawClient } from "./harness/wire.mjs";

// Metrics by name and labels: `haproxy_server_up{backend="b",server="s"}` → 1.
async function scrape(t, uri) {
  const port = await freePort();
  const exporter = new Program(t, "exporter", "prometheus-haproxy-exporter",
    [`--haproxy.scrape-uri=${uri}`, `--web.listen-address=127.0.0.1:${port}`]);
  exporter.goodExit = (code, signal) => signal === "SIGTERM" || code === 0 || code === 143;
  await exporter.log.waitFor(/Listening on|TLS is disabled/);
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const lines = text.split("\n").filter((line) => line.startsWith("haproxy_"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")),
                                      Number(line.slice(line.lastIndexOf(" ") + 1))]));
}

async function world(t, kind) {
  const runtime = runtimeSocket(t);
  const balancer = await startBalancer(t, kind, {
    servers: await namedServers(t, ["s1", "s2"]), cookie: { name: "N" },
    check: { http: "HEAD /status", interval: "5s", rise: 2, fall: 3 }, ...runtime.settings,
  });
  const mark = balancer.log.mark();
  for (let i = 0; i < 3; ++i) {
    const client = await RawClient.connect(t, { port: balancer.ports.plain });
    await client.request("GET /", ["Cookie: N=s1"]).response();
    client.close();
  }
  let seen = 0;
  await balancer.log.waitFor((line) => isAccessLine(line) && ++seen === 3, { since: mark });
  return { balancer, runtime };
}

function check(metrics) {
  const backend = '{backend="server-pro"';
  const server = (name) => `${backend},server="${name}"`;
  assert.equal(metrics.get("haproxy_up"), 1);
  assert.equal(metrics.get("haproxy_exporter_csv_parse_failures_total"), 0);
  assert.equal(metrics.get(`haproxy_server_up${server("s1")}}`), 1);
  assert.equal(metrics.get(`haproxy_server_sessions_total${server("s1")}}`), 3);
  const answered = (server) =>
    metrics.get(`haproxy_server_http_responses_total${backend},code="2xx",server="${server}"}`);
  assert.equal(answered("s1"), 3);
  assert.equal(answered("s2"), 0);
  assert.equal(metrics.get(`haproxy_backend_up${backend}}`), 1);
  assert.equal(metrics.get(`haproxy_backend_current_server${backend}}`), 2);
  const names = [...metrics.keys()];
  assert.ok(names.some((name) => /^haproxy_frontend_http_requests_total\{/.test(name)));
  assert.ok([...metrics.keys()].some((name) => /^haproxy_version_info\{/.test(name)));
}

forEachBalancer("the exporter finds servers up and counts what they answered", async (t, kind) => {
  const { runtime } = await world(t, kind);
  check(await scrape(t, `unix:${runtime.path}`));
});

forEachBalancer("a server in maintenance is not up", async (t, kind) => {
  const { runtime } = await world(t, kind);
  await runtime.say("set server server-pro/s2 state maint");
  const metrics = await scrape(t, `unix:${runtime.path}`);
  assert.equal(metrics.get('haproxy_server_up{backend="server-pro",server="s2"}'), 0);
  assert.equal(metrics.get('haproxy_backend_current_server{backend="server-pro"}'), 1);
});
