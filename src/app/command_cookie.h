// SPDX-License-Identifier: MIT
// stickler cookie: what to send in order to reach one server.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace stickler::app {

// `server`: its name, or BACKEND/SERVER. Exit codes: 0 printed, 1 there is none.
int command_cookie(const std::vector<std::filesystem::path>& files, const std::string& server);

}  // namespace stickler::app
