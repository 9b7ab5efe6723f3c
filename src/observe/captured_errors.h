// SPDX-License-Identifier: MIT
// The last heads that could not be understood, with their bytes: what `show errors` shows. A few
// are kept, the oldest are forgotten. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "proxy/exchange_record.h"

namespace stickler::observe {

struct CapturedError {
  std::uint64_t number = 0;  // counted from 0 since the process began
  WallTime when{};
  std::string client;  // address and port
  std::string listener;
  std::string backend;  // "" : the client's request, else a server's answer
  std::string server;
  std::string what;
  std::size_t position = 0;
  std::size_t received = 0;  // bytes
  std::string bytes;         // of them, those around the position
  std::size_t first = 0;     // the position of the first of these
};

class CapturedErrors {
 public:
  static constexpr std::size_t kKept = 16;
  static constexpr std::size_t kBytes = 2048;

  void note(const proxy::BadMessage& message);

  // The newest first.
  std::vector<CapturedError> all() const;
  // Since the process began, the forgotten ones included.
  std::uint64_t count() const;

 private:
  mutable std::mutex mutex_;
  std::deque<CapturedError> errors_;  // guarded by mutex_
  std::uint64_t count_ = 0;           // ditto
};

}  // namespace stickler::observe
