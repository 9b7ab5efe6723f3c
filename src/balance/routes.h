// SPDX-License-Identifier: MIT
// Routes: by host, path, method and field to a backend, a pinned server, a redirect or a fixed
// answer. Compiled once per configuration; matching is pure and thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "balance/path_match.h"
#include "base/result.h"
#include "config/config.h"
#include "http/head.h"

namespace stickler::balance {

// Why a route does not fit: the first of its conditions that is not met.
struct Mismatch {
  Condition condition = Condition::host;
  const config::FieldMatch* field = nullptr;  // which one, if it is a field
};

// What was found of one route; without a mismatch it fits.
struct RouteVerdict {
  const config::Route* route = nullptr;
  std::optional<Mismatch> mismatch = {};
};

class Routes {
 public:
  // Fails with a sentence if a regular expression does not compile (`routes.NAME.path_regex: …`).
  // `routes` are pointed at and must outlive this.
  static Result<Routes, std::string> compile(std::span<const config::Route> routes);
  Routes(Routes&&) noexcept;
  Routes& operator=(Routes&&) noexcept;
  ~Routes();

  // The first route that fits, or null. Matching is on the path as the application will read it
  // (path_match.h), without the query; what is forwarded stays as sent. Paths and methods are
  // case-sensitive, hosts are not.
  const config::Route* match(const http::RequestHead& request) const;

  // The same with its reasons, for who explains: every route that match() looks at, in that order.
  std::vector<RouteVerdict> judge(const http::RequestHead& request) const;

 private:
  struct Compiled;
  explicit Routes(std::vector<Compiled> compiled);
  std::vector<Compiled> compiled_;
};

}  // namespace stickler::balance
