// SPDX-License-Identifier: MIT
// A stand-in instance that speaks socket.io 4, by polling and WebSocket. A connection's state is
// its own counter; a session that was opened elsewhere is complained about.
import http from "node:http";
import { Server } from "socket.io";
import { self, serve } from "./self.mjs";

const server = http.createServer((request, response) => {
  response.end(request.url === "/status" ? "web is alive (web)" : `${self.name}\n`);
});
server.keepAliveTimeout = 65_000;

const io = new Server(server, { pingInterval: Number(process.env.HEARTBEAT ?? 25) * 1000 });

io.engine.on("connection_error", ({ message, req }) => {
  self.complain(`${message} at ${self.name}: ${req.method} ${req.url}`);
});

io.on("connection", (socket) => {
  let count = 0;
  self.tell({ event: "connected", id: socket.id });
  socket.on("count", (number, done) => {
    if (number !== ++count) self.complain(`${socket.id} sent ${number}, ${count} was due`);
    done({ instance: self.name, count, transport: socket.conn.transport.name });
  });
  socket.on("echo", (data, done) => done(data));
  socket.on("disconnect", (reason) => self.tell({ event: "left", id: socket.id, reason }));
});

serve(server);
