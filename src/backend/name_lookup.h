// SPDX-License-Identifier: MIT
// The addresses of one host name, once, for a coroutine that can wait no longer than its limit:
// getaddrinfo(3) may, on a thread of its own. (resolver.h asks again and again.)
#pragma once

#include <functional>

#include "backend/resolver.h"
#include "base/units.h"
#include "net/address.h"
#include "net/task.h"
#include "net/waiter.h"

namespace stickler::backend {

// So many names are looked up at once; more fail. Only hanging name servers make it so many.
inline constexpr int kLookupsMax = 32;

// An address answers at once. While it waits `*waiting_in`, if given, points to the slot it waits
// in, so that another party on this loop may end the wait; afterwards it is null.
net::Task<Resolution> look_up(net::HostPort name, Duration limit,
                              net::WaitSlot** waiting_in = nullptr);

// Another way to look up, for tests.
net::Task<Resolution> look_up(net::HostPort name, Duration limit, net::WaitSlot** waiting_in,
                              Resolver::Lookup way);

}  // namespace stickler::backend
