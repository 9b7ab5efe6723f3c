// SPDX-License-Identifier: MIT
// Configures and compiles what the suites need, one build after the other.
import { cpus } from "node:os";
import { run } from "./exec.mjs";
import { kBuilds, kNiceness, kRoot } from "./plan.mjs";

const kLimitSeconds = 3600;

// → a promise per build's name, of { ok, seconds, output }; `onBuilt` hears of each as it ends.
export function startBuilds(targets, onBuilt) {
  const promises = new Map();
  let before = Promise.resolve();
  for (const [build, names] of targets) {
    before = before.then(async () => {
      const built = await make(kBuilds[build].preset, [...names]);
      onBuilt(build, built);
      return built;
    });
    promises.set(build, before);
  }
  return promises;
}

async function make(preset, targets) {
  const started = performance.now();
  const inRoot = { cwd: kRoot, limitSeconds: kLimitSeconds, niceness: kNiceness };
  const configure = ["--preset", preset, "-DSTICKLER_TESTS=ON", "-DSTICKLER_WERROR=ON"];
  let ended = await run("cmake", configure, inRoot);
  // A folder that another generator or another place has made is begun anew.
  if (ended.code !== 0) ended = await run("cmake", [...configure, "--fresh"], inRoot);
  if (ended.code === 0) {
    const jobs = ["--parallel", String(cpus().length)];
    ended = await run(
      "cmake", ["--build", "--preset", preset, ...jobs, "--target", ...targets], inRoot);
  }
  const seconds = (performance.now() - started) / 1000;
  return { ok: ended.code === 0, seconds, output: ended.output };
}
