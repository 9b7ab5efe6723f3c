// SPDX-License-Identifier: MIT
// What a new configuration does to the keys of a map: those that would come to another server,
// which does not have what belongs to them while the old one still has it in memory. Pure; any
// thread.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace stickler::balance {

struct MovedKeys {
  // "keys that begin with 8 to 9: from dtable-server to dtable-server-2", one each.
  std::vector<std::string> sentences;
  std::vector<std::string> beginnings;  // of those keys; "" : all
  std::vector<std::string> servers;     // that have had them or are to have them, each once

  bool any() const { return !sentences.empty(); }
};

// Backends of the same name, the first of which has a map. Where expressions decide nobody can tell
// what moves: if one has changed, everything does.
MovedKeys moved_keys(const config::Backend& before, const config::Backend& after);

}  // namespace stickler::balance
