// SPDX-License-Identifier: MIT
// What HAProxy does with a request under a condition: `http-request`, `redirect`, `use_backend`,
// `use-server`, and edits of responses. HAProxy 2.6's manual, 4.2. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"
#include "haproxy/condition.h"
#include "haproxy/ledger.h"

namespace stickler::haproxy {

struct FieldEdit {
  enum class Kind { remove, set, add };
  Kind kind = Kind::set;
  std::string name;
  std::string format;  // HAProxy's; of remove empty
};
struct RedirectTo {
  config::Redirect redirect;
  bool same_origin = false;  // only the path is given: scheme, host and port stay
};
// The rest of the section's `http-request` rules is left out.
struct Allow {};
struct UseBackend {
  std::string name;
};
struct UseServer {
  std::string name;
};
using Action = std::variant<FieldEdit, RedirectTo, config::Answer, Allow, UseBackend, UseServer>;

struct Rule {
  Action action;
  Condition condition;
  const Line* line = nullptr;
};

// Each reports what it cannot translate; then there is no rule.
std::optional<Rule> read_http_request(const Line& line, const Acls& acls, Ledger& ledger);
// `http-response` and `http-after-response`: edits only.
std::optional<Rule> read_http_response(const Line& line, const Acls& acls, Ledger& ledger);
std::optional<Rule> read_redirect(const Line& line, const Acls& acls, Ledger& ledger);
// `use_backend` and `use-server`.
std::optional<Rule> read_choice(const Line& line, const Acls& acls, Ledger& ledger);
// `monitor-uri`.
std::optional<Rule> read_monitor_uri(const Line& line, Ledger& ledger);

// The target of `redirect`: "prefix" or "location" and its text. The error is a sentence.
Result<RedirectTo, std::string> read_target(std::string_view kind, std::string_view text);

}  // namespace stickler::haproxy
