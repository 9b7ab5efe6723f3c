// SPDX-License-Identifier: MIT
// Reads a configuration in a process of its own before a running one dares to: libconfig ends the
// process that reads certain files. Control thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "net/task.h"

namespace stickler::app {

// Nothing if the files can be read without harm, with whatever verdict; else a sentence.
net::Task<std::optional<std::string>> check_in_child(std::vector<std::filesystem::path> files);

}  // namespace stickler::app
