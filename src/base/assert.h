// SPDX-License-Identifier: MIT
// Invariants that stay checked in release builds: they are cheap, and a balancer that goes on after
// a broken one could send a session to the wrong server.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace stickler {

[[noreturn]] inline void assertion_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, what);
  std::abort();
}

}  // namespace stickler

#define ASSERT(condition)                 \
  (static_cast<bool>(condition) ? void(0) \
                                : ::stickler::assertion_failed(#condition, __FILE__, __LINE__))
