// SPDX-License-Identifier: MIT
// The lines of a haproxy.cfg, cut into words as HAProxy cuts them: weak and strong quotes, escapes,
// comments, variables of the environment in weak quotes. Knows no directive but `setenv`.
// HAProxy 2.6's configuration manual, 2.2 and 2.3. Pure; any thread.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace stickler::haproxy {

// One line that says something.
struct Line {
  int number = 0;                    // from 1
  std::string text;                  // as written, without blanks around it
  std::vector<std::string> words;    // at least one, without quotes and escapes
  std::vector<std::string> remarks;  // the comment lines right above it, without their '#'
  std::string fault;                 // why its words cannot be trusted; else empty

  // "" beyond the last one.
  std::string_view word(std::size_t index) const {
    return index < words.size() ? std::string_view(words[index]) : std::string_view();
  }
};

using Lines = std::vector<const Line*>;

// A variable's value; nothing if it is not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// A deque: others point at its lines.
std::deque<Line> read_lines(std::string_view text, const Environment& environment);

}  // namespace stickler::haproxy
