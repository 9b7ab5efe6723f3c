// SPDX-License-Identifier: MIT
// Requests that two readers could understand differently are refused: the client gets the status
// and the connection's end, no server sees a byte, and what was sent behind is no request.
import assert from "node:assert/strict";
import { startBalancer } from "./harness/balancer.mjs";
import { answers, RawServer } from "./harness/raw_server.mjs";
import { onlyStickler } from "./harness/scenario.mjs";
import { RawClient } from "./harness/wire.mjs";

// What is sent behind each request; an answer to it would be a smuggled request.
const kBehind = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

// By what is wrong with them: the status, and requests by name.
const kRefused = {
  "a request line that is not one": [400, lines([
    " GET / HTTP/1.1", "\tGET / HTTP/1.1", "GET  / HTTP/1.1", "GET /  HTTP/1.1", "GET\t/ HTTP/1.1",
    "GET / HTTP/1.1 ", "GET /", "GET", "GET / http/1.1", "GET / HTTP/1", "GET / HTTP/1.10",
    "GET / HTTP/01.1", "GET / HTTP/1,1", "GET / HTTPS/1.1", "GET / XTTP/1.1", "GET / FTP/1.1",
    "G(T / HTTP/1.1", "G\0T / HTTP/1.1", "G\x80T / HTTP/1.1", ":GET / HTTP/1.1",
    "GET / a HTTP/1.1", "GET /\x0b HTTP/1.1", "\x16\x03\x01\x02\x00\x01\x00", "{}",
  ])],
  "a version that is not spoken": [505, lines([
    "GET / HTTP/0.9", "GET / HTTP/1.2", "GET / HTTP/1.9", "GET / HTTP/2.0", "GET / HTTP/3.0",
  ])],
  "the HTTP/2 preface": [400, { preface: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" }],
  "a target that is not one": [400, lines([
    "GET x HTTP/1.1", "GET h/x HTTP/1.1", "GET ?q HTTP/1.1", "GET * HTTP/1.1", "POST * HTTP/1.1",
    "GET /a#b HTTP/1.1", "GET /\x01 HTTP/1.1", "GET /\x7f HTTP/1.1", "GET /\xe9 HTTP/1.1",
    "GET /\0 HTTP/1.1", "GET ftp://h/ HTTP/1.1", "GET http:/// HTTP/1.1", "GET http://h?q HTTP/1.1",
    "GET http://u@h/ HTTP/1.1", "GET http://u:p@h/ HTTP/1.1", "GET http://h:x/ HTTP/1.1",
    "GET http://h:70000/ HTTP/1.1", "GET http://other/ HTTP/1.1", "GET http://h:81/ HTTP/1.1",
    "GET http://h,g/ HTTP/1.1", "GET //h:80 /x HTTP/1.1", "GET h:80 HTTP/1.1",
    "GET javascript:alert(1) HTTP/1.1", "OPTIONS ** HTTP/1.1", "CONNECT / HTTP/1.1",
    "CONNECT h HTTP/1.1", "CONNECT h: HTTP/1.1", "CONNECT http://h:80/ HTTP/1.1",
  ])],
  "no Host, several, or a bad one": [400, heads([
    [], ["Host: h", "Host: h"], ["Host: h", "Host: g"], ["Host: h", "host: h"], ["Host:"],
    ["Host: "], ["Host: h g"], ["Host: h,g"], ["Host: h, h"], ["Host: h/x"], ["Host: http://h"],
    ["Host: u@h"], ["Host: h:x"], ["Host: h:-1"], ["Host: h:70000"], ["Host: h:80:80"],
    ["Host: :80"], ["Host: [::1"], ["Host: ::1"], ["Host: [::1]x"], ["Host: [zz]"], ["Host: h%41"],
    ["Host: h\\g"], ["Host: h?q"], ["Host: h#f"], ["Host: h\x01"], ["Host: h\xe9"],
  ])],
  "a field line that is not one": [400, fields([
    "A : b", "A\t: b", " A: b", "\tA: b", ": b", ":", "A", "A b: c", "A(: b", "A\0: b", "A\xe9: b",
    "A\x7f: b", "A: b\0c", "A: b\x01c", "A: b\x7fc", "A: b\x0bc", "A: b\rc", "A: b\nc", "A: b\r\r",
    "A: b\r\n c", "A: b\r\n\tc", "A: b\r\n ", "A: \r\n b", "A\r: b", "A\n: b", "A/b: c",
    "A@b: c", "A[b]: c", "\"A\": b", "A,b: c", "A;b: c", "A=b: c", "A{: b",
  ])],
  "a line that a bare CR or LF ends": [400, {
    "LF everywhere": "GET / HTTP/1.1\nHost: h\n\n",
    "LF behind the request line": "GET / HTTP/1.1\nHost: h\r\n\r\n",
    "LF behind a field": "GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n",
    "LF as the empty line": "GET / HTTP/1.1\r\nHost: h\r\n\n",
    "CR behind the request line": "GET / HTTP/1.1\rHost: h\r\n\r\n",
    "CR CR LF behind the request line": "GET / HTTP/1.1\r\r\nHost: h\r\n\r\n",
    "CR CR LF as the empty line": "GET / HTTP/1.1\r\nHost: h\r\n\r\r\n",
    "CR as the empty line": "GET / HTTP/1.1\r\nHost: h\r\n\rGET /x HTTP/1.1\r\n\r\n",
    "a leading LF": "\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "a leading CR": "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "only LFs": "\n\n\n\n",
  }],
  "a length that is ambiguous": [400, bodies([
    ["Content-Length: 3", "Content-Length: 4"], ["Content-Length: 3", "Content-Length: 3"],
    ["Content-Length: 3, 3"], ["Content-Length: 3,4"], ["Content-Length: 3 3"], ["Content-Length:"],
    ["Content-Length: +3"], ["Content-Length: -3"], ["Content-Length: -0"], ["Content-Length: 0x3"],
    ["Content-Length: 3;"], ["Content-Length: 3."], ["Content-Length: 3.0"],
    ["Content-Length: 3e0"],
    ["Content-Length: \"3\""], ["Content-Length: three"], ["Content-Length: 3\x0b"],
    ["Content-Length: 9223372036854775808"], ["Content-Length: 18446744073709551616"],
    ["Content-Length: 18446744073709551619"], ["Content-Length: 99999999999999999999999999"],
    ["Content-Length: 3", "content-length: 3"], ["Content-Length: \xb2"], ["Content-Length: 3_0"],
  ], "abc")],
  "a transfer coding that is ambiguous": [400, bodies([
    ["Transfer-Encoding: chunked", "Content-Length: 3"],
    ["Content-Length: 3", "Transfer-Encoding: chunked"],
    ["Content-Length: 0", "Transfer-Encoding: chunked"],
    ["Content-Length: 3", "Transfer-Encoding: identity"], ["Transfer-Encoding: identity"],
    ["Transfer-Encoding: gzip"], ["Transfer-Encoding: gzip, chunked"],
    ["Transfer-Encoding: chunked, gzip"], ["Transfer-Encoding: chunked, identity"],
    ["Transfer-Encoding: identity, chunked"], ["Transfer-Encoding: chunked, chunked"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: gzip", "Transfer-Encoding: chunked"],
    ["Transfer-Encoding: chunked", "Transfer-Encoding: x"], ["Transfer-Encoding: xchunked"],
    ["Transfer-Encoding: chunkedx"], ["Transfer-Encoding: \"chunked\""], ["Transfer-Encoding:"],
    ["Transfer-Encoding: chunked;q=1"], ["Transfer-Encoding: ,chunked"],
    ["Transfer-Encoding: chunked,"], ["Transfer-Encoding: \x0bchunked"],
    ["Transfer-Encoding: chunked\x00"], ["Transfer-Encoding: chu nked"],
    ["Transfer-Encoding: cow", "Transfer-Encoding: chunked"], ["Transfer-Encoding : chunked"],
    ["Transfer-Encoding: chunked\r\n "], ["Transfer-Encoding\0: chunked"],
  ], "3\r\nabc\r\n0\r\n\r\n")],
  "chunked in HTTP/1.0": [400, {
    chunked: "POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  }],
  "a first chunk that is not one": [400, chunks([
    "zz\r\nabc\r\n", "\r\nabc\r\n", "0x3\r\nabc\r\n", "+3\r\nabc\r\n", "-3\r\nabc\r\n",
    " 3\r\nabc\r\n", "3 \r\nabc\r\n", "3\t\r\nabc\r\n", "3\nabc\r\n", "3\rabc\r\n",
    "3\r\r\nabc\r\n",
    "3\r\nabc\n", "3\r\nabcd\r\n", "3\r\nabc0\r\n", "3\r\nabc\rX", "g\r\nabc\r\n", "3_0\r\nabc\r\n",
    "10000000000000000\r\n", "FFFFFFFFFFFFFFFF0\r\n", "8000000000000000\r\n",
    "00000000000000003\r\nabc\r\n",
    "3;\r\nabc\r\n", "3;=\r\nabc\r\n", "3;a=\r\nabc\r\n", "3;a=\"x\r\nabc\r\n", "3; a\r\nabc\r\n",
    "3;a b\r\nabc\r\n", "3;a\nabc\r\n", "3;a=\"\n\"\r\nabc\r\n", "3;a=\x01\r\nabc\r\n",
    "3,\r\nabc\r\n", "3;a\rX\r\nabc\r\n", "0\n\r\n", "0\r\n\n", "0\r\nA\r\n\r\n",
    "0\r\nA : b\r\n\r\n", "0\r\n A: b\r\n\r\n", "0\r\nA: b\n\r\n", "0\r\nA: \0\r\n\r\n",
    "0\r\nContent-Length: 3\r\n\r\n",
    "0\r\nTransfer-Encoding: chunked\r\n\r\n", "0\r\nHost: g\r\n\r\n",
  ])],
  "an expectation that nobody can meet": [417, fields([
    "Expect: 200-ok", "Expect: 100-continue, x", "Expect: x", "Expect:",
  ])],
  "more than a head may hold": [431, fields([
    `A: ${"x".repeat(65536)}`, `${"a".repeat(65536)}: x`,
    Array.from({ length: 100 }, (_, i) => `A${i}: b`).join("\r\n"),
    Array.from({ length: 20000 }, () => "A:").join("\r\n"),
  ])],
  "a target that is too long": [414, lines([
    `GET /${"x".repeat(16384)} HTTP/1.1`, `GET /?${"x".repeat(100000)} HTTP/1.1`,
    `GET http://h/${"x".repeat(16384)} HTTP/1.1`,
  ])],
  "a tunnel to somewhere else": [405, {
    "CONNECT h:80": "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n",
    "CONNECT [::1]:443": "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\n\r\n",
  }],
};

function named(list, request) {
  return Object.fromEntries(list.map((item) => [JSON.stringify(item).slice(0, 60), request(item)]));
}

function lines(list) {
  return named(list, (line) => `${line}\r\nHost: h\r\n\r\n`);
}

function heads(list) {
  return named(list, (fields) => ["GET / HTTP/1.1", ...fields, "", ""].join("\r\n"));
}

function fields(list) {
  return named(list, (field) => `GET / HTTP/1.1\r\nHost: h\r\n${field}\r\n\r\n`);
}

function bodies(list, body) {
  return named(list, (fields) => ["POST / HTTP/1.1", "Host: h", ...fields, "", body].join("\r\n"));
}

function chunks(list) {
  const head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  return named(list, (chunk) => `${head}${chunk}0\r\n\r\n`);
}

// What comes back for these bytes, and what the server saw of them.
async function outcome(t, world, bytes) {
  const mark = world.server.requests.mark();
  const client = await RawClient.connect(t, { port: world.balancer.ports.plain });
  const answer = (await client.send(Buffer.from(bytes + kBehind, "latin1")).drain()).bytes;
  client.close();
  const statuses = answer.toString("latin1").match(/^HTTP\/1\.1 \d{3}/gm) ?? [];
  const seen = world.server.requests.since(mark).map(({ method, target }) => `${method} ${target}`);
  return [...statuses.map((status) => status.slice(9)), ...seen].join(", ");
}

for (const [what, [status, requests]] of Object.entries(kRefused)) {
  onlyStickler(`${what} is answered ${status}, and no server sees it`, async (t, kind) => {
    const server = await RawServer.start(t, answers("seen\r\n"));
    const servers = [{ name: "s1", port: server.port }];
    const balancer = await startBalancer(t, kind, { servers, check: null });
    const outcomes = {};
    for (const [name, bytes] of Object.entries(requests)) {
      outcomes[name] = await outcome(t, { server, balancer }, bytes);
    }
    const expected = Object.fromEntries(Object.keys(requests).map((name) => [name, `${status}`]));
    assert.deepEqual(outcomes, expected);
  });
}
