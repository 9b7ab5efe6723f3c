// SPDX-License-Identifier: MIT
// A real server on loopback, on a thread of its own, that does to each connection what a script
// says.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "net/address.h"
#include "net/fd.h"

namespace stickler::backend::test {

// The other end of one connection; all calls block, until the server is to stop.
class Peer {
 public:
  Peer(net::Fd fd, int stop) : fd_(std::move(fd)), stop_(stop) {}
  int fd() const { return fd_.get(); }

  std::string read_head() {
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && receive(byte) == 1) head += byte;
    return head;
  }
  void send(std::string_view bytes) { ::send(fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // Waits until the other side has gone; 0 if politely, else the error.
  int wait_for_end() {
    char byte = 0;
    ssize_t got = 0;
    while ((got = receive(byte)) > 0) continue;
    return got == 0 ? 0 : errno;
  }

 private:
  ssize_t receive(char& byte) {
    pollfd waits[2] = {{fd(), POLLIN, 0}, {stop_, POLLIN, 0}};
    ::poll(waits, 2, -1);
    return waits[1].revents != 0 ? 0 : ::recv(fd(), &byte, 1, 0);
  }

  net::Fd fd_;
  int stop_;
};

class ScriptedServer {
 public:
  using Script = std::function<void(Peer&)>;

  explicit ScriptedServer(Script script)
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        stop_(::eventfd(0, EFD_CLOEXEC)),
        script_(std::move(script)) {
    net::Address any = *net::Address::parse("127.0.0.1:0");
    EXPECT_EQ(::bind(listener_.get(), any.data(), any.size()), 0);
    EXPECT_EQ(::listen(listener_.get(), 16), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
  }

  net::Address address() const {
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&bound), &size);
    return net::Address(reinterpret_cast<sockaddr*>(&bound), size);
  }
  int connections() const { return connections_; }

 private:
  void serve() {
    // OpenSSL writes without MSG_NOSIGNAL; the program under test must do without this.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    for (;;) {
      pollfd waits[2] = {{listener_.get(), POLLIN, 0}, {stop_.get(), POLLIN, 0}};
      if (::poll(waits, 2, -1) < 0 || waits[1].revents != 0) return;
      net::Fd accepted(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!accepted) continue;
      ++connections_;
      Peer peer(std::move(accepted), stop_.get());
      script_(peer);
    }
  }

  net::Fd listener_;
  net::Fd stop_;
  Script script_;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

// A whole answer, for scripts to give.
inline constexpr std::string_view kHello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

// Scripts.
inline ScriptedServer::Script answers(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    peer.read_head();
    peer.send(text);
    peer.wait_for_end();
  };
}
inline ScriptedServer::Script says_status(unsigned status) {
  return answers("HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Length: 0\r\n\r\n");
}
inline ScriptedServer::Script stays_silent() {
  return [](Peer& peer) { peer.wait_for_end(); };
}
inline ScriptedServer::Script hangs_up() {
  return [](Peer& peer) { peer.read_head(); };
}

// An address that refuses connections.
inline net::Address refusing_address() { return ScriptedServer(stays_silent()).address(); }

}  // namespace stickler::backend::test
