// SPDX-License-Identifier: MIT
#include "backend/resolver.h"

#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace stickler::backend {

Resolution ask_the_system(const net::HostPort& name) {
  Resolution resolution;
  resolution.addresses = net::resolve(name.host, name.port, resolution.error);
  return resolution;
}

// What the resolver and its thread have in common. The thread may be deep in a lookup when the
// resolver goes, and nothing can wake it there: so it is detached, and whoever is last cleans up.
struct Resolver::Shared : std::enable_shared_from_this<Resolver::Shared> {
  Shared(net::EventLoop& its_loop, Lookup its_lookup, Duration its_interval)
      : lookup(std::move(its_lookup)), interval(its_interval), loop(its_loop) {}

  // Tells the loop unless the resolver has stopped, after which there may be no loop any more.
  bool tell(std::size_t name, Resolution resolution);
  bool stopped_while_waiting();
  bool has_stopped();

  const Lookup lookup;
  const Duration interval;
  std::vector<net::HostPort> names;
  Sink sink;  // the loop's thread only

  std::mutex mutex;
  std::condition_variable stop_asked;
  net::EventLoop& loop;  // guarded by mutex: alive while not stopped
  bool stopped = false;  // guarded by mutex
};

Resolver::Resolver(net::EventLoop& loop) : Resolver(loop, &ask_the_system, kInterval) {}

Resolver::Resolver(net::EventLoop& loop, Lookup lookup, Duration interval)
    : shared_(std::make_shared<Shared>(loop, std::move(lookup), interval)) {}

void Resolver::start(std::vector<net::HostPort> names, Sink sink) {
  if (names.empty()) return;
  shared_->names = std::move(names);
  shared_->sink = std::move(sink);
  std::thread(&Resolver::run, shared_).detach();
}

void Resolver::stop() {
  std::lock_guard lock(shared_->mutex);
  shared_->stopped = true;
  shared_->stop_asked.notify_all();
}

void Resolver::run(const std::shared_ptr<Shared>& shared) {
  do {
    for (std::size_t name = 0; name < shared->names.size(); ++name) {
      if (!shared->tell(name, shared->lookup(shared->names[name]))) return;
    }
  } while (!shared->stopped_while_waiting());
}

bool Resolver::Shared::tell(std::size_t name, Resolution resolution) {
  std::lock_guard lock(mutex);
  if (stopped) return false;
  loop.post([self = shared_from_this(), name, resolution = std::move(resolution)] {
    // stop() is called on this thread, so this stays true until the sink returns.
    if (!self->has_stopped()) self->sink(name, resolution);
  });
  return true;
}

bool Resolver::Shared::stopped_while_waiting() {
  std::unique_lock lock(mutex);
  return stop_asked.wait_for(lock, interval, [this] { return stopped; });
}

bool Resolver::Shared::has_stopped() {
  std::lock_guard lock(mutex);
  return stopped;
}

}  // namespace stickler::backend
