// SPDX-License-Identifier: MIT
#include "net/splice_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/assert.h"

namespace stickler::net {
namespace {

// Each piece of a packet takes a page's place in the pipe, however small it is. An unprivileged
// process may have a pipe of this size (pipe(7)); with a smaller one there are more steps.
constexpr int kSize = 1024 * 1024;

constexpr unsigned kHow = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;

// The kernel, or who stands guard before it (seccomp), does not splice these sockets.
thread_local bool refused = false;

bool is_refusal(int error) { return error == ENOSYS || error == EINVAL || error == EPERM; }

}  // namespace

SplicePipe* SplicePipe::local() {
  thread_local std::unique_ptr<SplicePipe> pipe;
  if (refused) return nullptr;
  if (pipe == nullptr) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
    pipe = std::make_unique<SplicePipe>(Fd(ends[0]), Fd(ends[1]));
  }
  return pipe.get();
}

SplicePipe::SplicePipe(Fd read, Fd write) : read_(std::move(read)), write_(std::move(write)) {
  ::fcntl(write_.get(), F_SETPIPE_SZ, kSize);
}

IoResult SplicePipe::fill(PlainStream& from, std::size_t most) {
  ASSERT(held_ == 0);
  Socket& socket = from.socket();
  if (!socket.maybe_readable()) return {IoResult::Kind::would_block};
  for (;;) {
    ssize_t got = ::splice(socket.fd(), nullptr, write_.get(), nullptr, most, kHow);
    if (got > 0) {
      held_ = static_cast<std::size_t>(got);
      return {IoResult::Kind::done, held_};
    }
    if (got == 0) return {IoResult::Kind::eof};
    if (errno == EINTR) continue;
    if (is_refusal(errno)) {
      refused = true;
      return {IoResult::Kind::done, 0};
    }
    if (errno != EAGAIN) return {IoResult::Kind::failed, 0, errno};
    socket.drained();
    return {IoResult::Kind::would_block};
  }
}

IoResult SplicePipe::empty_into(PlainStream& to) {
  Socket& socket = to.socket();
  if (!socket.maybe_writable()) return {IoResult::Kind::would_block};
  if (!to.may_write()) {
    forget();
    return {IoResult::Kind::failed, 0, ECANCELED};
  }
  for (;;) {
    ssize_t sent = ::splice(read_.get(), nullptr, socket.fd(), nullptr, held_, kHow);
    if (sent > 0) {
      held_ -= static_cast<std::size_t>(sent);
      return {IoResult::Kind::done, static_cast<std::size_t>(sent)};
    }
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && is_refusal(errno)) {
      refused = true;
      return {IoResult::Kind::would_block};
    }
    if (sent < 0 && errno != EAGAIN) {
      IoResult failed{IoResult::Kind::failed, 0, errno};
      forget();
      return failed;
    }
    socket.filled();
    return {IoResult::Kind::would_block};
  }
}

void SplicePipe::take_out(char* into) {
  while (held_ > 0) {
    ssize_t got = ::read(read_.get(), into, held_);
    if (got < 0 && errno == EINTR) continue;
    ASSERT(got > 0);
    into += got;
    held_ -= static_cast<std::size_t>(got);
  }
}

void SplicePipe::forget() {
  auto nowhere = std::make_unique<char[]>(held_);
  take_out(nowhere.get());
}

}  // namespace stickler::net
