// SPDX-License-Identifier: MIT
// What a server may say and what not: an answer that two readers could understand differently
// becomes 502 or, if the head was on its way, a cut that the client can tell. Nothing of it is left
// over for anybody's next request.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { RawServer } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

const kLine = "HTTP/1.1 200 OK\r\n";
const kLength = "Content-Length: 2\r\n";
const kChunked = "Transfer-Encoding: chunked\r\n";

const withLine = (line) => `${line}\r\n${kLength}\r\nhi`;
const withFields = (...fields) => `${kLine}${fields.map((field) => `${field}\r\n`).join("")}\r\nhi`;
const withChunks = (chunks) => `${kLine}${kChunked}\r\n${chunks}`;

function named(list, answer) {
  return Object.fromEntries(list.map((item) => [JSON.stringify(item).slice(0, 60), answer(item)]));
}

const kRefused = {
  "a status line that is not one": named([
    "", "HTTP", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 2 OK", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK",
    "HTTP/1.1 099 OK", "HTTP/1.1 600 No", "HTTP/1.1 999 No", "HTTP/1.1 000 No", "HTTP/1.1 -20 OK",
    "HTTP/1.1 2x0 OK", "HTTP/1.1  200 OK", "HTTP/1.1\t200 OK", " HTTP/1.1 200 OK",
    "http/1.1 200 OK",
    "HTTP/2.0 200 OK", "HTTP/2 200 OK", "HTTP/1.2 200 OK", "HTTP/0.9 200 OK", "HTTP/1.10 200 OK",
    "ICY 200 OK", "HTTPS/1.1 200 OK", "HTTP/1.1 200OK", "HTTP/1.1 200 O\0K", "HTTP/1.1 200 O\x01K",
    "HTTP/1.1 200 O\rK", "200 OK", "<html>", "\x16\x03\x01", "GET / HTTP/1.1", "SSH-2.0-x",
    "\0\0\0",
  ], withLine),
  "a field line that is not one": named([
    "A : b", " A: b", ": b", "A", "A b: c", "A(: b", "A\0: b", "A\xe9: b", "A: \0", "A: \x01",
    "A: \x7f", "A: b\rc", "A: b\r\n c", "A: b\nB: c", "A: b\r",
  ], (field) => withFields("Content-Length: 2", field)),
  "lines that a bare LF ends": {
    all: "HTTP/1.1 200 OK\nContent-Length: 2\n\nhi",
    "the first": "HTTP/1.1 200 OK\nContent-Length: 2\r\n\r\nhi",
    "the last": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\nhi",
  },
  "a length that is ambiguous": named([
    "3, 3", "2,2", "+2", "-2", "0x2", "2;", "two", "", "2 2", "9223372036854775808",
    "18446744073709551618", "2.0", "2\r\nContent-Length: 2", "2\r\nContent-Length: 3",
    "2\r\nTransfer-Encoding: chunked", "2\r\nTransfer-Encoding: identity",
  ], (length) => withFields(`Content-Length: ${length}`)),
  "a transfer coding that is ambiguous": named([
    "gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked", "identity", "", "xchunked",
    "chunked\r\nTransfer-Encoding: chunked", "chunked\r\nContent-Length: 2", "\"chunked\"",
    "\x0bchunked", "chunked;a=b",
  ], (coding) => withFields(`Transfer-Encoding: ${coding}`)),
  "chunked in HTTP/1.0": { it: `HTTP/1.0 200 OK\r\n${kChunked}\r\n2\r\nhi\r\n0\r\n\r\n` },
  "a first chunk that is not one": named([
    "zz\r\nhi\r\n", "\r\nhi\r\n", "0x2\r\nhi\r\n", "-2\r\nhi\r\n", " 2\r\nhi\r\n", "2\nhi\r\n",
    "10000000000000000\r\nhi", "2\r\nhi\n", "2\r\nhiX\r\n", "2 \r\nhi\r\n", "<html>hi</html>",
  ], withChunks),
  "more than a head may hold": named([
    `A: ${"x".repeat(65536)}`, Array(100).fill("A: b").join("\r\n"),
  ], (fields) => withFields("Content-Length: 2", fields)),
  "too little for a head": {
    nothing: "", "no end": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n", "half a line": "HTTP/1.",
    "only an interim one": "HTTP/1.1 103 Early Hints\r\n\r\n",
  },
  "a protocol switched unasked": { it: "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhi" },
};

// Cut after the head, or complete although unusual: what the client makes of them.
const kOthers = {
  "shorter than announced": ["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi", "200 cut"],
  "chunks without an end": [withChunks("2\r\nhi\r\n"), "200 cut"],
  "a chunk without its end": [withChunks("5\r\nhi"), "200 cut"],
  "a last chunk without the empty line": [withChunks("2\r\nhi\r\n0\r\n"), "200 cut"],
  "more than announced": [`${kLine}${kLength}\r\nhi there`, "200 hi"],
  "a second answer behind": [`${kLine}${kLength}\r\nhi${kLine}${kLength}\r\nho`, "200 hi"],
  "more behind the last chunk": [withChunks("2\r\nhi\r\n0\r\n\r\nHTTP/1.1 200 OK\r\n"), "200 hi"],
  "a body behind 204": [`HTTP/1.1 204 No Content\r\n${kLength}\r\nhi`, "204 "],
  "chunks behind 204": [`HTTP/1.1 204 No Content\r\n${kChunked}\r\n2\r\nhi\r\n0\r\n\r\n`, "204 "],
  "a body behind 304": [`HTTP/1.1 304 Not Modified\r\n${kLength}\r\nhi`, "304 "],
  "no length: to the end": ["HTTP/1.1 200 OK\r\n\r\nhi there", "200 hi there"],
  "no length and nothing": ["HTTP/1.1 200 OK\r\n\r\n", "200 "],
  "HTTP/1.0 to the end": ["HTTP/1.0 200 OK\r\n\r\nhi", "200 hi"],
  "HTTP/1.0 with a length": [`HTTP/1.0 200 OK\r\n${kLength}\r\nhi`, "200 hi"],
  "no reason": [`HTTP/1.1 200 \r\n${kLength}\r\nhi`, "200 hi"],
  "no reason and no space": [`HTTP/1.1 200\r\n${kLength}\r\nhi`, "200 hi"],
  "an unknown status": [`HTTP/1.1 299 Odd\r\n${kLength}\r\nhi`, "299 hi"],
  "a status of 599": [`HTTP/1.1 599 Odd\r\n${kLength}\r\nhi`, "599 hi"],
  "a reason of other bytes": [`HTTP/1.1 200 \xe9\t!\r\n${kLength}\r\nhi`, "200 hi"],
  "interim answers before": [
    "HTTP/1.1 102 P\r\n\r\nHTTP/1.1 103 E\r\nA: b\r\n\r\n" + withFields("Content-Length: 2"),
    "200 hi"],
  "chunks with extensions and a trailer": [
    withChunks("2;a=b\r\nhi\r\n0\r\nX: y\r\n\r\n"), "200 hi"],
  "no length to announce, closed": [`${kLine}Connection: close\r\n\r\nhi`, "200 hi"],
};

// A server that answers /N with the N-th of these and closes, and others with "fine".
async function serverThatSays(t, list) {
  return RawServer.start(t, async (server) => {
    for (;;) {
      const { target } = await server.request();
      const bytes = list[Number(target.slice(1))];
      if (bytes === undefined) {
        server.answer("fine");
        continue;
      }
      server.send(Buffer.from(bytes, "latin1"));
      return server.wire.halfClose();
    }
  });
}

async function outcome(t, balancer, target) {
  const client = await RawClient.connect(t, { port: balancer.ports.plain });
  const head = await client.request(`GET ${target}`, ["Connection: close"]).readHead();
  let next = head;
  while (next.status < 200) next = await client.readHead();
  const body = [204, 304].includes(next.status) ? Promise.resolve("") : client.readBody(next);
  const text = await body.then((bytes) => ` ${bytes}`, () => " cut");
  client.close();
  return `${next.status}${next.status === 502 ? "" : text}`;
}

async function outcomes(t, kind, answers) {
  const server = await serverThatSays(t, Object.values(answers));
  const servers = [{ name: "s1", port: server.port }];
  const balancer = await startBalancer(t, kind, { servers, check: null });
  const found = {};
  for (const [index, name] of Object.keys(answers).entries()) {
    found[name] = await outcome(t, balancer, `/${index}`);
    assert.equal(await outcome(t, balancer, "/fine"), "200 fine", `behind ${name}`);
  }
  return found;
}

for (const [what, answers] of Object.entries(kRefused)) {
  onlyStickler(`a server's answer with ${what} becomes 502`, async (t, kind) => {
    const expected = Object.fromEntries(Object.keys(answers).map((name) => [name, "502"]));
    assert.deepEqual(await outcomes(t, kind, answers), expected);
  });
}

onlyStickler("an answer that is cut looks cut, one that is unusual looks like itself",
  async (t, kind) => {
    const pick = (place) => {
      return Object.fromEntries(Object.entries(kOthers).map(([name, row]) => [name, row[place]]));
    };
    assert.deepEqual(await outcomes(t, kind, pick(0)), pick(1));
  });
