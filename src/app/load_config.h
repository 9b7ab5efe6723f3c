// SPDX-License-Identifier: MIT
// A configuration loaded for this program: its certificates are read exactly as its listeners will
// read them. Any thread.
#pragma once

#include <filesystem>
#include <vector>

#include "config/load.h"

namespace stickler::app {

config::LoadResult load_config(const std::vector<std::filesystem::path>& files);

}  // namespace stickler::app
