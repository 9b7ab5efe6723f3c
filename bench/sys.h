// SPDX-License-Identifier: MIT
// The few system things that the load generator and the origin share: descriptors that close
// themselves, level-triggered epoll, a clock, and bytes to send that cost nearly nothing.
// Level-triggered on purpose: a tool that measures must be too simple to lose a wake-up.
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace stickler::bench {

using Clock = std::chrono::steady_clock;

// Says which system call failed and why, and exits with 2: a tool without its means has nothing
// to report.
[[noreturn]] void die(const std::string& what);

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();

  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// What an epoll set calls when a descriptor is ready. It may close its own descriptor, but must
// not destroy itself or others before `Epoll::wait` has returned.
class Watcher {
 public:
  virtual ~Watcher() = default;
  virtual void on_ready(std::uint32_t events) = 0;
};

class Epoll {
 public:
  Epoll();
  void add(int fd, std::uint32_t events, Watcher& watcher);
  void change(int fd, std::uint32_t events, Watcher& watcher);

  // Calls the watchers of all ready descriptors once.
  void wait(Clock::duration timeout);

 private:
  Fd fd_;
  std::vector<epoll_event> ready_;
};

enum class IoStatus { moved, blocked, ended };

struct Io {
  IoStatus status;
  std::size_t bytes = 0;
};

// Non-blocking receive into `data`; `discard` drops bytes in the kernel without a copy.
Io receive(int fd, char* data, std::size_t size);
Io discard(int fd, std::size_t size);
Io send(int fd, const char* data, std::size_t size);

// Sends zeros straight from the page cache, so that large bodies cost the sender no copy.
Io send_zeros(int fd, std::size_t size);

// A buffer of the thread that any function may use between two waits.
struct Scratch {
  char* data;
  std::size_t size;
};
Scratch scratch();

void set_no_delay(int fd);

// Thousands of tunnels need thousands of descriptors; also, a gone peer is no signal, and a tool
// whose parent died ends too.
void prepare_process();

}  // namespace stickler::bench
