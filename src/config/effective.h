// SPDX-License-Identifier: MIT
// The configuration as it is in force: every setting of every group there is, with its value and
// where that comes from. For who asks the running program what it goes by.
#pragma once

#include <string>
#include <vector>

#include "config/config.h"

namespace stickler::config {

class Places;
class Sources;

struct EffectiveSetting {
  std::string path;    // "backends.app.check.interval"
  std::string value;   // as a file would say it: "\"2s\"", "true", "[\":80\", \":81\"]"
  std::string origin;  // "stickler.conf:12"; "default"; "derived": from another setting
};

// In the order of the schema, and of the file where that has names of its own. What is not set and
// has no default is left out. While the tree that `places` points into lives.
std::vector<EffectiveSetting> effective_settings(const Config& config, const Places& places,
                                                 const Sources& sources);

}  // namespace stickler::config
