// SPDX-License-Identifier: MIT
#include "backend/name_lookup.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "net/event_loop.h"
#include "net/wait.h"

namespace stickler::backend {
namespace {

// In brackets any host is one, also "unix".
std::optional<net::Address> address_of(const net::HostPort& name) {
  return net::Address::parse("[" + name.host + "]:" + std::to_string(name.port));
}

Resolution failure(std::string error) { return {{}, std::move(error)}; }

std::atomic<int> running_lookups{0};

// What a lookup's thread has in common with who waits for it, who may be gone long before, and the
// loop, too: so the thread is detached, and whoever is last cleans up.
class Pending : public std::enable_shared_from_this<Pending> {
 public:
  explicit Pending(net::EventLoop& loop) : loop_(&loop) {}

  // Any thread.
  void tell(Resolution answer) {
    std::lock_guard lock(mutex_);
    if (loop_ == nullptr) return;
    loop_->post([self = shared_from_this(), answer = std::move(answer)] {
      self->found = answer;
      self->arrived.announce();
    });
  }
  // Nobody waits any more, and there may soon be no loop.
  void leave() {
    std::lock_guard lock(mutex_);
    loop_ = nullptr;
  }

  // The loop's thread only.
  net::Notice arrived;
  std::optional<Resolution> found;

 private:
  std::mutex mutex_;
  net::EventLoop* loop_;  // guarded by mutex_: alive while not null
};

void run(const std::shared_ptr<Pending>& pending, const net::HostPort& name,
         const Resolver::Lookup& way) {
  Resolution found = way(name);
  --running_lookups;
  pending->tell(std::move(found));
}

// Whether there is one; the system may have none left.
bool start_thread(const std::shared_ptr<Pending>& pending, net::HostPort name,
                  Resolver::Lookup way) {
  if (++running_lookups <= kLookupsMax) {
    try {
      std::thread(&run, pending, std::move(name), std::move(way)).detach();
      return true;
    } catch (const std::system_error&) {  // told below
    }
  }
  --running_lookups;
  return false;
}

}  // namespace

net::Task<Resolution> look_up(net::HostPort name, Duration limit, net::WaitSlot** waiting_in) {
  return look_up(std::move(name), limit, waiting_in, &ask_the_system);
}

net::Task<Resolution> look_up(net::HostPort name, Duration limit, net::WaitSlot** waiting_in,
                              Resolver::Lookup way) {
  if (auto address = address_of(name)) {
    Resolution resolution;
    resolution.addresses.push_back(*address);
    co_return resolution;
  }
  auto pending = std::make_shared<Pending>(net::EventLoop::current());
  if (!start_thread(pending, std::move(name), std::move(way))) {
    co_return failure("too many names are being looked up");
  }
  if (waiting_in != nullptr) *waiting_in = &pending->arrived.slot();
  net::Wake woke = co_await pending->arrived.wait(limit);
  if (waiting_in != nullptr) *waiting_in = nullptr;
  pending->leave();
  if (pending->found) co_return std::move(*pending->found);
  if (woke == net::Wake::cancelled) co_return failure("given up");
  co_return failure("no answer from the name service within " + format_duration(limit));
}

}  // namespace stickler::backend
