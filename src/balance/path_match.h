// SPDX-License-Identifier: MIT
// A request's path against a route's conditions, both in the normal form of RFC 3986 §6.2.2, so
// that
// "/%67it/", "//git/" and "/x/../git/" cannot slip past a condition on "/git/". Compiled once per
// configuration; matching is pure and thread-safe. Knows no queries and no hosts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace re2 {
class RE2;
}

namespace stickler::balance {

// The path as an application will read it: percent-encoded unreserved characters decoded, other
// escapes in capitals, "//" merged, "." and ".." resolved (never above the root). A path that is
// normal already, as nearly all are, is returned as it is; else the result is in `scratch`. What
// does not begin with '/' is left alone ("*").
std::string_view normalize_path(std::string_view path, std::string& scratch);

// Of paths, whose bytes need not be UTF-8. Ask it whether it is ok(): it may not compile.
std::unique_ptr<re2::RE2> compile_path_regex(const std::string& pattern);

// The kinds of conditions a route may have, in the order in which they are looked at.
enum class Condition : std::uint8_t { host, path, path_prefix, path_regex, method, field };

class PathMatch {
 public:
  // Fails with RE2's own words if the regular expression does not compile.
  static Result<PathMatch, std::string> compile(const config::Route& route);
  PathMatch(PathMatch&&) noexcept;
  PathMatch& operator=(PathMatch&&) noexcept;
  ~PathMatch();

  // Whether every kind of condition given fits: one of the exact paths, one of the prefixes, the
  // regular expression over the whole path.
  bool fits(std::string_view normal_path) const { return !mismatch(normal_path); }
  // The first kind that does not fit; nothing if all do.
  std::optional<Condition> mismatch(std::string_view normal_path) const;

 private:
  PathMatch();

  std::vector<std::string> exact_;
  std::vector<std::string> prefixes_;
  std::unique_ptr<re2::RE2> regex_;  // null: any path
};

}  // namespace stickler::balance
