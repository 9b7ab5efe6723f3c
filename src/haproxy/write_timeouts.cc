// SPDX-License-Identifier: MIT
#include "haproxy/write_timeouts.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>

#include "config/schema.h"

namespace stickler::haproxy {
namespace {

constexpr std::array<std::string_view, 4> kListenerTimeouts{"client", "head", "keepalive",
                                                            "handshake"};
constexpr std::array<std::string_view, 4> kBackendTimeouts{"queue", "connect", "server", "tunnel"};

// Stickler's own, for a section whose defaults do not set it while the file's do.
config::Node default_of(std::string_view name) {
  const config::Timeouts usual;
  if (name == "queue") return duration_value(usual.queue);
  if (name == "connect") return duration_value(usual.connect);
  if (name == "server") return duration_value(usual.server);
  if (name == "tunnel") return duration_value(usual.tunnel);
  return duration_value(usual.client);
}

void write(std::span<const std::string_view> names, const Proxy& proxy, const Settings& common,
           Draft& timeouts) {
  Settings own;
  for (std::string_view name : names) {
    auto said = proxy.timeouts.find(name);
    auto usual = common.find(name);
    bool is_said = said != proxy.timeouts.end();
    bool is_usual = usual != common.end();
    if (!is_said && is_usual) own[std::string(name)] = {default_of(name), {}};
    if (!is_said || (is_usual && usual->second.value.text == said->second.value.text)) continue;
    own[std::string(name)] = said->second;
  }
  timeouts.set_all(own);
}

}  // namespace

Timeouts::Timeouts(const std::deque<Proxy>& proxies) {
  for (const Proxy& proxy : proxies) {
    Lines inherited = inherited_lines(*proxy.section);
    for (const auto& [name, said] : proxy.timeouts) {
      bool common = std::ranges::find(inherited, said.from.front()) != inherited.end();
      if (common && name != "check") common_.emplace(name, said);
    }
  }
}

void Timeouts::write_listener(const Proxy& proxy, Draft& timeouts) const {
  write(kListenerTimeouts, proxy, common_, timeouts);
}

void Timeouts::write_backend(const Proxy& proxy, Draft& timeouts) const {
  write(kBackendTimeouts, proxy, common_, timeouts);
}

}  // namespace stickler::haproxy
