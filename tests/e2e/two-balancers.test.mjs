// SPDX-License-Identifier: MIT
// conf/server-pro-two-balancers.conf: it is right, it is server-pro.conf with what the second
// balancer needs, and two balancers that run with it know the same.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { kSticklerBinary, startStickler } from "./harness/balancer.mjs";
import { certificates } from "./harness/certificates.mjs";
import { freePort } from "./harness/ports.mjs";
import { documentedUser, Redis } from "./harness/redis.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { namedServers } from "./harness/servers.mjs";
import { eventually } from "./harness/shared_tables.mjs";
import { RawClient } from "./harness/wire.mjs";

const read = (file) => readFileSync(new URL(`../../conf/${file}`, import.meta.url), "utf8");
const kInstances = ["server-pro-ha-1", "server-pro-ha-2", "server-pro-ha-3"];
const kProject = "65f0a1b2c3d4e5f6a7b8c9d0";

// The sample for this machine: neither the account nor its files are here.
function here(redis, { folder = redis.directory, ports, servers = [] } = {}) {
  const password = path.join(redis.directory, "password");
  writeFileSync(password, "secret\n", { mode: 0o600 });
  let text = read("server-pro-two-balancers.conf")
    .replace(/^process = .*$/m, "")
    .replaceAll("/run/stickler", folder).replaceAll("/var/lib/stickler", folder)
    .replace("/etc/ssl/certs/ssl-key-and-certificate-bundle.pem", certificates().rsa.bundle)
    .replace("/etc/stickler/redis.password", password)
    .replace("\"198.18.0.4:6379\"", `"${redis.address}"`);
  if (ports) {
    text = text.replace('":80"', `"127.0.0.1:${ports.plain}"`)
      .replace('":443"', `"127.0.0.1:${ports.https}"`);
  }
  for (const [i, { port }] of servers.entries()) {
    text = text.replace(`198.18.1.${i + 1}:80`, `127.0.0.1:${port}`);
  }
  return text;
}

const settingsOf = (text) => text.split("\n").map((line) => line.replace(/#.*/, "").trim())
  .filter(Boolean);

onlyStickler("the sample for two balancers is right, whole and without a warning", async (t) => {
  const redis = await Redis.prepare(t);
  const file = path.join(redis.directory, "stickler.conf");
  writeFileSync(file, here(redis));
  const said = execFileSync(kSticklerBinary, ["check", "-f", file], { encoding: "utf8" });
  const findings = said.split("\n").filter((line) => /(warning|error): /.test(line));
  assert.deepEqual(findings.filter((line) => !/expires on/.test(line)), []);
});

onlyStickler("it has all that the sample for one has", async () => {
  const wanted = settingsOf(read("server-pro.conf"));
  const found = settingsOf(read("server-pro-two-balancers.conf"));
  let at = 0;
  for (const line of wanted) {
    at = found.indexOf(line, at) + 1;
    assert.ok(at > 0, line);
  }
});

onlyStickler("with it and the documented Redis user a project is at one instance", async (t) => {
  const redis = await Redis.start(t);
  await redis.ask("ACL", "SETUSER", ...documentedUser("secret"));
  const servers = await namedServers(t, kInstances);
  const balancers = [];
  for (const name of ["one", "two"]) {
    const folder = path.join(redis.directory, name);
    mkdirSync(folder);
    const ports = { plain: await freePort(), https: await freePort() };
    const text = here(redis, { folder, ports, servers });
    balancers.push(await startStickler(t, { text, ports }));
  }
  await eventually(() => redis.listeners(), (count) => count === 2, "both to listen to Redis");
  const found = new Set();
  for (const { ports, ca } of [...balancers, ...balancers]) {
    const client = await RawClient.connect(t, { port: ports.https, ca });
    const answer = await client.request(`GET /project/${kProject}`).response();
    found.add(answer.get("x-served-by"));
    client.close();
  }
  assert.equal(found.size, 1);
  assert.match(await redis.ask("GET", `stickler:table:projects:${kProject}`),
    new RegExp(`^1 \\d+ ${[...found][0]}$`));
});
