// SPDX-License-Identifier: MIT
// A file that the configuration names, read whole. Loading thread only.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "base/result.h"

namespace stickler::config {

// Of a regular file without NUL bytes, of `largest` bytes at most; else the reason in words.
Result<std::string, std::string> read_text_file(const std::filesystem::path& path,
                                                std::size_t largest);

}  // namespace stickler::config
