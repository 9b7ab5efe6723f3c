// SPDX-License-Identifier: MIT
// The rest of a request body on its way from the client to the server, beside the response. Reads
// no faster than the server takes.
#pragma once

#include <optional>

#include "backend/server_connection.h"
#include "net/task_group.h"
#include "proxy/client_connection.h"
#include "proxy/failure.h"
#include "proxy/piece_size.h"
#include "proxy/service.h"

namespace stickler::proxy {

class Upload {
 public:
  Upload(ClientConnection& client, Service& service) : client_(client), service_(service) {}

  struct Limits {
    Duration body;               // the client sends nothing
    Duration server;             // the server takes nothing
    std::uint64_t max_body = 0;  // bytes in all; 0 : any
  };

  // Begins sending what follows `sent` bytes already under way. Whenever it ends it wakes who waits
  // for the server's response.
  void start(backend::ServerConnection& server, bool chunked, std::uint64_t sent, Limits limits);
  // The client waits for permission (Expect: 100-continue): its silence is no fault until permit().
  void await_permission() { permitted_ = false; }
  void permit();
  bool awaits_permission() const { return running() && !permitted_; }

  bool running() const { return group_.running() > 0; }
  // Why it ended before the body did, if the client is to blame. A server that takes no more is
  // not a failure yet: its answer may be on the way.
  const std::optional<Failure>& failure() const { return failure_; }
  // Whether the server was not sent all that was read: then it waits for the rest, and no other
  // request may follow on its connection.
  bool fell_short() const { return fell_short_; }
  // Of the body that the server was sent.
  std::uint64_t bytes() const { return bytes_; }
  // There was nothing to start for: the body came with the head.
  void came_whole(std::uint64_t bytes) { bytes_ = bytes; }

  // Ends it at its next wait, and waits for that.
  net::Task<> stop();

 private:
  net::Task<> run();
  // Each: how many bytes; nothing if no more shall follow.
  net::Task<std::optional<std::size_t>> copy_piece();
  net::Task<std::optional<std::size_t>> pipe_piece(net::SplicePipe& pipe);
  net::SplicePipe* pipe() const;
  Duration patience() const { return permitted_ ? limits_.body : kNoLimit; }
  bool may_send(std::size_t bytes);
  bool sent(std::size_t bytes, const net::WriteResult& written);
  void fail(ClientResult result);

  ClientConnection& client_;
  Service& service_;
  backend::ServerConnection* server_ = nullptr;
  net::TaskGroup group_;
  std::optional<Failure> failure_;
  Limits limits_;
  std::uint64_t bytes_ = 0;
  PieceSize piece_size_;
  bool chunked_ = false;
  bool permitted_ = true;
  bool fell_short_ = false;
  bool stopping_ = false;
};

}  // namespace stickler::proxy
