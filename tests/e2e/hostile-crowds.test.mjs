// SPDX-License-Identifier: MIT
// Ten thousand connections that say nothing, or half of something: each costs little, nobody has to
// wait for them, and time limits send them away.
import { Crowd, mostClients } from "./harness/crowd.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { besiege, many } from "./harness/siege.mjs";

const kCrowd = Math.min(many(10_000), mostClients());
const kFewer = many(1000); // of those that cost more of the test's own time
const kHalfHead = "GET / HTTP/1.1\r\nHost: example.com\r\nCookie: ";
const kHalfHello = Buffer.from("160301020001" + "0001fc0303", "hex");

for (const [what, { size = kCrowd, port = "plain", words = "", bytes }] of Object.entries({
  "connections without a word": { bytes: 5 * 1024 },
  "half-sent heads": { words: kHalfHead, bytes: 14 * 1024 },
  "half-sent heads of 60 kB": {
    size: kFewer, words: kHalfHead + "x".repeat(60_000), bytes: 128 * 1024,
  },
  "TLS connections without a word": { port: "https", bytes: 24 * 1024 },
  "half-sent TLS handshakes": {
    size: kFewer, port: "https", words: kHalfHello, bytes: 96 * 1024,
  },
})) {
  onlyStickler(`${size} ${what} cost little, and others are served`, async (t) => {
    const siege = await besiege(t);
    const crowd = await Crowd.gather(t, siege.ports[port], size, words);
    await siege.othersAreServed();
    siege.costsAtMost(bytes, size);
    crowd.leave();
    await siege.isOver();
  });
}

for (const [limit, { port, words }] of Object.entries({
  head: { port: "plain", words: kHalfHead },
  handshake: { port: "https", words: kHalfHello },
})) {
  onlyStickler(`timeouts.${limit} sends a crowd away`, async (t) => {
    const siege = await besiege(t, { timeouts: { [limit]: "2s" } });
    const crowd = await Crowd.gather(t, siege.ports[port], kFewer, words);
    await crowd.sentAway();
    await siege.isOver();
  });
}
