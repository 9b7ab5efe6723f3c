// SPDX-License-Identifier: MIT
// recv(2) and send(2), which a small request calls twice each, without glibc's way through them:
// that allows for pthread_cancel(), which nobody here calls, and takes one to two hundredths of
// the request's time. Sanitizers need it, for they see there which bytes are read and written.
#pragma once

#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

namespace stickler::net {

#if defined(_GLIBCXX_ASSERTIONS)  // sanitized builds

inline ssize_t receive(int fd, char* into, std::size_t size) { return ::recv(fd, into, size, 0); }

inline ssize_t send(int fd, const void* bytes, std::size_t size) {
  return ::send(fd, bytes, size, MSG_NOSIGNAL);
}

#else

inline ssize_t receive(int fd, char* into, std::size_t size) {
  return ::syscall(SYS_recvfrom, fd, into, size, 0, nullptr, nullptr);
}

inline ssize_t send(int fd, const void* bytes, std::size_t size) {
  return ::syscall(SYS_sendto, fd, bytes, size, MSG_NOSIGNAL, nullptr, 0);
}

#endif

}  // namespace stickler::net
