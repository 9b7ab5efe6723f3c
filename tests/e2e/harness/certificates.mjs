// SPDX-License-Identifier: MIT
// Certificates made by the openssl command once per test file: a root, an intermediate, and leaves
// of both key types, in the shapes that administrators have them: bundle (chain and key in one
// file), separate files, chain.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

export const kHost = "overleaf.example.com";

const kKeys = {
  rsa: ["-newkey", "rsa:2048"],
  ecdsa: ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"],
};

let made;

// { directory, ca, rsa, ecdsa }; `ca` is the root's PEM text, each leaf as from issue().
export function certificates() {
  made ??= make();
  return made;
}

function make() {
  const directory = mkdtempSync(path.join(tmpdir(), "stickler-certificates-"));
  process.on("exit", () => rmSync(directory, { recursive: true, force: true }));
  const root = authority(directory, "root");
  const middle = authority(directory, "intermediate", root);
  const authorityData = { directory, middle };
  return {
    directory,
    ca: readFileSync(root.certificate, "utf8"),
    rsa: issueFrom(authorityData, { hosts: [kHost, "localhost"], type: "rsa" }),
    ecdsa: issueFrom(authorityData, { hosts: [kHost, "localhost"], type: "ecdsa" }),
    authority: authorityData,
  };
}

// Another leaf for these hosts: paths `bundle`, `certificate`, `key`, `chain` (without key).
export function issue({ hosts, type = "ecdsa", days = 90 }) {
  return issueFrom(certificates().authority, { hosts, type, days });
}

let serial = 0;

function issueFrom({ directory, middle }, { hosts, type, days = 90 }) {
  const names = [...hosts.map((host) => `DNS:${host}`), "IP:127.0.0.1", "IP:::1"].join(",");
  const extensions = [`subjectAltName=${names}`, "basicConstraints=CA:FALSE"];
  const leaf = sign(directory, `${hosts[0]}-${type}-${++serial}`, hosts[0], {
    type, days, extensions, issuer: middle,
  });
  const chain = readFileSync(leaf.certificate, "utf8") + readFileSync(middle.certificate, "utf8");
  const text = { chain, bundle: chain + readFileSync(leaf.key, "utf8") };
  for (const shape of ["chain", "bundle"]) {
    leaf[shape] = leaf.key.replace(/key$/, `${shape}.pem`);
    writeFileSync(leaf[shape], text[shape], { mode: 0o600 });
  }
  return leaf;
}

function authority(directory, name, issuer) {
  const extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign"];
  return sign(directory, name, `Stickler test ${name}`, {
    type: "ecdsa", days: 90, extensions, issuer,
  });
}

// A key, a request and a signature; without an issuer it signs itself.
function sign(directory, file, commonName, { type, days, extensions, issuer }) {
  const at = (suffix) => path.join(directory, `${file}.${suffix}`);
  const subject = ["-subj", `/CN=${commonName}`, "-nodes", ...kKeys[type], "-keyout", at("key")];
  const wanted = extensions.flatMap((extension) => ["-addext", extension]);
  if (!issuer) {
    openssl("req", "-x509", ...subject, ...wanted, "-days", days, "-out", at("crt"));
  } else {
    openssl("req", "-new", ...subject, "-out", at("csr"));
    writeFileSync(at("ext"), extensions.join("\n"));
    const by = ["-CA", issuer.certificate, "-CAkey", issuer.key, "-CAcreateserial"];
    openssl("x509", "-req", "-in", at("csr"), ...by, "-days", days, "-extfile", at("ext"),
      "-out", at("crt"));
  }
  return { certificate: at("crt"), key: at("key") };
}

function openssl(...args) {
  execFileSync("openssl", args.map(String), { stdio: ["ignore", "ignore", "pipe"] });
}
