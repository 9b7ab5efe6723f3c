// SPDX-License-Identifier: MIT
// The tree of a configuration, each name and value with its place. Loading thread only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostics.h"
#include "config/source.h"

namespace stickler::config {

struct Node {
  enum class Kind { invalid, string, integer, floating, boolean, list, group };
  Kind kind = Kind::invalid;  // invalid: reported already, so nobody complains again
  std::string name;           // empty in a list
  Span name_at;
  Span at;           // the value; of a list or group, the opening bracket
  std::string text;  // of a string, what it says; of other plain values, as written
  std::int64_t integer = 0;
  bool boolean = false;
  std::vector<Node> children;

  const Node* find(std::string_view child) const;
};

// Joins two files given side by side: `listeners` of both become one group, and so on. A name that
// both have within such a group is reported.
void merge(Node& into, Node&& other, Report& report);

// Replaces ${env.NAME} in every text below `node`.
void replace_environment(Node& node, Report& report);

}  // namespace stickler::config
