// SPDX-License-Identifier: MIT
// What a test wants of a balancer, in words that both understand, and its two translations. The
// starting point is the horizontal-scaling guide's sample with its times scaled down.
import { certificates } from "./certificates.mjs";
import { libconfig } from "./libconfig.mjs";

export const kBackend = "server-pro";

export const kHsts = "max-age=63072000; includeSubDomains; preload;";

// `servers` is required: [{ name, port, … }]. Null for `cookie` or `check` means: none.
export const kDefaults = {
  cookie: { name: "server-pro-ha", maxidle: "24h" },
  check: { http: "HEAD /status", interval: "200ms", rise: 1, fall: 2 },
  timeouts: { queue: "5s", connect: "1s", client: "5s", server: "10s", tunnel: "30s" },
  retry: { attempts: 3, redispatch: "always" },
  balance: "roundrobin",
  git: undefined, // the server that /git/ is pinned to
  workers: 1,
};

// Stickler's configuration. `ports` are those of the three listeners: `redirect` (http to https),
// `https`, and `plain` (the backend without TLS, for tests at the byte level). `edit(config)`
// changes what only Stickler has.
export function sticklerConfig({ edit = () => {}, ...wanted }, ports) {
  const config = sticklerSettings(wanted, ports);
  edit(config);
  return libconfig(config);
}

// The same as an object, before it is edited.
export function sticklerSettings({ servers, ...wanted }, ports) {
  const settings = { ...kDefaults, ...wanted };
  const common = {
    forwarded: { for: "append", proto: true },
    backend: kBackend,
    response: kResponseFields,
  };
  if (settings.git) common.routes = { git: { path_prefix: "/git/", server: settings.git } };
  return {
    process: { workers: settings.workers, stop_within: "500ms" },
    log: { level: "debug", access: "stdout" },
    timeouts: { ...kDefaults.timeouts, ...settings.timeouts },
    listeners: {
      redirect: { bind: `127.0.0.1:${ports.redirect}`, redirect: { scheme: "https" } },
      https: {
        bind: `127.0.0.1:${ports.https}`,
        tls: { certificates: certificates().rsa.bundle },
        ...common,
      },
      plain: { bind: `127.0.0.1:${ports.plain}`, ...common },
    },
    backends: {
      [kBackend]: {
        balance: settings.balance,
        cookie: settings.cookie ?? undefined,
        check: settings.check ?? { off: true },
        retry: settings.retry,
        servers: Object.fromEntries(servers.map(sticklerServer)),
      },
    },
  };
}

function sticklerServer({ name, port, host = "127.0.0.1", ...options }) {
  const { weight, maxconn, backup, cookie, formerly } = options;
  return [name, { address: `${host}:${port}`, weight, maxconn, backup, cookie, formerly }];
}

const kResponseFields = {
  set: { "Strict-Transport-Security": kHsts },
  add: { "X-Served-By": "${server}" },
};

// The same for HAProxy. `haproxy` holds further lines: { global, defaults, backend }.
export function haproxyConfig({ servers, haproxy = {}, ...wanted }, ports) {
  const settings = { ...kDefaults, ...wanted };
  const timeouts = { ...kDefaults.timeouts, ...settings.timeouts };
  const lines = {
    global: ["log stdout format raw local0 debug", `nbthread ${settings.workers}`],
    defaults: [
      "mode http",
      "log global",
      "option httplog",
      `balance ${settings.balance}`,
      ...haproxyRetries(settings.retry),
      ...haproxyCheck(settings.check),
      ...(settings.cookie ? [haproxyCookie(settings.cookie)] : []),
      ...Object.entries(timeouts).map(haproxyTimeout),
    ],
    "listen redirect": [
      `bind 127.0.0.1:${ports.redirect}`,
      "http-request redirect scheme https unless { ssl_fc }",
    ],
    // One backend for both ways in, so that there is one round robin and one health.
    [`listen ${kBackend}`]: [
      `bind 127.0.0.1:${ports.https} ssl crt ${certificates().rsa.bundle}`,
      `bind 127.0.0.1:${ports.plain}`,
      "http-request set-header X-Forwarded-Proto https if { ssl_fc }",
      "http-request set-header X-Forwarded-Proto http unless { ssl_fc }",
      "option forwardfor",
      `http-response set-header Strict-Transport-Security "${kHsts}"`,
      ...(settings.git ? [`use-server ${settings.git} if { path_beg /git/ }`] : []),
      "http-response add-header X-Served-By %s",
      ...(haproxy.backend ?? []),
      ...servers.map(haproxyServer),
    ],
  };
  lines.global.push(...(haproxy.global ?? []));
  lines.defaults.push(...(haproxy.defaults ?? []));
  return Object.entries(lines)
    .map(([section, words]) => `${section}\n${words.map((word) => `  ${word}\n`).join("")}`)
    .join("");
}

// Stickler's words for limits, where HAProxy has another.
const kTimeouts = {
  head: "http-request", keepalive: "http-keep-alive", handshake: "client-hs",
};

export function haproxyTimeout([name, time]) {
  return `timeout ${kTimeouts[name] ?? name} ${time}`;
}

function haproxyRetries({ attempts, redispatch }) {
  const words = { always: "option redispatch 1", last: "option redispatch", never: "" };
  return [`retries ${attempts}`, words[redispatch]].filter(Boolean);
}

function haproxyCheck(check) {
  if (!check) return [];
  const { http, expect = 200, interval, rise, fall } = check;
  return [
    `option httpchk ${http}`,
    `http-check expect status ${expect}`,
    `default-server check inter ${interval} rise ${rise} fall ${fall}`,
  ];
}

export function haproxyCookie(cookie) {
  const { name, maxidle, maxlife } = cookie;
  const limits = [maxidle && `maxidle ${maxidle}`, maxlife && `maxlife ${maxlife}`];
  const manners = ["nocache", "preserve"].filter((word) => cookie[word]);
  return ["cookie", name, "insert indirect", ...manners, ...limits].filter(Boolean).join(" ");
}

export function haproxyServer({ name, port, host = "127.0.0.1", cookie = name, ...options }) {
  const words = [`server ${name} ${host}:${port} cookie ${cookie}`];
  if (options.weight !== undefined) words.push(`weight ${options.weight}`);
  if (options.maxconn) words.push(`maxconn ${options.maxconn}`);
  if (options.backup) words.push("backup");
  return words.join(" ");
}
