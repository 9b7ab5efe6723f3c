// SPDX-License-Identifier: MIT
// A small Debian 12 in a folder, to install packages into: made by debootstrap once, kept as an
// archive in build/, unpacked for each use.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const kArchives = fileURLToPath(new URL("../../../build/debian-roots/", import.meta.url));
const kRelease = "bookworm";
// What changes with every package, and what a package manager remembers of those that are gone.
const kNotCompared = ["proc", "run", "sys", "var/cache", "var/lib/apt", "var/lib/dpkg", "var/log"];

const kMirror = "http://deb.debian.org/debian";

// Why there can be none here, or false.
export function noDebianRoot() {
  if (process.getuid() !== 0) return "needs root";
  const words = ["--head", "--fail", "--silent", "--max-time", "20"];
  const { status } = spawnSync("curl", [...words, `${kMirror}/dists/${kRelease}/InRelease`]);
  return status !== 0 && `${kMirror} cannot be reached`;
}

export class DebianRoot {
  // With `packages` and what they need installed. The caller calls remove() at the end.
  static make(packages) {
    const archive = archiveOf([...packages].sort());
    const folder = mkdtempSync(path.join(tmpdir(), "stickler-debian-"));
    execFileSync("tar", ["--extract", "--file", archive, "--directory", folder]);
    chmodSync(folder, 0o755);  // accounts inside must get in
    return new DebianRoot(folder);
  }

  constructor(folder) {
    this.folder = folder;
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(inside) {
    return path.join(this.folder, inside);
  }

  // { status, stdout, stderr } of dpkg on this root, asking nothing.
  dpkg(...words) {
    return this.#spawn("dpkg", [`--root=${this.folder}`, ...words]);
  }

  // The same of a command inside.
  run(...words) {
    return this.#spawn("chroot", [this.folder, ...words]);
  }

  #spawn(command, words) {
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive" };
    return spawnSync(command, words, { encoding: "utf8", env });
  }

  // "kind mode owner:group path" of all files that a package could leave behind.
  files() {
    const skipped = kNotCompared.flatMap((it) => ["-path", this.path(it), "-prune", "-o"]);
    const output = execFileSync(
      "find", [this.folder, ...skipped, "-printf", "%y %m %U:%G %P\\n"], { encoding: "utf8" });
    return output.split("\n").filter(Boolean).sort();
  }
}

// Runs a command; what it said is told if it fails.
function make(command, ...words) {
  const { status, stdout, stderr } = spawnSync(command, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${words.join(" ")}\n${stdout}${stderr}`);
}

function archiveOf(packages) {
  const key = createHash("sha256").update([kRelease, ...packages].join()).digest("hex");
  const archive = path.join(kArchives, `${kRelease}-${key.slice(0, 16)}.tar`);
  if (existsSync(archive)) return archive;
  const folder = mkdtempSync(path.join(tmpdir(), "stickler-debootstrap-"));
  try {
    make("debootstrap", "--variant=minbase", kRelease, folder, kMirror);
    // Unlike debootstrap, apt knows names that others provide.
    const apt = ["chroot", folder, "apt-get", "--yes", "--no-install-recommends"];
    make(...apt, "install", ...packages);
    make(...apt, "clean");
    mkdirSync(kArchives, { recursive: true });
    execFileSync("tar", ["--create", "--file", `${archive}.new`, "--directory", folder, "."]);
    renameSync(`${archive}.new`, archive);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return archive;
}
