// SPDX-License-Identifier: MIT
#include "observe/supposition.h"

namespace stickler::observe {
namespace {

bool is_about(const Supposition& supposition, std::string_view backend, std::string_view server) {
  const std::string& name = supposition.server;
  return name == server || name == std::string(backend).append("/").append(server);
}

}  // namespace

std::optional<std::string> unfounded(const proxy::Snapshot& snapshot,
                                     const std::vector<Supposition>& supposed) {
  for (const Supposition& supposition : supposed) {
    bool founded = false;
    std::string all;
    for (const auto& backend : snapshot.backends) {
      for (const config::Server& server : backend->settings().servers) {
        founded |= is_about(supposition, backend->name(), server.name);
        all.append(all.empty() ? "" : ", ").append(backend->name() + "/" + server.name);
      }
    }
    if (!founded) return "there is no server '" + supposition.server + "' (there are " + all + ")";
  }
  return std::nullopt;
}

void suppose(const std::vector<Supposition>& supposed, const config::Backend& backend,
             balance::SupposedServers& servers) {
  for (const Supposition& supposition : supposed) {
    for (std::size_t position = 0; position < backend.servers.size(); ++position) {
      if (!is_about(supposition, backend.name, backend.servers[position].name)) continue;
      servers.suppose(position, supposition.state);
    }
  }
}

}  // namespace stickler::observe
