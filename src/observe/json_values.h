// SPDX-License-Identifier: MIT
// JSON documents for scripts, made of values: members keep their order, what is not known is null.
#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "base/units.h"
#include "observe/readable.h"

namespace stickler::observe {

using Json = nlohmann::ordered_json;

inline Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// With a fraction.
inline double in_seconds(Duration span) { return std::chrono::duration<double>(span).count(); }

// Seconds since the epoch, with a fraction; null for a time that has not come.
inline Json time_or_null(WallTime time) {
  return time == WallTime{} ? Json() : Json(in_seconds(time.time_since_epoch()));
}

inline Json limit_or_null(Duration limit) {
  return limit == kNoLimit ? Json() : Json(in_seconds(limit));
}

// On pages moments are text.
inline Json iso_or_null(WallTime time) {
  return time == WallTime{} ? Json() : Json(iso_text(time));
}

// Several lines. What clients and servers send may be any bytes: what is no UTF-8 is replaced, not
// thrown at.
inline std::string document(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stickler::observe
