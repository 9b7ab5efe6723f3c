// SPDX-License-Identifier: MIT
// Which certificate a visitor sees, in whatever shape the administrator has it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startStickler } from "./harness/balancer.mjs";
import { certificates, issue } from "./harness/certificates.mjs";
import { cleanUp } from "./harness/cleanup.mjs";
import { libconfig } from "./harness/libconfig.mjs";
import { freePort } from "./harness/ports.mjs";
import { scenario } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

const kAnswer = { all: { path_prefix: "/", answer: { status: 200, body: "here" } } };

// A balancer with this `tls` group that answers by itself.
async function world(t, tls, options) {
  const port = await freePort();
  const listeners = { web: { bind: `127.0.0.1:${port}`, tls, routes: kAnswer } };
  const text = libconfig({ process: { workers: 1, stop_within: "500ms" }, listeners });
  return startStickler(t, { text, ports: { https: port }, ...options });
}

// The certificate that is shown under this name, verified to the root: its first name, key type.
async function shown(t, balancer, servername, options = {}) {
  const { ca, ports } = balancer;
  const at = { port: ports.https, ca, checkServerIdentity: () => undefined };
  const client = await RawClient.connect(t, { ...at, servername, ...options });
  assert.equal((await client.request("GET /").response()).text, "here");
  const leaf = client.socket.getPeerX509Certificate();
  const { asymmetricKeyType } = leaf.publicKey;
  return `${/CN=(.*)/.exec(leaf.subject)[1]} ${asymmetricKeyType}`;
}

function directory(t) {
  const made = mkdtempSync(path.join(tmpdir(), "stickler-certificates-"));
  cleanUp(t, () => rmSync(made, { recursive: true, force: true }));
  return made;
}

function write(t, ...parts) {
  const file = path.join(directory(t), "file.pem");
  writeFileSync(file, parts.map((part) => readFileSync(part, "utf8")).join(""));
  return file;
}

const kShapes = {
  "one file, key last": (t, leaf) => ({ certificates: leaf.bundle }),
  "one file, key first": (t, leaf) => ({ certificates: write(t, leaf.key, leaf.chain) }),
  "one file, key between": (t, leaf) => ({
    certificates: write(t, leaf.certificate, leaf.key, certificates().authority.middle.certificate),
  }),
  "one file, chain in disorder": (t, leaf) => ({
    certificates: write(t, certificates().authority.middle.certificate, leaf.certificate, leaf.key),
  }),
  "a chain and a separate key": (t, leaf) => ({ certificates: leaf.chain, key: leaf.key }),
  "a key beside the certificate": (t, leaf) => {
    const place = directory(t);
    copyFileSync(leaf.chain, path.join(place, "site.crt"));
    copyFileSync(leaf.key, path.join(place, "site.key"));
    return { certificates: path.join(place, "site.crt") };
  },
  "a directory as certbot makes it": (t, leaf) => {
    const place = directory(t);
    const site = path.join(place, "overleaf.example.com");
    mkdirSync(site);
    writeFileSync(path.join(place, "README"), "not a certificate");
    copyFileSync(leaf.chain, path.join(site, "fullchain.pem"));
    copyFileSync(leaf.key, path.join(site, "privkey.pem"));
    return { certificates: place };
  },
  "a directory of bundles": (t, leaf) => {
    const place = directory(t);
    copyFileSync(leaf.bundle, path.join(place, "a.pem"));
    copyFileSync(issue({ hosts: ["other.example.com"] }).bundle, path.join(place, "b.pem"));
    return { certificates: place };
  },
};

for (const [shape, tls] of Object.entries(kShapes)) {
  scenario(`the certificate and its chain are shown: ${shape}`, async (t) => {
    const balancer = await world(t, tls(t, certificates().rsa));
    const seen = await shown(t, balancer, "overleaf.example.com");
    assert.equal(seen, "overleaf.example.com rsa");
  });
}

scenario("each name has its own certificate, unknown names the first one", async (t) => {
  const hosts = [["a.example.com"], ["b.example.com", "c.example.com"], ["*.wild.example.com"]];
  const files = hosts.map((names) => issue({ hosts: names }).bundle);
  const balancer = await world(t, { certificates: files });
  const expected = {
    "a.example.com": "a.example.com", "A.Example.COM": "a.example.com",
    "b.example.com": "b.example.com", "c.example.com": "b.example.com",
    "x.wild.example.com": "*.wild.example.com", "x.y.wild.example.com": "a.example.com",
    "wild.example.com": "a.example.com", "unknown.example.com": "a.example.com",
    "": "a.example.com",
  };
  for (const [name, subject] of Object.entries(expected)) {
    assert.equal(await shown(t, balancer, name), `${subject} ec`, name);
  }
});

scenario("an exact name is shown before a wildcard that fits too", async (t) => {
  const files = [["*.example.com"], ["a.example.com"]].map((hosts) => issue({ hosts }).bundle);
  const balancer = await world(t, { certificates: files });
  assert.equal(await shown(t, balancer, "a.example.com"), "a.example.com ec");
  assert.equal(await shown(t, balancer, "b.example.com"), "*.example.com ec");
});

scenario("with strict_sni unknown names, and none, are refused", async (t) => {
  const { bundle } = issue({ hosts: ["a.example.com"] });
  const balancer = await world(t, { certificates: bundle, strict_sni: true });
  assert.equal(await shown(t, balancer, "a.example.com"), "a.example.com ec");
  for (const name of ["b.example.com", ""]) {
    await assert.rejects(shown(t, balancer, name), /unrecognized name/i);
  }
});

for (const version of ["TLSv1.2", "TLSv1.3"]) {
  scenario(`RSA and ECDSA side by side: by ${version} each client gets its own`, async (t) => {
    const { rsa, ecdsa } = certificates();
    const balancer = await world(t, { certificates: [rsa.bundle, ecdsa.bundle] });
    const by = (sigalgs) => shown(t, balancer, "overleaf.example.com", {
      minVersion: version, maxVersion: version, sigalgs,
    });
    assert.equal(await by("rsa_pss_rsae_sha256:RSA+SHA256"), "overleaf.example.com rsa");
    assert.equal(await by("ecdsa_secp256r1_sha256"), "overleaf.example.com ec");
  });
}

scenario("a session is resumed under its name, although it is not the listener's first one",
  async (t) => {
    const files = [["a.example.com"], ["b.example.com"]].map((hosts) => issue({ hosts }).bundle);
    const balancer = await world(t, { certificates: files });
    const { ca, ports } = balancer;
    const visit = async (servername, session) => {
      const client = await RawClient.connect(t, { port: ports.https, ca, servername, session });
      await client.request("GET /").response();
      return client.socket;
    };
    const session = (await visit("b.example.com")).getSession();
    assert.equal((await visit("b.example.com", session)).isSessionReused(), true);
  });

scenario("while one of two certificates is valid the expired one is not shown", async (t) => {
  const hosts = ["a.example.com"];
  const expired = issue({ hosts, days: -1 }).bundle;
  const balancer = await world(t, { certificates: [expired, issue({ hosts }).bundle] });
  assert.equal(await shown(t, balancer, "a.example.com"), "a.example.com ec");
});

const kWrong = {
  "a file that is not there": () => [{ certificates: "/nowhere.pem" }, /nowhere\.pem/],
  "a certificate without key": () => [{ certificates: certificates().rsa.chain }, /no private key/],
  "a key without certificate": () => [{ certificates: certificates().rsa.key }, /no certificate/],
  "a key of another certificate": () => {
    const { rsa, ecdsa } = certificates();
    return [{ certificates: rsa.chain, key: ecdsa.key }, /does not belong/];
  },
  "an encrypted key": (t) => {
    const { certificate, key } = certificates().rsa;
    const encrypted = path.join(directory(t), "encrypted.key");
    const args = ["rsa", "-aes256", "-passout", "pass:secret", "-in", key, "-out", encrypted];
    execFileSync("openssl", args, { stdio: "ignore" });
    return [{ certificates: write(t, certificate, encrypted) }, /encrypted/];
  },
  "a file of nothing": (t) => [{ certificates: write(t) }, /no certificate/],
  "an empty directory": (t) => [{ certificates: directory(t) }, /no certificate/],
  "an expired one": () => {
    return [{ certificates: issue({ hosts: ["a.example.com"], days: -1 }).bundle }, /expired/];
  },
};
for (const [what, made] of Object.entries(kWrong)) {
  scenario(`${what} is said, and nothing runs: 1`, async (t) => {
    const [settings, said] = made(t);
    const balancer = await world(t, settings, { ready: false });
    assert.equal((await balancer.expectExit()).code, 1);
    assert.match(balancer.log.entries.join("\n"), said);
  });
}

scenario("several TLS listeners show certificates of their own", async (t) => {
  const [one, two] = [await freePort(), await freePort()];
  const listener = (port, host) => ({
    bind: `127.0.0.1:${port}`, tls: { certificates: issue({ hosts: [host] }).bundle },
    routes: kAnswer,
  });
  const listeners = { one: listener(one, "a.example.com"), two: listener(two, "b.example.com") };
  const balancer = await startStickler(t, { text: libconfig({ listeners }), ports: {} });
  for (const [port, subject] of [[one, "a.example.com"], [two, "b.example.com"]]) {
    balancer.ports.https = port;
    assert.equal(await shown(t, balancer, "any.example.com"), `${subject} ec`);
  }
});
