// SPDX-License-Identifier: MIT
// The arbiter: what our own parser read must be what libconfig reads. It is asked only about texts
// in which the lexer found nothing wrong, so none of its traps is left in them. Loading thread
// only.
#pragma once

#include "config/parser.h"

namespace stickler::config {

void check_with_libconfig(const std::vector<Token>& tokens, const Node& root, Report& report);

}  // namespace stickler::config
