// SPDX-License-Identifier: MIT
// The attacks of slowhttptest (Debian's package): clients that are as slow as they can be without
// being sent away, and all at once.
import { onlyStickler } from "./harness/scenario.mjs";
import { Program } from "./harness/program.mjs";
import { besiege, many } from "./harness/siege.mjs";

const kClients = many(100);
const kSeconds = 5;

const kAttacks = {
  "slow heads": ["-H", "-i", 1, "-x", 10],
  "slow bodies": ["-B", "-i", 1, "-x", 10, "-s", 8192],
  "slow readers": ["-X", "-n", 1, "-z", 32, "-w", 512, "-y", 1024, "-k", 3],
  "long ranges": ["-R", "-a", 10, "-b", 3000],
};

// Ends by itself. (Its words for the terminal are of no use here.)
function attack(t, what, url) {
  const target = what === "slow readers" ? `${url}/much` : `${url}/`;
  const bounds = ["-c", kClients, "-r", kClients, "-l", kSeconds];
  const args = [...kAttacks[what], ...bounds, "-u", target];
  return new Program(t, "slowhttptest", "slowhttptest", args.map(String));
}

for (const [over, port, scheme] of [
  ["in the clear", "plain", "http"], ["by TLS", "https", "https"],
]) {
  onlyStickler(`${Object.keys(kAttacks).join(", ")} at once, ${over}`, async (t) => {
    const siege = await besiege(t, { timeouts: { head: "2s", body: "500ms", client: "1s" } });
    const url = `${scheme}://127.0.0.1:${siege.ports[port]}`;
    const attacks = Object.keys(kAttacks).map((what) => attack(t, what, url));
    const { log } = siege.balancer;
    await Promise.all([log.waitFor(/timeouts\.head/), log.waitFor(/timeouts\.body/)]);
    await siege.othersAreServed();
    await Promise.all(attacks.map((program) => program.expectExit()));
    siege.costsAtMost(400 * 1024, attacks.length * kClients);
    await siege.isOver();
  });
}
