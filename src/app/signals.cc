// SPDX-License-Identifier: MIT
#include "app/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>

namespace stickler::app {
namespace {

sigset_t set_of(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : signals) sigaddset(&set, signal);
  return set;
}

net::Fd open_signalfd(std::initializer_list<int> signals) {
  sigset_t set = set_of(signals);
  return net::Fd(::signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

}  // namespace

void block_signals(std::initializer_list<int> signals) {
  sigset_t set = set_of(signals);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

SignalReader::SignalReader(std::initializer_list<int> signals) : socket_(open_signalfd(signals)) {}

net::Task<std::optional<int>> SignalReader::next() {
  for (;;) {
    signalfd_siginfo info{};
    ssize_t got = ::read(socket_.fd(), &info, sizeof info);
    if (got == sizeof info) co_return static_cast<int>(info.ssi_signo);
    socket_.drained();
    net::Wake woke = co_await socket_.readable(kNoLimit);
    if (woke != net::Wake::ready) co_return std::nullopt;
  }
}

}  // namespace stickler::app
