// SPDX-License-Identifier: MIT
// SeaTable's bases by a static map: conf/seatable-map.conf beside nginx with the map of SeaTable's
// manual. Where nginx is right Stickler does the same; where it is not, this shows it.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { certificates } from "./harness/certificates.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { freePort } from "./harness/ports.mjs";
import { Program } from "./harness/program.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { eventually } from "./harness/shared_tables.mjs";
import { RawClient } from "./harness/wire.mjs";

const kQuick = 'interval = "50ms"; timeout = "5s"; rise = 1; fall = 1;';
const kLetters = "dtable-server";
const kDigits = "dtable-server-2";
const kSample = readFileSync(new URL("../../conf/seatable-map.conf", import.meta.url), "utf8");

// Of its first three digits.
const uuidOf = (begin) => `${begin}e8400-e29b-41d4-a716-446655440000`;
const kForced = "ff84e1a1-66e2-41d4-a716-446655440000";

function ownerOf(uuid) {
  if (uuid.startsWith("ff84e1a1-66e2")) return kDigits;
  return /^[a-f]/.test(uuid) ? kLetters : kDigits;
}

// How a base is asked for.
const kForms = {
  plain: (uuid) => `/dtables/${uuid}`,
  api: (uuid) => `/api/v1/dtables/${uuid}/rows/?table_name=T`,
  internal: (uuid) => `/api/v2/internal/dtables/${uuid}/metadata/`,
  gateway: (uuid) => `/dtable-server/api/v1/dtables/${uuid}/views/`,
  upper: (uuid) => `/api/v1/dtables/${uuid.toUpperCase()}/`,
  socket: (uuid) => `/socket.io/?dtable_uuid=${uuid}&EIO=4&transport=polling`,
  undashed: (uuid) => `/api/v1/dtables/${uuid.replaceAll("-", "")}/rows/`,
  escaped: (uuid) => `/api/v1/dtables/${uuid.replaceAll("-", "%2D")}/`,
  file: (uuid) => `/api/v1/dtables/${uuid}/files/Budget-a1234567-2024.xlsx`,
  other: (uuid) => `/api/v1/dtables/${uuid}/links/?dst_dtable_uuid=${uuidOf("a1b")}`,
  session: (uuid) => `/socket.io/?EIO=4&sid=ab12cd34-ef56&dtable_uuid=${uuid}`,
};

const kBases = [..."0123456789abcdef"].map((digit) => uuidOf(`${digit}7c`)).concat(kForced);
const kTargets = kBases.flatMap((uuid) =>
  Object.entries(kForms).map(([form, make]) => ({ form, uuid, target: make(uuid) })));

function folderOf(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-seatable-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// The sample with the servers of this test, and whatever `edit` makes of its text.
async function world(t, { edit = (text) => text, handler } = {}) {
  const servers = await namedServers(t, [kLetters, kDigits], { handler });
  const port = await freePort();
  const [letters, digits] = servers;
  const text = edit(kSample
    .replace('":5000"', `"127.0.0.1:${port}"`)
    .replace('"dtable-server:5000"', `"127.0.0.1:${letters.port}"`)
    .replace('"dtable-server-2:5000"', `"127.0.0.1:${digits.port}"`)
    .replace("expect = 200;", `expect = 200; ${kQuick}`));
  const balancer = await startStickler(t, { text, ports: { plain: port } });
  return { balancer, servers, ask: (target) => ask(t, port, target) };
}

async function ask(t, port, target, method = "GET") {
  const client = await RawClient.connect(t, { port });
  const answer = await client.request(`${method} ${target}`).response();
  client.close();
  return { status: answer.status, server: answer.get("x-instance"), answer };
}

// nginx with the map of the manual, to the letter.
async function startNginx(t, [letters, digits]) {
  const folder = folderOf(t);
  const port = await freePort();
  writeFileSync(path.join(folder, "nginx.conf"), `
    daemon off; pid ${folder}/pid; error_log stderr; worker_processes 1;
    ${process.getuid() === 0 ? "user root;" : ""}
    events { worker_connections 512; }
    http {
      access_log off;
      client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/f; uwsgi_temp_path ${folder}/u; scgi_temp_path ${folder}/s;
      upstream dtable_server_a_z { server 127.0.0.1:${letters.port}; keepalive 15; }
      upstream dtable_server_0_9 { server 127.0.0.1:${digits.port}; keepalive 15; }
      map $request_uri $dtable_upstream {
        default                                  dtable_server_a_z;
        "~*ff84e1a1-66e2"                        dtable_server_0_9;
        "~*([a-zA-Z])([0-9a-f]{7}-[0-9a-f]{4})"  dtable_server_a_z;
        "~*([0-9])([0-9a-f]{7}-[0-9a-f]{4})"     dtable_server_0_9;
      }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://$dtable_upstream; proxy_http_version 1.1; }
      }
    }`);
  new Program(t, "nginx", "nginx", ["-e", "stderr", "-c", path.join(folder, "nginx.conf")]);
  const answers = () => ask(t, port, "/ping/").then(() => true, () => false);
  await eventually(answers, Boolean, "nginx to answer");
  return port;
}

onlyStickler("every base goes to its server, as nginx sends it where nginx is right", async (t) => {
  const { servers, ask: askStickler } = await world(t);
  const nginx = await startNginx(t, servers);
  const wrong = [];
  for (const { form, uuid, target } of kTargets) {
    const ours = await askStickler(target);
    assert.equal(ours.server, ownerOf(uuid), target);
    const theirs = await ask(t, nginx, target);
    if (theirs.server !== ours.server) wrong.push(form);
  }
  assert.ok(kTargets.length > 180, `${kTargets.length} targets`);
  const forms = [...new Set(wrong)].sort();
  assert.deepEqual(forms, ["escaped", "file", "other", "session", "undashed"],
    "the forms in which nginx sends a base to a server that does not have it");
});

onlyStickler("without a key a request goes where the map says", async (t) => {
  const { ask } = await world(t);
  const begins = uuidOf("17c");
  for (const target of ["/ping/", "/api/v1/admin/sys-info/", "/dtables/", "/api/v1/dtables",
                        `/x?uuid=${begins}`, `/files/${begins}`, `/mydtables/${begins}/`,
                        "/socket.io/?dtable_uuid="]) {
    assert.equal((await ask(target)).server, kLetters, target);
  }
});

onlyStickler("a rule may lead to a backend, which finds the server its own way", async (t) => {
  const [third] = await namedServers(t, ["third"]);
  const edit = (text) => text
    .replace(/letters = .*$/m, 'letters = { hex = "a-f"; backend = "others"; };')
    .replace(/^};\s*$/m, "};")
    .replace("backends = {", `backends = {
      others = { check = { http = "GET /ping/"; expect = 200; ${kQuick} };
                 servers = { third = { address = "127.0.0.1:${third.port}"; }; }; };`);
  const { ask, balancer } = await world(t, { edit });
  assert.equal((await ask(`/dtables/${uuidOf("a7c")}`)).server, "third");
  assert.equal((await ask(`/dtables/${uuidOf("17c")}`)).server, kDigits);
  assert.equal((await ask("/ping/")).server, kLetters);
  const explained = spawnSync(kSticklerBinary, ["explain", "-f", balancer.file, "--listener",
    "dtable", `http://127.0.0.1/dtables/${uuidOf("a7c")}`], { encoding: "utf8" });
  assert.match(explained.stdout, /others/, explained.stderr);
});

onlyStickler("what stands in the place of a key and is none is refused, as are two", async (t) => {
  const { ask, balancer } = await world(t);
  const [one, two] = [uuidOf("17c"), uuidOf("a7c")];
  for (const target of [
    "/dtables/17c", `/dtables/${one}x/`, `/dtables/${one.slice(1)}`, "/dtables/%7B/rows",
    `/socket.io/?dtable_uuid=${one}0`, `/socket.io/?dtable_uuid=${one}&dtable_uuid=${two}`,
    `/dtables/${one}/dtables/${two}/`, `/dtables/${one.replace("-", "_")}/`,
    `/dtables/x?dtable_uuid=${one}`,
  ]) {
    assert.equal((await ask(target)).status, 400, target);
  }
  const again = one.toUpperCase().replaceAll("-", "");
  const same = `/socket.io/?dtable_uuid=${one}&dtable_uuid=${again}`;
  assert.equal((await ask(same)).server, kDigits, "the same twice is one");
  const both = `/dtables/${one}/?dtable_uuid=${two}`;
  assert.equal((await ask(both)).server, kDigits, "the path beats the query");
  assert.equal((await ask("/ping/")).status, 200, balancer.ports.plain);
});

onlyStickler("no_key = \"fail\" answers 404, \"any\" lets any server answer", async (t) => {
  const noKey = (value) =>
    ({ edit: (text) => text.replace(/no_key +=.*/, `no_key = "${value}";`) });
  const { ask } = await world(t, noKey("fail"));
  assert.equal((await ask("/ping/")).status, 404);
  assert.equal((await ask(`/dtables/${uuidOf("17c")}`)).server, kDigits);
  const any = await world(t, noKey("any"));
  const found = new Set();
  for (let i = 0; i < 4; ++i) found.add((await any.ask("/ping/")).server);
  assert.deepEqual(found, new Set([kLetters, kDigits]));
});

onlyStickler("a base whose server is down gets 503, and never another server", async (t) => {
  const { ask, servers, balancer } = await world(t);
  const [letters, digits] = servers;
  digits.stop();
  await balancer.waitForDown(kDigits);
  for (const begin of ["07c", "97c"]) {
    const { status } = await ask(`/dtables/${uuidOf(begin)}`);
    assert.equal(status, 503);
  }
  assert.equal((await ask(`/dtables/${kForced}`)).status, 503);
  assert.equal((await ask(`/dtables/${uuidOf("b7c")}`)).server, letters.name);
});

onlyStickler("the server is told who it was sent to", async (t) => {
  const seen = [];
  const { ask } = await world(t, {
    handler: (request) => {
      if (request.headers["x-upstream-server"]) seen.push(request.headers["x-upstream-server"]);
      return false;
    },
  });
  await ask(`/dtables/${uuidOf("17c")}`);
  await ask(`/dtables/${uuidOf("a7c")}`);
  assert.deepEqual(seen, [kDigits, kLetters]);
});

// ---- check ----

function check(t, edit) {
  const file = path.join(folderOf(t), "stickler.conf");
  writeFileSync(file, edit(kSample));
  const { stdout, stderr, status } = spawnSync(kSticklerBinary, ["check", "-f", file],
    { encoding: "utf8" });
  return { said: stdout + stderr, status };
}

onlyStickler("check says which keys nobody has, or two servers", async (t) => {
  assert.equal(check(t, (text) => text).status, 0);
  const gap = check(t, (text) => text.replace('hex    = "0-9"', 'hex    = "0-6"'));
  assert.match(gap.said, /error: .*map\.rules: nobody has the keys that begin with 7 to 9/);
  assert.equal(gap.status, 1);
  const both = check(t, (text) => text.replace('hex    = "0-9"', 'hex    = "0-b"'));
  assert.match(both.said, /digits\.hex: keys that begin with a to b belong to another server/);
  const fine = check(t, (text) => text.replace('hex    = "0-9"', 'hex    = ["00-7f", "80-9f"]'));
  assert.equal(fine.status, 0, fine.said);
  const late = check(t, (text) => {
    const moved = /^.*moved += .*\n/m.exec(text)[0];
    return text.replace(moved, "").replace(/^(.*digits += .*\n)/m, `$1${moved}`);
  });
  assert.match(late.said, /warning: .*moved: 'ff84e1a1-66e2' never comes here/);
  const nobody = check(t, (text) => text.replace(/server = "dtable-server-2"; };\n.*letters/,
    'server = "dtable-sever-2"; };\n letters'));
  assert.match(nobody.said, /there is no server 'dtable-sever-2'.*\n?.*\n?.*did you mean/);
});

onlyStickler("explain says whose a base is, and by which rule", async (t) => {
  const file = path.join(folderOf(t), "stickler.conf");
  writeFileSync(file, kSample);
  const explain = (url) => execFileSync(kSticklerBinary, ["explain", "-f", file, url],
    { encoding: "utf8" });
  assert.match(explain(`http://x:5000/dtables/${uuidOf("17c")}`), /map rule digits/);
  assert.match(explain(`http://x:5000/dtables/${kForced}`), /map rule moved/);
  assert.match(explain("http://x:5000/dtables/nonsense"), /400/);
});

// ---- a reload ----

onlyStickler("a reload that moves bases is refused, and names what would move", async (t) => {
  const { balancer, ask } = await world(t, { edit: withSocket(folderOf(t)) });
  const base = `/dtables/${uuidOf("87c")}`;
  assert.equal((await ask(base)).server, kDigits);
  const before = readFileSync(balancer.file, "utf8");
  const moving = before.replace('hex    = "a-f"', 'hex    = "8-f"')
    .replace('hex    = "0-9"', 'hex    = "0-7"');
  writeFileSync(balancer.file, moving);
  const command = (...words) => spawnSync(kSticklerBinary, [...words, "-f", balancer.file],
    { encoding: "utf8" });
  const refused = command("reload");
  assert.equal(refused.status, 1);
  assert.match(refused.stderr + refused.stdout,
    /keys that begin with 8 to 9: from dtable-server-2 to dtable-server\b/);
  assert.equal((await ask(base)).server, kDigits);
  const mark = balancer.log.mark();
  balancer.signal("SIGHUP");
  await balancer.log.waitFor(/not reloaded, nothing was changed: .*8 to 9/, { since: mark });

  const allowed = command("reload", "--moved-bases");
  assert.equal(allowed.status, 0, allowed.stderr);
  assert.match(allowed.stdout, /answers 503 for keys that begin with 8, 9: restart/);
  const held = await ask(base);
  assert.equal(held.status, 503);
  assert.ok(held.answer.get("retry-after"));
  assert.equal((await ask(`/dtables/${uuidOf("17c")}`)).server, kDigits);
  assert.equal((await ask(`/dtables/${uuidOf("c7c")}`)).server, kLetters);
  assert.equal(command("reload").status, 0, "what is held is held on");
  assert.equal((await ask(base)).status, 503);
  const confirmed = command("reload", "--moved-bases");
  assert.match(confirmed.stdout, /served again/);
  assert.equal((await ask(base)).server, kLetters);
});

onlyStickler("a reload that moves nothing, or only a forced base, says so", async (t) => {
  const { balancer, ask } = await world(t, { edit: withSocket(folderOf(t)) });
  const reload = (...words) => spawnSync(kSticklerBinary,
    ["reload", ...words, "-f", balancer.file], { encoding: "utf8" });
  const before = readFileSync(balancer.file, "utf8");
  writeFileSync(balancer.file, before.replace('hex    = "0-9"', 'hex = ["0-4", "5-9"]'));
  assert.equal(reload().status, 0, "the same keys in other words");
  writeFileSync(balancer.file, before.replace("ff84e1a1-66e2", "ff84e1a1-77e2"));
  const refused = reload();
  assert.match(refused.stderr + refused.stdout, /begin with ff84e1a166e2: from dtable-server-2/);
  assert.match(refused.stderr + refused.stdout, /begin with ff84e1a177e2: from dtable-server to/);
  assert.equal(reload("--moved-bases").status, 0);
  assert.equal((await ask(`/dtables/${kForced}`)).status, 503);
  assert.equal((await ask(`/dtables/${uuidOf("fff")}`)).server, kLetters);
});

// So that commands reach the running program.
function withSocket(folder) {
  return (text) => `runtime = { socket = "${path.join(folder, "stickler.sock")}"; };\n${text}`;
}

// ---- conf/seatable-front.conf ----

onlyStickler("the manual's front: https for one host, CORS for browsers", async (t) => {
  const [server] = await namedServers(t, ["local"]);
  const ports = { plain: await freePort(), https: await freePort() };
  const text = readFileSync(new URL("../../conf/seatable-front.conf", import.meta.url), "utf8")
    .replace(/^process = .*$/m, "")
    .replace("/etc/stickler/certs/example.seatable.com.pem", certificates().rsa.bundle)
    .replace('":80"', `"127.0.0.1:${ports.plain}"`)
    .replace('":443"', `"127.0.0.1:${ports.https}"`)
    .replace("127.0.0.1:5000", `127.0.0.1:${server.port}`);
  const { ca } = await startStickler(t, { text, ports });
  const raw = async (host) => {
    const client = await RawClient.connect(t, { port: ports.plain });
    client.send(`GET /x?y=1 HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return client.response();
  };
  const moved = await raw("example.seatable.com");
  assert.equal(moved.status, 301);
  assert.equal(moved.get("location"), "https://example.seatable.com/x?y=1");
  assert.equal((await raw("other.example")).status, 404);

  const secure = async (line, fields) => {
    const client = await RawClient.connect(t, { port: ports.https, ca });
    return client.request(line, fields).response();
  };
  const preflight = await secure("OPTIONS /api/v1/dtables/x/");
  assert.equal(preflight.status, 204);
  assert.equal(preflight.get("access-control-allow-origin"), "*");
  assert.equal(preflight.get("access-control-allow-methods"), "GET,POST,PUT,DELETE,OPTIONS");
  assert.equal(preflight.get("access-control-allow-headers"),
    "deviceType,token, authorization, content-type");
  assert.equal((await secure("OPTIONS /socket.io/?EIO=4")).status, 200);
  const answer = JSON.parse((await secure("GET /api", ["X-Forwarded-For: 1.2.3.4"])).text);
  assert.equal(answer.headers["x-forwarded-for"], "127.0.0.1");
});
