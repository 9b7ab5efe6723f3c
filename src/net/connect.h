// SPDX-License-Identifier: MIT
// Opens a connection to an address without blocking the loop. For requests and health checks alike,
// so it knows nothing of servers; runs on the thread of the loop that calls it. See connect(2).
#pragma once

#include <cerrno>

#include "base/units.h"
#include "net/address.h"
#include "net/socket.h"
#include "net/task.h"

namespace stickler::net {

struct ConnectResult {
  Socket socket;           // open only when ok()
  int error = 0;           // errno; ETIMEDOUT also when the limit has passed
  bool cancelled = false;  // `error` is ECANCELED then

  bool ok() const { return error == 0; }
  // Nobody was asked: this process, or the host, has no descriptor left.
  bool out_of_descriptors() const { return error == EMFILE || error == ENFILE; }
};

// `limit` is for the whole of it. While it waits `*waiting_in`, if given, points to the slot it
// waits in, so that another party on this loop may end the wait; afterwards it is null.
Task<ConnectResult> connect_to(const Address& address, Duration limit,
                               WaitSlot** waiting_in = nullptr);

}  // namespace stickler::net
