// SPDX-License-Identifier: MIT
#include "app/admin_state.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace stickler::app {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr const char* kStates[] = {"ready", "drain", "maint"};

OrderedJson to_json(const AdminOverride& set) {
  OrderedJson json{{"state", kStates[static_cast<std::size_t>(set.state)]}};
  if (set.weight) json["weight"] = *set.weight;
  if (set.address) json["address"] = *set.address;
  if (set.drain_until) json["drain_until"] = *set.drain_until;
  return json;
}

AdminOverride from_json(const OrderedJson& json) {
  AdminOverride set;
  const std::string state = json.value("state", "ready");
  for (std::size_t i = 0; i < std::size(kStates); ++i) {
    if (state == kStates[i]) set.state = static_cast<backend::Admin>(i);
  }
  if (json.contains("weight")) set.weight = json["weight"].get<unsigned>();
  if (json.contains("drain_until")) set.drain_until = json["drain_until"].get<std::time_t>();
  if (json.contains("address")) set.address = json["address"].get<std::string>();
  return set;
}

const config::Server* find_server(const config::Config& config, const std::string& name) {
  for (const config::Backend& backend : config.backends) {
    for (const config::Server& server : backend.servers) {
      if (backend.name + "/" + server.name == name) return &server;
    }
  }
  return nullptr;
}

}  // namespace

std::optional<std::string> AdminState::load(const std::string& file) {
  std::ifstream in(file);
  if (!in) {
    if (errno == ENOENT) return std::nullopt;
    return file + ": cannot be read: " + std::strerror(errno);
  }
  try {
    Overrides read;
    const OrderedJson state = OrderedJson::parse(in);
    for (const auto& [server, set] : state.at("servers").items()) read[server] = from_json(set);
    overrides_ = std::move(read);
  } catch (const OrderedJson::exception& error) {
    return file + ": is no state file of ours, and not used: " + error.what();
  }
  return std::nullopt;
}

std::optional<std::string> AdminState::save(const std::string& file) const {
  OrderedJson servers = OrderedJson::object();
  for (const auto& [server, set] : overrides_) {
    if (!set.empty()) servers[server] = to_json(set);
  }
  const std::string next = file + ".new";
  std::ofstream out(next, std::ios::trunc);
  out << OrderedJson{{"servers", servers}}.dump(2) << "\n";
  out.close();
  if (out && ::rename(next.c_str(), file.c_str()) == 0) return std::nullopt;
  std::string error = file + ": cannot be written: " + std::strerror(errno);
  ::unlink(next.c_str());
  return error;
}

void AdminState::follow_file(const config::Config& before, const config::Config& now) {
  for (auto& [name, set] : overrides_) {
    const config::Server* was = find_server(before, name);
    const config::Server* is = find_server(now, name);
    if (was == nullptr || is == nullptr) continue;
    if (was->weight != is->weight) set.weight.reset();
    if (was->address != is->address) set.address.reset();
  }
}

}  // namespace stickler::app
