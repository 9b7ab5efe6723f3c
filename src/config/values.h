// SPDX-License-Identifier: MIT
// One value of the tree, judged by its row: form, unit, bounds, words. Loading thread only.
#pragma once

#include <optional>
#include <string>

#include "config/schema.h"
#include "config/tree.h"

namespace stickler::config {

// `path` names the setting in messages. Nothing if it was reported.
std::optional<Value> read_value(const Setting& setting, const Node& node, const std::string& path,
                                Report& report);

// What must stand there instead, as "must be a group".
void report_wrong_form(const Setting& setting, const Node& node, const std::string& path,
                       Report& report);

}  // namespace stickler::config
