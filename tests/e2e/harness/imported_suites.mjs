// SPDX-License-Identifier: MIT
// The suites whose tests are run once more on what stickler import-haproxy makes of the guide's
// haproxy.cfg (imported.mjs); and what cannot be, with the reason: mostly that it is about settings
// which the guide's sample does not have.
import assert from "node:assert/strict";
import { configureBy, kSticklerBinary } from "./balancer.mjs";
import { importedConfig, kImportedListeners } from "./imported.mjs";
import { declareAgain } from "./scenario.mjs";

// By test file (import-haproxy-….test.mjs): each suite with [tests that are left out, why].
export const kImported = {
  people: {
    "editors": [],
    "forwarded": [
      [/trusted|can be left|can take the place/, "nobody is trusted, and X-Forwarded-For appended"],
      [/IPv6 client|IPv4 client/, "nor are there such addresses"],
      [/^X-Forwarded-Proto: http takes/, "servers are told https whatever the listener"],
    ],
    "git": [],
    "redirects": [[/may be the redirect's code|^a redirect with/, "the redirect is a plain one"]],
    "socketio4": [],
  },
  sessions: {
    "cookie-compat": [],
    "drain": [[/the limit survives a restart/, "there is no state file"]],
    "haproxy-exporter": [],
    "hatop": [],
    "health-checks": [
      [/check can be set|by its body|TCP check|TLS/, "checks are HEAD /status, of the same port"],
      [/^expect = .*-/, "only 200 is healthy"],
    ],
    "preview": [],
    "runtime-show": [[/tunnels can be ended/, "it shows a server without checks"]],
    "runtime-socket": [
      [/survives a reload and a restart|state file/, "there is no state file"],
      [/its user's and group's/, "the socket's mode is the default"],
    ],
    "session-cookie": [
      [/attributes with (httponly|secure|samesite|a path|two domains)/, "attributes are default"],
      [/nocache|`refresh`|with preserve/, "the cookie has no such options"],
      [/own answers bring no cookie/, "the sample tries again"],
    ],
    "session-cookie-reading": [
      [/former names|is the server's `cookie`|draining/, "servers have no such options"],
      [/before any check noticed/, "servers are checked at once"],
      [/on_down/, "sessions of a server that is down move"],
    ],
    "stats-page": [
      [/nowhere unless it is configured|no password/, "the page is configured, for everybody"],
      [/^stick tables have/, "there is none"],
    ],
  },
  messages: {
    "access-line": [
      [/of a redirect|refuses|never takes/, "it needs another way to try again, or no cookie"],
      [/has a '\+'/, "checks notice before that the session cannot stay"],
      [/waited|left the queue/, "servers have no maxconn"],
      [/counted as they are/, "several workers write lines in no order"],
    ],
    "answers-passed-on": [[/order, names and bytes/, "a cookie is added"]],
    "interim-answers": [[/^the balancer's own answer comes instead/, "there is no max_body"]],
    "keep-alive": [[/is not waited for/, "timeouts.discard is the default"]],
    "log-output": [[/access = off|below the level/, "everything is logged"]],
    "requests-accepted": [[/own limits hold/, "there are none"]],
    "requests-refused": [],
    "responses-refused": [],
    "tls": [
      [/without tickets|neither tickets|modern|ciphers/, "TLS is as it is by default"],
      [/told that the client came by https/, "there is no listener that says http"],
    ],
    "upgrades-refused": [],
  },
  lives: {
    "time-limits": [
      [/^queue:/, "servers have no maxconn"],
      [/^connect:/, "the sample tries again"],
      [/^(body|discard):|limits of their own/, "HAProxy has no such limits"],
    ],
    "tunnels": [[/tunnel_age/, "HAProxy has no such limit"]],
    "uploads": [
      [/that stalls/, "HAProxy has no limit for that alone"],
      [/max_body/, "there is none"],
    ],
    "workers": [[/leastconn|maxconn/, "the sample has neither"]],
  },
  ends: {
    "clients-vanish": [
      [/abort_on_close = false/, "it is true by default"],
      [/leaves the queue/, "servers have no maxconn"],
      [/while a connection is made/, "checks notice before that the server cannot be reached"],
    ],
    "reload": [
      [/listener|may change its/, "listeners are as they are"],
      [/changed rules|under load/, "there are no further routes"],
      [/that waits since/, "servers have no maxconn"],
      [/certificate read anew/, "it has one certificate"],
    ],
    "service-manager": [],
    "stopping": [[/who waits for a server/, "servers have no maxconn"]],
  },
};

const kOther = "it is about other settings";
const kNoServers = "it is not about requests";

// Suites of which no test can be run so.
export const kNotImported = {
  "access-log": kOther,
  "balancing": kOther,
  "certbot-hook": kNoServers,
  "certificates": kOther,
  "cluster-chaos": kOther,
  "cluster-etcd-trouble": kOther,
  "cluster-interrupted": kOther,
  "cluster-trouble": kOther,
  "cluster-two-monitors": kOther,
  "command-line": kNoServers,
  "completion": kNoServers,
  "container": kNoServers,
  "demo": kNoServers,
  "descriptors": kOther,
  "error-pages": kOther,
  "explain": kOther,
  "halog": kOther,
  "harness": kNoServers,
  "harness-etcd": kNoServers,
  "harness-redis": kNoServers,
  "header-edits": kOther,
  "hostile-crowds": kOther,
  "hostile-floods": kOther,
  "hostile-slowness": kOther,
  "hostile-tls": kOther,
  "import-haproxy": "that is where the sample is looked at",
  "import-haproxy-rules": kNoServers,
  "large-bodies": kOther,
  "listeners": kOther,
  "man-pages": kNoServers,
  "metrics": kOther,
  "package": kNoServers,
  "pooled-connections": "without checks and cookies every connection is known",
  "privileges": kOther,
  "queue": kOther,
  "redis-failover": kOther,
  "redis-load": kOther,
  "redis-order": kOther,
  "redis-tables": kOther,
  "redis-trouble": kOther,
  "register": kNoServers,
  "register-command": kNoServers,
  "request-id": kOther,
  "routes": kOther,
  "seatable-cluster": kOther,
  "seatable-map": kOther,
  "seatable-moves": kOther,
  "servers-break": "the sample tries again",
  "show": "it shows servers without checks",
  "stats-browser": kOther,
  "stick-tables-seen": kOther,
  "sticky-tables": kOther,
  "systemd-unit": kOther,
  "two-balancers": "it has a configuration of its own",
  "unreachable-servers": "checks notice before that servers cannot be reached",
};

// Declares the tests of these suites. A reason to leave out tests that are not there is an error.
export async function declareImported(suites) {
  configureBy({
    configure: (settings, ports) => importedConfig(kSticklerBinary, settings, ports),
    listeners: kImportedListeners,
    checks: true,
  });
  for (const [suite, leftOut] of Object.entries(suites)) {
    const met = new Set();
    declareAgain({
      name: "imported",
      leavesOut(sentence) {
        const found = leftOut.find(([tests]) => tests.test(sentence));
        if (found) met.add(found);
        return found !== undefined;
      },
    });
    await import(`../${suite}.test.mjs`);
    for (const row of leftOut) assert.ok(met.has(row), `${suite}: no test fits ${row[0]}`);
  }
}
