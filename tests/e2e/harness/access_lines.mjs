// SPDX-License-Identifier: MIT
// HAProxy's httplog line, taken apart.

// addr:port [date] frontend backend/server Tq/Tw/Tc/Tr/Ta status bytes - - flags counts queues "…"
const kLine = new RegExp([
  String.raw`^(\S+):(\d+) \[(\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d\.\d{3})\] (\S+) (\S+)/(\S+)`,
  String.raw`(-?\d+)/(-?\d+)/(-?\d+)/(-?\d+)/(\+?\d+) (-?\d+) (\d+) - - (\S{4})`,
  String.raw`(\d+/\d+/\d+/\d+/\+?\d+) (\d+/\d+) "(.*)"$`,
].join(" "));

export function isAccessLine(line) {
  return kLine.test(line);
}

// { client, port, date, frontend, backend, server, timers, status, bytes, flags, counts, queues,
//   request }; undefined for other lines.
export function parseAccessLine(line) {
  const found = kLine.exec(line);
  if (!found) return undefined;
  const [, client, port, date, frontend, backend, server, ...rest] = found;
  const timers = rest.slice(0, 5).map(Number);
  const [status, bytes, flags, counts, queues, request] = rest.slice(5);
  return { client, port, date, frontend, backend, server, timers, status: Number(status),
           bytes: Number(bytes), flags, counts, queues, request };
}

// What does not depend on how long anything took: "s1 n/n/-/-/n 503 SCNN 1/1/0/0/+1 0/0". A dash
// stands for what was not reached.
export function gist(line) {
  const { server, timers, status, flags, counts, queues } = parseAccessLine(line);
  const reached = timers.map((time) => (time < 0 ? "-" : "n")).join("/");
  return [server, reached, status, flags, counts, queues].join(" ");
}
