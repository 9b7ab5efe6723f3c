// SPDX-License-Identifier: MIT
// A draft as text in libconfig's language. Beside or above each setting stand the lines it comes
// from, with the remarks that stood above them there. Pure.
#pragma once

#include <string>
#include <string_view>

#include "haproxy/draft.h"

namespace stickler::haproxy {

std::string write_draft(const Draft& file);

// "# …" in lines of at most 100 columns, each with `indent` in front; further lines of a sentence
// are indented by two more.
std::string comment(std::string_view sentence, std::string_view indent = "");

}  // namespace stickler::haproxy
