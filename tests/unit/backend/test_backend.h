// SPDX-License-Identifier: MIT
// A backend for tests: servers s1, s2, …, all up, settings to be changed before it is made.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backend/backend.h"

namespace stickler::backend::test {

inline config::Backend settings_of(std::size_t servers, unsigned maxconn = 0) {
  config::Backend settings;
  settings.name = "web";
  settings.check.kind = config::Check::Kind::off;
  for (std::size_t i = 1; i <= servers; ++i) {
    config::Server server;
    server.name = server.cookie = "s" + std::to_string(i);
    server.address = "127.0.0.1:" + std::to_string(i);
    server.maxconn = maxconn;
    settings.servers.push_back(server);
  }
  return settings;
}

}  // namespace stickler::backend::test
