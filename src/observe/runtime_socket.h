// SPDX-License-Identifier: MIT
// The runtime socket: a Unix socket on which one asks and steers the running program, with
// HAProxy's manners (its management guide, 9.3): one line, its answers, the end; or, after
// `prompt`, line after line. Each answer ends with an empty line. Control thread.
#pragma once

#include "net/fd.h"
#include "net/socket.h"
#include "net/task_group.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {

class RuntimeSocket {
 public:
  // `listening` is bound and non-blocking. `commands` outlives this object.
  RuntimeSocket(net::Fd listening, const RuntimeCommands& commands);

  void start();
  // Ends everything within the loop's next turns; co_await stopped() before destroying this.
  void stop();
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }

 private:
  struct Conversation;
  net::Task<> accept();
  net::Task<> converse(net::Socket socket);
  net::Task<bool> answer(Conversation* conversation, std::string line);

  net::Socket listening_;
  const RuntimeCommands& commands_;
  net::TaskGroup tasks_;
  std::vector<Conversation*> open_;
  bool stopping_ = false;
};

}  // namespace stickler::observe
