// SPDX-License-Identifier: MIT
// Listens with the smallest accept queue; its parent then stops this process and fills the queue
// (see hangingPort).
import net from "node:net";

const kBacklog = 1;

// Linux queues one connection more than the backlog says.
const server = net.createServer().listen({ port: 0, host: "127.0.0.1", backlog: kBacklog }, () => {
  process.send({ port: server.address().port, room: kBacklog + 1 });
});
