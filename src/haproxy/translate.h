// SPDX-License-Identifier: MIT
// A haproxy.cfg as a configuration of Stickler. What cannot be translated is said line by line; the
// rest passes `stickler check` as far as a text can: accounts and certificates are looked for by
// whoever runs it. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "haproxy/cfg_reader.h"
#include "haproxy/ledger.h"

namespace stickler::haproxy {

struct Translation {
  std::string configuration;
  std::vector<Finding> complaints;  // by line; empty: translated whole
};

// `name` is what comments call the file.
Translation translate(std::string_view name, std::string_view text, const Environment& environment);

}  // namespace stickler::haproxy
