// SPDX-License-Identifier: MIT
// The program's own log: what happens, in sentences, one line each, to standard output. Written by
// a thread of its own, so that no caller waits for a terminal; when that thread cannot keep up the
// oldest lines are dropped. Any thread.
#pragma once

#include <spdlog/spdlog.h>

namespace stickler {

// Call once before any thread starts, and stop_log() last; until then lines go out unbuffered.
void start_log(spdlog::level::level_enum level);
void stop_log();

// Whatever is said here is rare: compilers lay out the ways to it behind the others.
template <typename... Args>
[[gnu::cold]] void log_debug(spdlog::format_string_t<Args...> format, Args&&... args) {
  spdlog::debug(format, std::forward<Args>(args)...);
}
template <typename... Args>
[[gnu::cold]] void log_info(spdlog::format_string_t<Args...> format, Args&&... args) {
  spdlog::info(format, std::forward<Args>(args)...);
}
template <typename... Args>
[[gnu::cold]] void log_warning(spdlog::format_string_t<Args...> format, Args&&... args) {
  spdlog::warn(format, std::forward<Args>(args)...);
}
template <typename... Args>
[[gnu::cold]] void log_error(spdlog::format_string_t<Args...> format, Args&&... args) {
  spdlog::error(format, std::forward<Args>(args)...);
}

}  // namespace stickler
