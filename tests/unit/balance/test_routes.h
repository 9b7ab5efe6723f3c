// SPDX-License-Identifier: MIT
// Routes in a line, for tests: with(&Route::methods, {"GET"}), named("git", with(…)).
#pragma once

#include <string>
#include <type_traits>

#include "config/config.h"

namespace stickler::balance {

using config::Route;

// A route with that one condition, or `route` with one more.
template <typename T>
Route with(T Route::* condition, const std::type_identity_t<T>& value, Route route = {}) {
  route.*condition = value;
  return route;
}

inline Route named(const std::string& name, Route route = {}) {
  route.name = name;
  return route;
}

}  // namespace stickler::balance
