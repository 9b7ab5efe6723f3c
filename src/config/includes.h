// SPDX-License-Identifier: MIT
// Reads a file and everything it includes into one run of tokens. libconfig's own @include is never
// used: given a directory it ends the process. Only regular files are read. Loading thread only.
#pragma once

#include <filesystem>
#include <vector>

#include "config/lexer.h"

namespace stickler::config {

// A relative path in `@include "path"` starts from the including file's folder. What cannot be read
// is reported and left out.
LexResult lex_with_includes(const std::filesystem::path& file, Sources& sources, Report& report);

}  // namespace stickler::config
