// SPDX-License-Identifier: MIT
// The settings as files say them, flat: "timeouts.server" is "10m". What two readings of the same
// files differ in, for whoever reloads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/tree.h"

namespace stickler::config {

// By path; a group is there itself, with an empty text. Named groups are ordered: an order that
// matters is part of the group's text.
using Written = std::map<std::string, std::string>;

Written written_settings(const Node& root);

// In words, one for each difference, at most one for a whole group: "timeouts.server 10m → 15m",
// "backends.app.servers.s3 added", "log.level removed (was debug)".
std::vector<std::string> changes(const Written& before, const Written& after);

}  // namespace stickler::config
