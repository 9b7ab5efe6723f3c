// SPDX-License-Identifier: MIT
// What administrators have done to servers while the program runs.
#include "app/program.h"
#include "base/log.h"
#include "proxy/exchange.h"

namespace stickler::app {

std::string Program::full_name(observe::ServerName server) {
  return std::string(server.backend) + "/" + std::string(server.server);
}

observe::ServerName Program::name_of(std::string_view full_name) {
  const std::size_t slash = full_name.find('/');
  return {full_name.substr(0, slash), full_name.substr(slash + 1)};
}

backend::Admin Program::admin_state(observe::ServerName server) const {
  const backend::ServerHealth* health = monitor_->find(server.backend, server.server);
  return health == nullptr ? backend::Admin::ready : health->state().admin();
}

std::optional<std::string> Program::set_state(observe::ServerName server, backend::Admin state) {
  admin_.of(full_name(server)).state = state;
  apply_admin_state();
  follow_drain(full_name(server));
  save_admin_state();
  return std::nullopt;
}

std::optional<std::string> Program::set_weight(observe::ServerName server, unsigned weight) {
  admin_.of(full_name(server)).weight = weight;
  log_info("server {} has weight {} now, by an administrator", full_name(server), weight);
  apply_admin_state();
  save_admin_state();
  return std::nullopt;
}

std::optional<std::string> Program::set_address(observe::ServerName server,
                                                std::string_view address) {
  if (!net::Address::parse(address)) {
    return "'" + std::string(address) + "' is no address: an IP address is needed, and a port.";
  }
  admin_.of(full_name(server)).address = address;
  apply_admin_state();
  save_admin_state();
  return std::nullopt;
}

void Program::end_tunnels(observe::ServerName server) {
  const backend::ServerHealth* health = monitor_->find(server.backend, server.server);
  if (health == nullptr) return;
  log_info("tunnels to server {} are ended, by an administrator", full_name(server));
  cut_tunnels_to(health->server());
}

// Again and again the same, as far as it is not done yet: after a change, and after a reload.
void Program::apply_admin_state() {
  for (const auto& [name, set] : admin_.overrides()) {
    const observe::ServerName server_name = name_of(name);
    backend::ServerHealth* health = monitor_->find(server_name.backend, server_name.server);
    if (health == nullptr) continue;
    backend::Server& server = health->server();
    if (set.weight && server.view().weight.exchange(*set.weight) != *set.weight) {
      health->weight_changed();
    }
    if (set.address && server.address() != net::Address::parse(*set.address)) {
      health->set_address(*net::Address::parse(*set.address));
    }
    const bool leaves = set.state == backend::Admin::maint && health->state().admin() != set.state;
    health->set_admin(set.state);
    if (leaves) cut_tunnels_to(server);
  }
}

// A tunnel is a session, too: in maintenance everybody moves at once.
void Program::cut_tunnels_to(const backend::Server& server) {
  const std::size_t serial = server.serial();
  for (const auto& worker : workers_) {
    worker->post([serial](proxy::Service& service) { proxy::cut_tunnels(service, serial); });
  }
}

void Program::save_admin_state() {
  const std::string& file = config().runtime.state_file;
  if (file.empty()) return;
  if (auto error = admin_.save(file)) log_error("{}", *error);
}

}  // namespace stickler::app
