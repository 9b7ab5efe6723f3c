// SPDX-License-Identifier: MIT
// Dockerfile and conf/docker-compose.yml, as far as they can be tried without Docker: they can be
// read, name what is there, and agree with each other and with conf/server-pro.conf. (What the
// Dockerfile's last stage does is done in package.test.mjs.)
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cleanUp } from "./harness/cleanup.mjs";
import { readYaml, stagesOf } from "./harness/dockerfile.mjs";
import { scenario } from "./harness/scenario.mjs";

const kRepository = fileURLToPath(new URL("../../", import.meta.url));
const read = (file) => readFileSync(path.join(kRepository, file), "utf8");
const kConfig = read("conf/server-pro.conf");
const { services, volumes } = readYaml(path.join(kRepository, "conf/docker-compose.yml"));
const [build, image] = stagesOf(read("Dockerfile"));

const stepsOf = (stage, wanted) =>
  stage.steps.filter(({ word }) => word === wanted).map(({ rest }) => rest);
const addressOf = (service) => service.networks.default.ipv4_address;

scenario("the image is the Debian package, built where nothing else of it stays", async () => {
  assert.deepEqual([build.from, image.from], ["debian:12", "debian:12-slim"]);
  assert.deepEqual(stepsOf(build, "RUN"), ["./stickler.sh package"]);
  const [copied] = stepsOf(image, "COPY");
  assert.equal(copied, `--from=${build.name} /src/build/package/stickler_*.deb /tmp/`);
  assert.deepEqual(stepsOf(image, "USER"), ["stickler"]);
});

scenario("what the build copies has no builds and no history in it", async () => {
  assert.deepEqual(read(".dockerignore").trim().split("\n").sort(),
    ["**/node_modules", ".git", "build*"]);
});

scenario("the numbers of the account are those that the example tells", async () => {
  const [accounts] = stepsOf(image, "RUN");
  const numbers = [...accounts.matchAll(/--[gu]id (\d+)/g)].map(([, number]) => number);
  assert.deepEqual(new Set(numbers).size, 1);
  assert.match(read("conf/docker-compose.yml"), new RegExp(`chgrp ${numbers[0]} `));
  assert.match(read("docs/containers.md"), new RegExp(`chgrp ${numbers[0]} `));
});

scenario("the balancer of the example finds its instances", async () => {
  const configured = [...kConfig.matchAll(/(\S+) = { address = "([^":]+):80"; };/g)]
    .map(([, name, address]) => [name, address]);
  const instances = Object.entries(services)
    .filter(([, { image: of }]) => /sharelatex-pro/.test(of))
    .map(([name, service]) => [name, addressOf(service)]);
  assert.deepEqual(configured, instances);
});

scenario("the balancer of the example finds its files", async () => {
  const { lb } = services;
  const mounts = lb.volumes.map((volume) => volume.split(":"));
  const [config, bundle, state] = mounts;
  assert.ok(existsSync(path.join(kRepository, "conf", config[0])));
  assert.equal(config[1], JSON.parse(stepsOf(image, "CMD")[0]).at(-1));
  assert.ok(kConfig.includes(`certificates = "${bundle[1]}"`));
  assert.ok(state[0] in volumes && kConfig.includes(`state_file = "${state[1]}/`));
  assert.ok(existsSync(path.join(kRepository, "conf", lb.build, "Dockerfile")));
  assert.deepEqual([lb.user, lb.network_mode], ["root", "host"]);
});

scenario("the instances of the example trust the balancer and find the storage", async () => {
  const instances = Object.values(services).filter((it) => it.environment?.REDIS_HOST);
  assert.equal(instances.length, 3);
  for (const { environment } of instances) {
    assert.equal(environment.OVERLEAF_REDIS_HOST, addressOf(services.redis));
    assert.ok(environment.OVERLEAF_MONGO_URL.includes(`//${addressOf(services.mongo)}/`));
    for (const of of ["FILESTORE", "HISTORY"]) {
      const endpoint = environment[`OVERLEAF_${of}_S3_ENDPOINT`];
      assert.equal(endpoint, `http://${addressOf(services.minio)}:9000`);
    }
    assert.match(environment.TRUSTED_PROXY_IPS, /^198\.18\.0\.1,/);
  }
});

scenario("the storage of the example has the instances' accounts and buckets", async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-compose-"));
  cleanUp(t, () => rmSync(folder, { recursive: true, force: true }));
  const said = path.join(folder, "said");
  writeFileSync(path.join(folder, "mc"), `#!/bin/sh
    echo "$*" >> ${said}
    case $* in *"policy create"*) cat "$6" >> ${folder}/"$5".json ;; esac\n`);
  chmodSync(path.join(folder, "mc"), 0o755);
  const script = services["minio-buckets"].command[0].replaceAll("$$", "$")
    .replaceAll("/tmp/policy.json", `${folder}/policy.json`);
  execFileSync("sh", ["-eu", "-c", script], { env: { PATH: `${folder}:${process.env.PATH}` } });
  const { environment } = services["server-pro-ha-1"];
  const words = readFileSync(said, "utf8");
  for (const [name, value] of Object.entries(environment)) {
    if (/_S3_ACCESS_KEY_ID$/.test(name)) assert.ok(words.includes(`user add s3 ${value} `), name);
    if (/_BUCKET(_NAME)?$/.test(name)) assert.ok(words.includes(`s3/${value}`), name);
  }
  const policy = JSON.parse(readFileSync(path.join(folder, "overleaf-history.json"), "utf8"));
  assert.deepEqual(policy.Statement[1].Resource,
    ["arn:aws:s3:::overleaf-project-blobs/*", "arn:aws:s3:::overleaf-chunks/*"]);
});
