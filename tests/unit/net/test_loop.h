// SPDX-License-Identifier: MIT
// A loop for tests, tasks on it, and connections whose other end the test holds in its hand.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/address.h"
#include "net/event_loop.h"
#include "net/plain_stream.h"
#include "net/task_group.h"

namespace stickler::net::test {

// Never reached unless something hangs; and one that is meant to pass.
inline constexpr Duration kPlenty = std::chrono::seconds(20);
inline constexpr Duration kSoon = std::chrono::milliseconds(20);

// The thread's loop for the life of a test.
class TestLoop {
 public:
  // As the program does (app/signals.h).
  TestLoop() { std::signal(SIGPIPE, SIG_IGN); }

  EventLoop& loop() { return loop_; }

  // Runs `task` until its first wait; the rest in settle(), finish() and result_of().
  void start(Task<> task) { tasks_.start(std::move(task)); }
  std::size_t running() const { return tasks_.running(); }

  // Until all tasks have ended.
  void finish() {
    end_.start(stop_at_end());
    loop_.run();
    EXPECT_EQ(tasks_.running(), 0U) << "a task hangs";
  }

  // Until nothing happens any more without time passing or the test doing something.
  void settle() {
    constexpr int kTurns = 12;
    for (int turn = 0; turn < kTurns; ++turn) {
      loop_.stop();
      loop_.run();
    }
  }

  template <typename T>
  T result_of(Task<T> task) {
    std::optional<T> result;
    start(store(std::move(task), result));
    finish();
    return std::move(*result);
  }

  template <typename T>
  static Task<> store(Task<T> task, std::optional<T>& into) {
    T value = co_await task;
    into.emplace(std::move(value));
  }

 private:
  Task<> stop_at_end() {
    co_await tasks_.all_ended(kPlenty);
    loop_.stop();
  }

  EventLoop loop_;
  TaskGroup tasks_;
  TaskGroup end_;
};

// The test's end of a connection. Nothing blocks.
class Peer {
 public:
  explicit Peer(Fd fd) : fd_(std::move(fd)) { ::fcntl(fd_.get(), F_SETFL, O_NONBLOCK); }

  int fd() const { return fd_.get(); }
  // How many bytes the connection took.
  std::size_t send(std::string_view bytes) {
    ssize_t sent = ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
  }
  // All that has arrived, or the first `most` bytes of it; ended() is true behind the last one.
  std::string receive(std::size_t most = std::string::npos) {
    std::string all;
    std::string part(65536, '\0');
    while (all.size() < most) {
      ssize_t got = ::recv(fd(), part.data(), std::min(part.size(), most - all.size()), 0);
      if (got == 0) ended_ = true;
      if (got < 0 && errno == ECONNRESET) was_reset_ = true;
      if (got <= 0) break;
      all.append(part, 0, static_cast<std::size_t>(got));
    }
    return all;
  }
  // Whether the other side has finished sending, once everything has been received.
  bool ended() {
    EXPECT_EQ(receive(), "");
    return ended_;
  }
  // Whether what came so far ended in a reset.
  bool was_reset() const { return was_reset_; }
  void finish() { ::shutdown(fd(), SHUT_WR); }
  void leave() { fd_.reset(); }
  // TCP only.
  void reset() {
    linger abrupt{1, 0};
    ::setsockopt(fd(), SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
    fd_.reset();
  }

 private:
  Fd fd_;
  bool ended_ = false;
  bool was_reset_ = false;
};

struct Connection {
  Socket ours;
  Peer peer;
};

// Bytes written on one end are at the other end at once.
inline Connection local_connection() {
  int ends[2] = {-1, -1};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
  return {Socket(Fd(ends[0])), Peer(Fd(ends[1]))};
}

inline Address bound_address(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  return Address(reinterpret_cast<sockaddr*>(&bound), size);
}

// For what only TCP can do: resets.
inline Connection tcp_connection() {
  Fd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Address any = *Address::parse("127.0.0.1:0");
  EXPECT_EQ(::bind(listener.get(), any.data(), any.size()), 0);
  EXPECT_EQ(::listen(listener.get(), 1), 0);
  Address address = bound_address(listener.get());
  Fd peer(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(peer.get(), address.data(), address.size()), 0);
  Fd ours(::accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  return {Socket(std::move(ours)), Peer(std::move(peer))};
}

// How much of what is sent the kernel keeps while nobody reads: about this much.
inline void keep_little(int fd, int bytes = 4096) {
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

// Different bytes at different places, so that what is lost, doubled or moved shows.
inline std::string pattern(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + (i * 7 + i / 251) % 26);
  return text;
}

}  // namespace stickler::net::test
