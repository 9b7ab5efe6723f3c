// SPDX-License-Identifier: MIT
#include "app/demo_fleet.h"

#include <utility>

namespace stickler::app {

DemoFleet::DemoFleet(std::vector<HeldPort> ports) {
  for (const HeldPort& port : ports) {
    members_.push_back({"demo-" + std::to_string(members_.size() + 1), port.number()});
    neighbours_.push_back({members_.back().name});
  }
  for (HeldPort& port : ports) {
    servers_.push_back(std::make_unique<DemoServer>(std::move(port), neighbours_, servers_.size(),
                                                    [this](DemoSwitch wanted) { apply(wanted); }));
  }
}

DemoFleet::~DemoFleet() {
  if (!thread_.joinable()) return;
  loop_.post([this] { ending_.start(shut_down()); });
  thread_.join();
}

void DemoFleet::start() {
  thread_ = std::thread([this] { run(); });
}

void DemoFleet::run() {
  loop_.adopt_thread();
  for (const auto& server : servers_) server->start();
  loop_.run();
}

void DemoFleet::apply(DemoSwitch wanted) {
  DemoServer& server = *servers_[wanted.server];
  if (wanted.on) {
    server.start();
  } else {
    server.stop();
  }
}

net::Task<> DemoFleet::shut_down() {
  for (const auto& server : servers_) {
    server->stop();
    co_await server->stopped();
  }
  loop_.stop();
}

}  // namespace stickler::app
