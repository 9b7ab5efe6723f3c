// SPDX-License-Identifier: MIT
#include "observe/captured_errors.h"

#include <algorithm>
#include <utility>

namespace stickler::observe {
namespace {

// Up to the offence there is mostly more to see than behind it.
std::size_t first_kept(const proxy::BadMessage& message) {
  constexpr std::size_t kBefore = CapturedErrors::kBytes * 3 / 4;
  if (message.bytes.size() <= CapturedErrors::kBytes || message.position <= kBefore) return 0;
  return std::min(message.position, message.bytes.size()) - kBefore;
}

}  // namespace

void CapturedErrors::note(const proxy::BadMessage& message) {
  CapturedError error;
  error.when = message.when;
  error.client = message.client;
  error.listener = message.listener;
  error.backend = message.backend;
  error.server = message.server;
  error.what = message.what;
  error.position = message.position;
  error.received = message.bytes.size();
  error.first = first_kept(message);
  error.bytes = message.bytes.substr(error.first, kBytes);

  std::lock_guard lock(mutex_);
  error.number = count_++;
  errors_.push_front(std::move(error));
  if (errors_.size() > kKept) errors_.pop_back();
}

std::vector<CapturedError> CapturedErrors::all() const {
  std::lock_guard lock(mutex_);
  return {errors_.begin(), errors_.end()};
}

std::uint64_t CapturedErrors::count() const {
  std::lock_guard lock(mutex_);
  return count_;
}

}  // namespace stickler::observe
