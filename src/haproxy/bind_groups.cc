// SPDX-License-Identifier: MIT
#include <algorithm>
#include <set>

#include "haproxy/write_listener.h"

namespace stickler::haproxy {
namespace {

// Binds with the same key are one listener.
std::string key_of(const Bind& bind) {
  std::string key = bind.tls ? "tls" : "";
  for (const auto& [name, said] : bind.settings) {
    key += "\n" + name + "=" + said.value.text;
    for (const config::Node& child : said.value.children) key += "\n " + child.text;
  }
  return key;
}

class Grouper {
 public:
  Grouper(const std::vector<const Proxy*>& fronts, Ledger& ledger)
      : fronts_(fronts), ledger_(ledger) {}

  std::vector<BindGroup> run() {
    for (const Proxy* front : fronts_) {
      for (const Bind& bind : front->binds) note_families(bind);
    }
    for (const Proxy* front : fronts_) add(*front);
    return std::move(groups_);
  }

 private:
  // An address of all IPv4 alone is written ":80", which takes IPv6 as well, if that is free.
  void note_families(const Bind& bind) {
    for (const BindAddress& address : bind.addresses) {
      if (address.reach == BindAddress::Reach::ipv6) ipv6_ports_.insert(address.port);
    }
  }

  std::string text_of(const BindAddress& address) const {
    const std::string tail = ":" + std::to_string(address.port);
    switch (address.reach) {
      case BindAddress::Reach::one:
        return address.text;
      case BindAddress::Reach::ipv4:
        return (ipv6_ports_.contains(address.port) ? "0.0.0.0" : "") + tail;
      case BindAddress::Reach::ipv6:
        return "[::]" + tail;
      case BindAddress::Reach::both:
        return tail;
    }
    return tail;
  }

  void add(const Proxy& front) {
    std::vector<std::pair<std::string, BindGroup>> groups;
    for (const Bind& bind : front.binds) {
      std::string key = key_of(bind);
      auto known = std::ranges::find(groups, key, &std::pair<std::string, BindGroup>::first);
      if (known == groups.end()) {
        known = groups.insert(groups.end(), {key, {}});
        known->second.front = &front;
        known->second.facts.tls = bind.tls;
      }
      add(bind, known->second);
    }
    std::erase_if(groups, [](const auto& group) { return group.second.texts.empty(); });
    for (auto& [key, group] : groups) {
      std::string suffix = group.facts.tls ? "-https" : "-http";
      group.name = names_.take(front.name + (groups.size() > 1 ? suffix : ""));
      groups_.push_back(std::move(group));
    }
  }

  void add(const Bind& bind, BindGroup& group) {
    group.binds.push_back(&bind);
    for (const BindAddress& address : bind.addresses) {
      std::string text = text_of(address);
      bool known =
          std::ranges::find(group.texts, text, &std::pair<std::string, const Line*>::first) !=
          group.texts.end();
      if (known || !take(text, *bind.line)) continue;
      group.texts.emplace_back(text, bind.line);
      if (address.port != 0) group.facts.ports.insert(address.port);
    }
  }

  bool take(const std::string& text, const Line& line) {
    std::vector<std::string> sockets{text};
    if (text.starts_with(':')) sockets = {"0.0.0.0" + text, "[::]" + text};
    for (const std::string& socket : sockets) {
      auto taken = taken_.find(socket);
      if (taken == taken_.end()) continue;
      ledger_.cannot(line, text,
                     "line " + std::to_string(taken->second) + " listens there already");
      return false;
    }
    for (const std::string& socket : sockets) taken_.emplace(socket, line.number);
    return true;
  }

  const std::vector<const Proxy*>& fronts_;
  Ledger& ledger_;
  std::set<unsigned> ipv6_ports_;
  std::map<std::string, int> taken_;
  Names names_;
  std::vector<BindGroup> groups_;
};

}  // namespace

std::vector<BindGroup> group_binds(const std::vector<const Proxy*>& fronts, Ledger& ledger) {
  return Grouper(fronts, ledger).run();
}

}  // namespace stickler::haproxy
