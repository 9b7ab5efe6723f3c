// SPDX-License-Identifier: MIT
// HAProxy's numbers, names and formats of values as ours. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "config/tree.h"

namespace stickler::haproxy {

// "10s", "250"; a bare number is in `unit`. HAProxy 2.6's manual, 2.5.
std::optional<Duration> parse_time(std::string_view text, Duration unit);
// The same as a value, as it is written if we would write it so.
std::optional<config::Node> time_value(std::string_view text, Duration unit);
std::optional<std::int64_t> parse_number(std::string_view text);
// "80", "80-90" or "80:90": first and last.
std::optional<std::pair<unsigned, unsigned>> parse_range(std::string_view text);

// Names that can stand in front of a '=', no two of them alike.
class Names {
 public:
  // `wanted` itself if it fits and is free.
  std::string take(std::string_view wanted);
  bool has(const std::string& name) const { return taken_.contains(name); }

 private:
  std::set<std::string> taken_;
};

// Why no text of ours may hold it; empty: it may.
std::string why_unfit(std::string_view text);

// What is known of all requests of one listener.
struct Facts {
  bool tls = false;
  std::set<unsigned> ports;  // empty: Unix sockets only
};

// A value with HAProxy's variables ("%s", "%[src]") with ours ("${server}"). Some variables are
// constants of a listener: without `facts` they fail. The error is a sentence.
Result<std::string, std::string> translate_format(std::string_view format, const Facts* facts);
// Whether it holds such a variable.
bool depends_on_listener(std::string_view format);

}  // namespace stickler::haproxy
