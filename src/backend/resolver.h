// SPDX-License-Identifier: MIT
// Asks for the addresses of host names, at start and again and again, on a thread of its own:
// getaddrinfo(3) may block for as long as it likes. Knows nothing of servers; what comes of the
// answers is server_health.h's.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/units.h"
#include "net/address.h"
#include "net/event_loop.h"

namespace stickler::backend {

// A name's addresses, the preferred one first; none, and why.
struct Resolution {
  std::vector<net::Address> addresses;
  std::string error;
};

// Asks the system, and waits for as long as that takes.
Resolution ask_the_system(const net::HostPort& name);

class Resolver {
 public:
  using Lookup = std::function<Resolution(const net::HostPort& name)>;
  // Called on the loop's thread, which hears of each name in every round.
  using Sink = std::function<void(std::size_t name, const Resolution& resolution)>;

  // Between two rounds. Short enough for a container that comes back with another address;
  // HAProxy's `hold valid` is the same.
  static constexpr Duration kInterval = std::chrono::seconds(10);

  explicit Resolver(net::EventLoop& loop);
  // Another way to look up, for tests.
  Resolver(net::EventLoop& loop, Lookup lookup, Duration interval);
  ~Resolver() { stop(); }
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  void start(std::vector<net::HostPort> names, Sink sink);
  // The sink will not be called any more. Does not wait for a lookup that is running.
  void stop();

 private:
  struct Shared;
  static void run(const std::shared_ptr<Shared>& shared);

  std::shared_ptr<Shared> shared_;
};

}  // namespace stickler::backend
