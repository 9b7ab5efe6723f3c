// SPDX-License-Identifier: MIT
// A stand-in of a node whose buckets move, as a process of its own: its answer to a request says
// when that came, by which epoch, and on which of its connections. Asked to unload buckets it takes
// its time, and refuses from then on who was sent before.
//
//   moves_node.mjs UNLOAD_MS      prints its port

import http from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { now } from './clock.mjs';

const KEEP_ALIVE_MS = 65_000; // the balancer closes idle connections, not the node

const unloadMs = Number(process.argv[2]);
const epochs = new Map(); // bucket → the epoch of its last unloading
const unloads = []; // { buckets, begun, ended }
let checks = 0;
let connections = 0;

const server = http.createServer(async (request, response) => {
  const at = now();
  switch (request.url) {
    case '/status':
      ++checks;
      return void response.end();
    case '/unload-buckets/':
      return unload(request, response, at);
    case '/seen':
      return void response.end(JSON.stringify({ checks, unloads }));
    default:
      answer(request, response, at);
  }
});
server.on('connection', (socket) => {
  socket.name = `${server.address().port}/${++connections}`;
});
server.keepAliveTimeout = KEEP_ALIVE_MS;

function answer(request, response, at) {
  const epoch = Number(request.headers['x-stickler-epoch'] ?? 0);
  const bucket = /\/dtables\/(..)/.exec(request.url)?.[1];
  if (bucket && !(epoch >= (epochs.get(bucket) ?? 1))) response.statusCode = 409;
  response.end(JSON.stringify({ at, epoch, server: request.socket.name }));
}

async function unload(request, response, begun) {
  const { buckets, epoch } = JSON.parse(await text(request));
  for (const bucket of buckets) epochs.set(bucket, epoch);
  await pause(unloadMs);
  unloads.push({ buckets, begun, ended: now() });
  response.end();
}

server.listen(0, '127.0.0.1', () => console.log(server.address().port));
