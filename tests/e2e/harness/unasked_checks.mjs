// SPDX-License-Identifier: MIT
// Health checks that a test did not ask for, where its configuration cannot be without them: the
// test's servers answer them by themselves, and nobody hears of it.

let expected = false;

// From now on, or not any more.
export function expectUnaskedChecks(are) {
  expected = are;
}

// Of node:http.
export function isUnaskedCheck({ method, url, headers }) {
  return expected && method === "HEAD" && url === "/status" &&
    headers["user-agent"] === "stickler-check";
}

// Whether this connection has come for nothing else; known when something has been said on it. (At
// once if no such checks are expected: some servers speak, or close, before the client does.)
export async function tookUnaskedCheck(wire) {
  if (!expected) return false;
  const said = ["data", "end", "close"].map((event) =>
    new Promise((resolve) => wire.socket.once(event, resolve)));
  await Promise.race(said);
  if (!kCheck.test(wire.pending.toString("latin1"))) return false;
  wire.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").halfClose();
  return true;
}

const kCheck = /^HEAD \/status HTTP\/1\.1\r\n[^]*^User-Agent: stickler-check\r$/m;
