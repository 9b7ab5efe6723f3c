// SPDX-License-Identifier: MIT
// What a route can ask of a request, as a value that can be joined with another. Pure.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace stickler::haproxy {

// All of it must fit; of several texts, any. What is not set asks nothing.
struct Match {
  using Texts = std::optional<std::vector<std::string>>;
  Texts hosts;  // without port; "*.example.com" for those below it
  Texts methods;
  Texts paths;                                              // whole
  Texts prefixes;                                           // of the path
  std::string regex;                                        // of the whole path
  std::vector<std::pair<std::string, std::string>> fields;  // "" for the value: any

  bool asks_nothing() const { return *this == Match{}; }
  bool operator==(const Match&) const = default;
};

// Any of them. None: no request fits. One that asks nothing: every request does.
using AnyOf = std::vector<Match>;
bool fits_all(const AnyOf& any);

enum class Joint { fits, never, cannot };

// `both` is what fits one and the other; `never` if no request does; `cannot` if a route has no
// words for it.
Joint join(const Match& one, const Match& other, Match& both);

}  // namespace stickler::haproxy
