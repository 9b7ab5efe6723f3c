// SPDX-License-Identifier: MIT
// What stands behind `if` and `unless`: acls joined by "and" and "or". HAProxy 2.6's manual, 7.2.
// Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "haproxy/acl.h"

namespace stickler::haproxy {

struct Literal {
  Test test;
  bool negated = false;
};
// All of them.
using Clause = std::vector<Literal>;

struct Condition {
  std::vector<Clause> any{Clause{}};  // the one empty clause: always
  std::string fault;                  // why it cannot be translated; else empty
  Lines from;                         // the `acl` lines it uses
  std::string name;                   // of its first acl, or of its first path: for the route

  bool always() const { return any.size() == 1 && any.front().empty(); }
};

// Where `if` or `unless` stands in `words`, at `from` or behind it; their end if nowhere.
std::size_t find_condition(std::span<const std::string> words, std::size_t from);

// From there on; nothing there means always.
Condition parse_condition(std::span<const std::string> words, const Acls& acls);

// A clause for the requests of one listener.
struct ResolvedClause {
  std::vector<AnyOf> fit;      // each of them
  std::vector<AnyOf> not_fit;  // none of them
};
// Without those that are never true there. The error is a sentence.
Result<std::vector<ResolvedClause>, std::string> resolve(const Condition& condition,
                                                         const Facts& facts);

}  // namespace stickler::haproxy
