// SPDX-License-Identifier: MIT
// From words to the tree of a configuration. Goes on after a finding, so that one pass reports them
// all. Follows the grammar of libconfig 1.5; knows no setting by name. Loading thread only.
#pragma once

#include "config/lexer.h"
#include "config/tree.h"

namespace stickler::config {

struct ParseResult {
  Node root;          // a group
  bool whole = true;  // false: a bracket or quote is missing, so the tree means little
};

ParseResult parse(const LexResult& lexed, Report& report);

}  // namespace stickler::config
