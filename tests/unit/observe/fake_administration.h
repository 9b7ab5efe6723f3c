// SPDX-License-Identifier: MIT
// A program that can be asked everything and does what it is told, for tests of those who ask.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "observe/administration.h"

namespace stickler::observe::test {

class FakeAdministration : public Administration {
 public:
  const proxy::Snapshot& snapshot() const override { return *served; }
  StatsSnapshot stats() override { return known; }
  net::Task<std::vector<proxy::LiveSession>> sessions() override { co_return open; }
  net::Task<std::vector<KeptConnections>> kept_connections() override { co_return kept; }
  const CapturedErrors& errors() const override { return captured; }
  const std::vector<config::EffectiveSetting>& settings() const override { return effective; }
  backend::Admin admin_state(ServerName) const override { return backend::Admin::ready; }
  net::Task<ReloadResult> reload(MovedKeys) override { co_return ReloadResult{}; }
  std::optional<std::string> set_state(ServerName, backend::Admin) override { return {}; }
  std::optional<std::string> set_weight(ServerName, unsigned weight) override {
    weights.push_back(weight);
    return {};
  }
  std::optional<std::string> set_address(ServerName, std::string_view) override { return {}; }
  std::vector<cluster::ClusterReport> clusters() const override { return known.clusters; }
  net::Task<Result<std::size_t, std::string>> rebalance(std::string cluster,
                                                        bool dry_run) override {
    rebalanced.push_back(cluster + (dry_run ? " (dry)" : ""));
    if (!refusal.empty()) co_return Failed{refusal};
    co_return will_move;
  }
  void end_tunnels(ServerName server) override { ended.emplace_back(server.server); }
  std::optional<std::string> drain(ServerName, Duration) override { return {}; }
  DrainReport drain_report(ServerName) override { return {}; }

  std::shared_ptr<const proxy::Snapshot> served;
  StatsSnapshot known;
  std::vector<proxy::LiveSession> open;
  std::vector<KeptConnections> kept;  // of each worker
  CapturedErrors captured;
  std::vector<config::EffectiveSetting> effective;
  std::vector<unsigned> weights;   // that were set
  std::vector<std::string> ended;  // servers whose tunnels were
  std::vector<std::string> rebalanced;
  std::size_t will_move = 0;
  std::string refusal;  // "" : it is done
};

}  // namespace stickler::observe::test
