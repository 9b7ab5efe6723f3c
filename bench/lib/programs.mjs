// SPDX-License-Identifier: MIT
// The programs under test with the same features on: three listeners (plain, TLS with an ECDSA and
// an RSA certificate), three servers, a persistence cookie with maxidle (nginx: a map), forwarded
// fields, shared keep-alive pools, one worker; no access log and no pages about the program itself,
// but where a workload is about these. Some have a stick table instead of the cookie, or nothing.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { PREFIX } from './etcd.mjs';
import { PROXY_CORE, family, freePorts, isRunning, start, stop, until } from './processes.mjs';
import { load } from './watcher.mjs';

const READY_WITHIN_MS = 15_000;
const IDLE = '30m'; // unused for so long a key is forgotten
const PAGES = ['/metrics', '/haproxy'];

function stickinessOfHaproxy({ sticky = 'cookie', entries, idle = IDLE }) {
  return {
    cookie: '  cookie srv insert indirect maxidle 24h',
    table: `  stick-table type string len 32 size ${entries} expire ${idle}
  stick on url_param(k)`,
    nothing: '',
  }[sticky];
}

// HAProxy writes no files: its log goes to a syslog daemon, which here reads and forgets.
const haproxy = ({ ports, certificates, servers, reuse, log, logPort, pages, ...wanted }) => `
global
  nbthread 1
  maxconn 9000
${log ? `  log 127.0.0.1:${logPort} local0` : ''}
  ssl-default-bind-options ssl-min-ver TLSv1.2
defaults
  mode http
${log ? '  log global\n  option httplog' : ''}
  timeout connect 15s
  timeout client 1m
  timeout server 10m
  timeout queue 1m
  timeout tunnel 23h
  retries 3
  option redispatch 1
frontend app
  bind 127.0.0.1:${ports.plain}
  bind 127.0.0.1:${ports.tls} ssl crt ${certificates.ecdsa}
  bind 127.0.0.1:${ports.rsa} ssl crt ${certificates.rsa}
  option forwardfor
${pages ? '  stats enable\n  stats uri /haproxy' : ''}
${pages ? '  http-request use-service prometheus-exporter if { path /metrics }' : ''}
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Proto http if !{ ssl_fc }
  default_backend app
backend app
  balance roundrobin
  http-reuse ${reuse ?? 'safe'}
${stickinessOfHaproxy(wanted)}
  option httpchk HEAD /status
${servers
  .map((port, i) => `  server s${i + 1} 127.0.0.1:${port} check cookie s${i + 1}`)
  .join('\n')}
`;

const pool = 'keepalive 512; keepalive_requests 1000000000;';

// What is in HAProxy's and Stickler's line.
const nginxFormat =
  "'$remote_addr:$remote_port [$time_local] $upstream_addr $upstream_connect_time/" +
  "$upstream_header_time/$request_time $status $bytes_sent $connections_active \"$request\"'";

const nginx = ({ ports, certificates, servers, directory, log }) => `
daemon off;
${process.getuid() === 0 ? 'user root;' : ''}
worker_processes 1;
worker_rlimit_nofile 20000;
pid ${directory}/pid;
error_log stderr error;
events { worker_connections 20000; }
http {
  log_format main ${nginxFormat};
  access_log ${log ? `${directory}/access.log main buffer=64k flush=1s` : 'off'};
  client_max_body_size 0;
  keepalive_requests 1000000000;
  proxy_temp_path ${directory}/proxy;
  client_body_temp_path ${directory}/body;
  upstream app {
${servers.map((port) => `    server 127.0.0.1:${port};`).join('\n')}
    ${pool}
  }
${servers.map((port, i) => `  upstream s${i + 1} { server 127.0.0.1:${port}; ${pool} }`).join('\n')}
  map $cookie_srv $pool { default app; s1 s1; s2 s2; s3 s3; }
  map $upstream_addr $served {
${servers.map((port, i) => `    127.0.0.1:${port} s${i + 1};`).join('\n')}
  }
  map "$cookie_srv:$served" $new_cookie {
    default "srv=$served; path=/"; s1:s1 ""; s2:s2 ""; s3:s3 "";
  }
  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  proxy_http_version 1.1;
  proxy_request_buffering off;
  proxy_max_temp_file_size 0;
  proxy_read_timeout 23h;
  proxy_set_header Host $http_host;
  proxy_set_header Connection $connection_upgrade;
  proxy_set_header Upgrade $http_upgrade;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
  proxy_set_header X-Forwarded-Proto $scheme;
  add_header Set-Cookie $new_cookie always;
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_session_cache shared:TLS:10m;
  server { listen 127.0.0.1:${ports.plain}; location / { proxy_pass http://$pool; } }
  server {
    listen 127.0.0.1:${ports.tls} ssl;
    ssl_certificate ${certificates.ecdsa}; ssl_certificate_key ${certificates.ecdsa};
    location / { proxy_pass http://$pool; }
  }
  server {
    listen 127.0.0.1:${ports.rsa} ssl;
    ssl_certificate ${certificates.rsa}; ssl_certificate_key ${certificates.rsa};
    location / { proxy_pass http://$pool; }
  }
}
`;

const sticklerLog = (directory) => `access = "file"; access_file = "${directory}/access.log";`;

function tableOfStickler({ sticky, entries, idle = IDLE, redisPort }) {
  if (sticky !== 'table') return '';
  const shared = redisPort ? 'shared = true; ' : '';
  const redis = redisPort ? `redis = { address = "127.0.0.1:${redisPort}"; };\n` : '';
  return `${redis}tables = { keys = { entries = ${entries}; idle = "${idle}"; ${shared}}; };`;
}

function clusterOfStickler({ sticky, etcdPort, unloads, linger }) {
  if (sticky !== 'buckets') return '';
  const etcd = `etcd = [ "http://127.0.0.1:${etcdPort}" ]; prefix = "${PREFIX}";`;
  const unload = unloads ? 'unload = { http = "POST /unload-buckets/"; };' : '';
  const times = linger ? `linger = "${linger}";` : '';
  return `clusters = { bases = { ${etcd} bootstrap = true; ${unload} ${times} }; };`;
}

const adminOfStickler = ({ admin }, { sticky }) =>
  sticky === 'buckets'
    ? `admin = { bind = "127.0.0.1:${admin}"; cluster_admin = "bases"; };`
    : '';

const serversOfStickler = (servers) => `servers = {
${servers.map((port, i) => `      s${i + 1} = { address = "127.0.0.1:${port}"; };`).join('\n')}
    };`;

const stickinessOfStickler = ({ sticky = 'cookie' }) =>
  ({
    cookie: 'cookie = { name = "srv"; mode = "insert"; maxidle = "24h"; };',
    table: 'stick = { table = "keys"; key = { query = "k"; }; };',
    map: `map = { no_key = "any";
      rules = { low  = { hex = "0-7"; server = "s1"; };
                high = { hex = "8-f"; server = "s2"; }; }; };`,
    buckets: 'cluster = "bases"; no_key = "any";',
    nothing: '',
  })[sticky];

const stickler = ({ ports, certificates, servers, directory, log, pages, ...wanted }) => `
process = { workers = ${wanted.workers ?? 1}; };
${tableOfStickler(wanted)}
${clusterOfStickler(wanted)}
log = { level = "warning"; ${log ? sticklerLog(directory) : 'access = "off";'} };
listeners = {
  plain = {
    bind = "127.0.0.1:${ports.plain}";
    backend = "app";
    ${pages ? 'stats = { uri = "/haproxy"; }; metrics = { uri = "/metrics"; };' : ''}
  };
  ecdsa = {
    bind = "127.0.0.1:${ports.tls}";
    tls = { certificates = "${certificates.ecdsa}"; };
    backend = "app";
  };
  rsa = {
    bind = "127.0.0.1:${ports.rsa}";
    tls = { certificates = "${certificates.rsa}"; };
    backend = "app";
  };
  ${adminOfStickler(ports, wanted)}
};
backends = {
  app = {
    balance = "roundrobin";
    ${stickinessOfStickler(wanted)}
    check = { http = "HEAD /status"; expect = 200; };
    max_idle = 512;
    ${wanted.sticky === 'buckets' ? '' : serversOfStickler(servers)}
  };
};
`;

// HAProxy first: it is what the others are compared with.
export const programs = {
  haproxy: {
    config: haproxy,
    command: () => 'haproxy',
    args: (file) => ['-db', '-f', file],
    version: ['-v'],
  },
  stickler: {
    config: stickler,
    command: (build) => path.join(build, 'stickler'),
    args: (file) => ['run', '-f', file],
    version: ['--version'],
  },
  nginx: {
    config: nginx,
    command: () => 'nginx',
    args: (file) => ['-c', file, '-e', 'stderr'],
    version: ['-v'],
  },
};

export function version(name, build) {
  const { command, version: args } = programs[name];
  const text = execFileSync('sh', ['-c', '"$0" "$@" 2>&1', command(build), ...args], {
    encoding: 'utf8',
  });
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? '?';
}

const SELF_SIGNED =
  'req -x509 -nodes -days 30 -subj /CN=bench.example -addext subjectAltName=DNS:bench.example';

// Self-signed certificate and key in one file each, made for this run.
export function makeCertificates(directory) {
  const make = (name, key) => {
    const [certificate, secret, bundle] = ['crt', 'key', 'pem'].map((end) =>
      path.join(directory, `${name}.${end}`),
    );
    const args = [
      ...SELF_SIGNED.split(' '),
      '-newkey',
      ...key,
      '-keyout',
      secret,
      '-out',
      certificate,
    ];
    execFileSync('openssl', args, { stdio: 'pipe' });
    writeFileSync(bundle, readFileSync(certificate, 'utf8') + readFileSync(secret, 'utf8'), {
      mode: 0o600,
    });
    return bundle;
  };
  return {
    ecdsa: make('ecdsa', ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']),
    rsa: make('rsa', ['rsa:2048']),
  };
}

// What a program must be told to keep so many keys: with room, since a table may be in parts.
export const stickTable = (keys) => ({ sticky: 'table', entries: 2 * keys });

// Starts the program on ports of its own and waits until it answers through its servers. `wanted`:
// what not every workload wants: `reuse`, `log`, `pages`; `sticky`, if not 'cookie': 'nothing' or
// 'table', then with `entries` and perhaps `idle` and `redisPort`; 'map' or 'buckets', then with
// `etcdPort` and perhaps `workers`, `unloads` (nodes are told to) and `linger`.
export async function startProgram(name, { build, directory, ...context }, wanted = {}) {
  const home = mkdtempSync(path.join(directory, `${name}-`));
  const [plain, tls, rsa, admin] = await freePorts(4);
  const ports = { plain, tls, rsa, admin };
  const file = path.join(home, 'config');
  const log = path.join(home, 'log');
  writeFileSync(file, programs[name].config({ ports, directory: home, ...context, ...wanted }));
  const child = start(PROXY_CORE, programs[name].command(build), programs[name].args(file), {
    log,
  });
  await until(`${name} answers (its log: ${log})`, READY_WITHIN_MS, async () => {
    if (!isRunning(child)) throw new Error(`${name} ended at start:\n${readFileSync(log, 'utf8')}`);
    return (await load(plain, '/bytes/1')) === 200;
  });
  const pages = wanted.pages ? await pagesOf(name, plain) : [];
  return { name, ports, child, home, pages, pids: family(child.pid) };
}

// Those that are there.
async function pagesOf(name, port) {
  const statuses = await Promise.all(PAGES.map((page) => load(port, page)));
  const found = PAGES.filter((_, i) => statuses[i] === 200);
  if (found.length === 0) throw new Error(`${name} has none of ${PAGES.join(', ')}`);
  return found;
}

// Its logs may be large.
export async function stopProgram({ child, home }) {
  await stop(child);
  rmSync(home, { recursive: true, force: true });
}
