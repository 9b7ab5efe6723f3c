// SPDX-License-Identifier: MIT
// What is no TLS where TLS is expected, and what TLS allows to ask for again and again.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Crowd } from "./harness/crowd.mjs";
import { connectForKeyUpdates, sendKeyUpdates } from "./harness/key_updates.mjs";
import { Program } from "./harness/program.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { besiege, many } from "./harness/siege.mjs";

const kCrowd = many(1000);
const kHello = Buffer.from("1603010200010001fc0303" + "00".repeat(506), "hex");

for (const [what, port, words] of [
  ["garbage on the TLS port", "https", randomBytes(4096)],
  ["plain HTTP on the TLS port", "https", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["a malformed handshake on the TLS port", "https", kHello],
  ["TLS on the plain port", "plain", kHello],
  ["garbage on the plain port", "plain", randomBytes(4096)],
]) {
  onlyStickler(`${what} is sent away at once`, async (t) => {
    const siege = await besiege(t);
    const crowd = await Crowd.gather(t, siege.ports[port], kCrowd, words);
    await crowd.sentAway();
    siege.costsAtMost(64 * 1024, kCrowd);
    await siege.isOver();
  });
}

// s_client renegotiates when it is told "R" on a line, and gives up when that is refused.
onlyStickler("attempts to renegotiate end their own connections only", async (t) => {
  const siege = await besiege(t);
  const to = `127.0.0.1:${siege.ports.https}`;
  const attempts = Array.from({ length: many(40) }, async () => {
    const client = new Program(t, "openssl", "openssl", ["s_client", "-connect", to, "-tls1_2"], {
      stdio: "pipe",
    });
    client.process.stdin.on("error", () => {}).write("R\n");
    await client.log.waitFor(/no renegotiation/);
    await client.expectExit();
  });
  await Promise.all(attempts);
  await siege.isOver();
});

for (const answered of [false, true]) {
  const kind = answered ? "that ask for as many" : "that ask for nothing";
  onlyStickler(`a thousand updates of keys ${kind} end the connection`, async (t) => {
    const siege = await besiege(t);
    const address = { port: siege.ports.https, ca: siege.balancer.ca };
    const clients = await Promise.all(
      Array.from({ length: 10 }, () => connectForKeyUpdates(t, address)));
    for (const client of clients) sendKeyUpdates(client, 1000, { answered });
    for (const client of clients) await client.drain();
    siege.costsAtMost(512 * 1024, clients.length);
    await siege.isOver();
  });
}
