// SPDX-License-Identifier: MIT
// Editing sessions of the stand-in instance over the real socket.io 0.9: what Server Pro's
// real-time service speaks. A session lives in the memory of the instance where the project was
// opened; if it, or a socket.io session, turns up elsewhere, the instance complains.
import socketIo from "socket.io-0.9";

const kSilent = { debug() {}, info() {}, warn() {}, error() {} };
const kSocketPath = /^\/socket\.io\/1\/(websocket|xhr-polling)\/([\w-]+)/;

export function attachEditing(server, instance, heartbeat) {
  const io = socketIo.listen(server, {
    "logger": kSilent,
    "transports": ["websocket", "xhr-polling"],
    "heartbeat interval": heartbeat,
    "heartbeat timeout": heartbeat * 2.4, // 25 s and 60 s in Server Pro
    "close timeout": heartbeat * 2.4,
    "polling duration": heartbeat * 0.8,
    "authorization": (handshake, accept) => accept(null, Boolean(handshake.query.projectId)),
  });
  complainAboutStrangers(server, io, instance);
  io.sockets.on("connection", (socket) => serveEditor(socket, instance));
}

// Before socket.io answers: is this socket.io session one of ours?
function complainAboutStrangers(server, io, instance) {
  const look = ({ url }) => {
    const [, transport, id] = kSocketPath.exec(url) ?? [];
    if (!id || io.handshaken[id]) return;
    const text = `socket.io session ${id} (${transport}) is unknown at ${instance.name}`;
    instance.tell({ event: "stray", id, text });
  };
  server.prependListener("request", look);
  server.prependListener("upgrade", look);
}

function serveEditor(socket, instance) {
  let session;
  const { projectId } = socket.handshake.query;
  instance.tell({ event: "connected", id: socket.id });

  const reject = (message) => {
    instance.complain(message);
    socket.emit("connectionRejected", { message });
    socket.disconnect();
  };

  socket.on("joinProject", ({ project_id, session: id }, done) => {
    session = instance.sessions.get(id);
    if (!session) return reject(`editing session ${id} was not opened at ${instance.name}`);
    if (project_id !== projectId || session.project !== project_id) {
      return reject(`session ${id} is of project ${session.project}, not ${project_id}`);
    }
    instance.tell({ event: "joined", session: id, editor: session.editor });
    done(null, { instance: instance.name, version: session.next });
  });

  socket.on("applyOtUpdate", ({ number, text }, done) => {
    if (!session) return reject(`an edit came to ${instance.name} before joinProject`);
    if (number !== session.next) {
      return reject(`${session.editor}: edit ${number} came when ${session.next} was due`);
    }
    session.next = number + 1;
    instance.tell({ event: "edit", editor: session.editor, number, text });
    done(null, { instance: instance.name, number });
  });

  socket.on("disconnect", (reason) => {
    instance.tell({ event: "left", id: socket.id, editor: session?.editor, reason });
  });
}
