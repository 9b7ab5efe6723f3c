// SPDX-License-Identifier: MIT
#include "app/command_cookie.h"

#include <unistd.h>

#include <cstdio>

#include "app/command_check.h"
#include "app/load_config.h"
#include "observe/runtime_preview.h"
#include "observe/runtime_server_commands.h"
#include "proxy/snapshot.h"

namespace stickler::app {
namespace {

int no_cookie(const std::string& why) {
  std::fprintf(stderr, "stickler: %s\n", why.c_str());
  return 1;
}

}  // namespace

int command_cookie(const std::vector<std::filesystem::path>& files, const std::string& server) {
  config::LoadResult loaded = load_config(files);
  if (loaded.config == nullptr) {
    std::fputs(report_for_people(loaded, wants_colour(STDERR_FILENO)).c_str(), stderr);
    return 1;
  }
  auto snapshot = proxy::Snapshot::build(loaded.config);
  if (!snapshot) return no_cookie(snapshot.error());
  auto found = observe::find_server(**snapshot, server);
  if (!found)
    return no_cookie("there is no server '" + server +
                     "', or there are several: write BACKEND/SERVER");
  const backend::Backend& backend = *(*snapshot)->find_backend(found->backend);
  const auto position = backend.position_of(found->server);
  const std::string cookie = observe::cookie_of(backend, backend.server(*position));
  if (cookie.empty()) return no_cookie("backend '" + backend.name() + "' has no cookie");
  std::puts(cookie.c_str());
  return 0;
}

}  // namespace stickler::app
