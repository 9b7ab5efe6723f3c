// SPDX-License-Identifier: MIT
// HAProxy's acls: criteria with patterns, as what a route can ask. HAProxy 2.6's manual, 7.
// Pure.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "haproxy/cfg_reader.h"
#include "haproxy/match.h"
#include "haproxy/values.h"

namespace stickler::haproxy {

// One way in which a test can be true.
struct Alternative {
  enum class Kind {
    request,   // the request fits `match`
    tls,       // the client came by TLS
    port,      // to one of these ports
    constant,  // always, or never
  };
  Kind kind = Kind::constant;
  Match match;
  std::vector<std::pair<unsigned, unsigned>> ports;
  bool value = false;
};

struct Test {
  std::vector<Alternative> any;
  std::string fault;  // why it cannot be asked of a request; else empty
  Lines from;         // the `acl` lines; none for an anonymous or a predefined one
};

// "path_beg -i /a /b", without name.
Test parse_test(std::span<const std::string> words);

// For the requests of one listener. The error is a sentence.
Result<AnyOf, std::string> resolve(const Test& test, const Facts& facts);

// The acls of one section.
class Acls {
 public:
  // "acl NAME CRITERION …". Of the same name: any of them.
  void add(const Line& line);
  // HAProxy's predefined ones are there, too. Null: there is none of that name.
  const Test* find(const std::string& name) const;

 private:
  std::map<std::string, Test> tests_;
};

}  // namespace stickler::haproxy
