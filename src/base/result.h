// SPDX-License-Identifier: MIT
// A value or an error, never both: how functions report failures that callers must look at.
// No exceptions cross rooms or waits; an error is a plain value like any other.
#pragma once

#include <utility>
#include <variant>

#include "base/assert.h"

namespace stickler {

// Wraps an error so that `return Failed{...}` converts to any Result with that error type.
template <typename E>
struct Failed {
  E error;
};
template <typename E>
Failed(E) -> Failed<E>;

template <typename T, typename E>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  template <typename F>
  Result(Failed<F> failed) : state_(std::in_place_index<1>, std::move(failed.error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(value()); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  T& value() {
    ASSERT(ok());
    return std::get<0>(state_);
  }
  const T& value() const {
    ASSERT(ok());
    return std::get<0>(state_);
  }
  E& error() {
    ASSERT(!ok());
    return std::get<1>(state_);
  }
  const E& error() const {
    ASSERT(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, E> state_;
};

}  // namespace stickler
