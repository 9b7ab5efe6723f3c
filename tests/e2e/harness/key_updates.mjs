// SPDX-License-Identifier: MIT
// Updates of keys in TLS 1.3 (RFC 8446 §4.6.3), as many as one likes. No library sends them by the
// thousand, so their records are made here, from the secret that the client's library tells.
import { createCipheriv, createHmac } from "node:crypto";
import { RawClient } from "./wire.mjs";

const kHash = "sha256";
const kSecretBytes = 32;
const kKeyBytes = 16;
const kIvBytes = 12;
const kTagBytes = 16;
const kHandshakeRecord = 22;
const kDataRecord = 23;
const kKeyUpdate = 24;

// A client that will send nothing else: records are made for its first place in the sequence.
export function connectForKeyUpdates(t, address) {
  const cipher = { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" };
  return RawClient.connect(t, { ...address, ...cipher });
}

// Sends so many at once. `answered`: each asks the server to update its own keys, too.
export function sendKeyUpdates(client, count, { answered }) {
  const [, hex] = /^CLIENT_TRAFFIC_SECRET_0 \S+ (\S+)$/m.exec(client.secrets);
  const message = Buffer.of(kKeyUpdate, 0, 0, 1, answered ? 1 : 0);
  const records = [];
  for (let i = 0, secret = Buffer.from(hex, "hex"); i < count; ++i) {
    records.push(firstRecord(secret, message));
    secret = expand(secret, "traffic upd", kSecretBytes);
  }
  client.tcp.write(Buffer.concat(records));
}

// The record that comes first under a secret: its number is 0, so its nonce is the IV itself.
function firstRecord(secret, message) {
  const header = Buffer.of(kDataRecord, 3, 3, 0, message.length + 1 + kTagBytes);
  const key = expand(secret, "key", kKeyBytes);
  const cipher = createCipheriv("aes-128-gcm", key, expand(secret, "iv", kIvBytes)).setAAD(header);
  const inside = Buffer.concat([message, Buffer.of(kHandshakeRecord)]);
  return Buffer.concat([header, cipher.update(inside), cipher.final(), cipher.getAuthTag()]);
}

// HKDF-Expand-Label (RFC 8446 §7.1) without context, up to the length of the hash.
function expand(secret, label, length) {
  const name = Buffer.from(`tls13 ${label}`);
  const asked = Buffer.concat([Buffer.of(0, length, name.length), name, Buffer.of(0, 1)]);
  return createHmac(kHash, secret).update(asked).digest().subarray(0, length);
}
