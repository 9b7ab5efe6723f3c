// SPDX-License-Identifier: MIT
#include "sys.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace stickler::bench {
namespace {

constexpr std::size_t kScratchBytes = 256 * 1024;
constexpr std::size_t kZeroBytes = 1024 * 1024;
constexpr std::size_t kReadyAtOnce = 256;
constexpr rlim_t kDescriptorsWanted = 65'536;

Io outcome(ssize_t result) {
  if (result > 0) return {IoStatus::moved, static_cast<std::size_t>(result)};
  if (result < 0 && (errno == EAGAIN || errno == EINTR)) return {IoStatus::blocked};
  return {IoStatus::ended};
}

int zero_file() {
  static const Fd file = [] {
    Fd made(memfd_create("zeros", MFD_CLOEXEC));
    if (made.get() < 0 || ftruncate(made.get(), kZeroBytes) != 0) die("memfd_create");
    return made;
  }();
  return file.get();
}

}  // namespace

void die(const std::string& what) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(2);
}

Fd::~Fd() {
  if (fd_ >= 0) close(fd_);
}

Epoll::Epoll() : fd_(epoll_create1(EPOLL_CLOEXEC)), ready_(kReadyAtOnce) {
  if (fd_.get() < 0) die("epoll_create1");
}

void Epoll::add(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{.events = events, .data = {.ptr = &watcher}};
  if (epoll_ctl(fd_.get(), EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl add");
}

void Epoll::change(int fd, std::uint32_t events, Watcher& watcher) {
  epoll_event event{.events = events, .data = {.ptr = &watcher}};
  if (epoll_ctl(fd_.get(), EPOLL_CTL_MOD, fd, &event) != 0) die("epoll_ctl change");
}

void Epoll::wait(Clock::duration timeout) {
  // Nanoseconds, because a rate of some thousand requests per second is finer than epoll_wait.
  const auto ns = std::max<std::int64_t>(0, std::chrono::nanoseconds(timeout).count());
  const timespec limit{.tv_sec = ns / 1'000'000'000, .tv_nsec = ns % 1'000'000'000};
  const int count = epoll_pwait2(fd_.get(), ready_.data(), kReadyAtOnce, &limit, nullptr);
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = ready_[static_cast<std::size_t>(i)];
    static_cast<Watcher*>(event.data.ptr)->on_ready(event.events);
  }
}

Io receive(int fd, char* data, std::size_t size) { return outcome(recv(fd, data, size, 0)); }

Io discard(int fd, std::size_t size) {
  return outcome(recv(fd, nullptr, size, MSG_TRUNC));  // tcp(7): dropped without a copy
}

Io send(int fd, const char* data, std::size_t size) {
  return outcome(::send(fd, data, size, MSG_NOSIGNAL));
}

Io send_zeros(int fd, std::size_t size) {
  off_t from = 0;
  return outcome(sendfile(fd, zero_file(), &from, std::min(size, kZeroBytes)));
}

Scratch scratch() {
  static std::array<char, kScratchBytes> buffer;
  return {buffer.data(), buffer.size()};
}

void set_no_delay(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void prepare_process() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t granted = std::max(limit.rlim_max, kDescriptorsWanted);
  const rlimit raised{.rlim_cur = granted, .rlim_max = granted};
  if (setrlimit(RLIMIT_NOFILE, &raised) != 0) {  // only root may go beyond the hard limit
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  std::signal(SIGPIPE, SIG_IGN);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
}

}  // namespace stickler::bench
