// SPDX-License-Identifier: MIT
#include "haproxy/write_backend.h"

#include <algorithm>
#include <set>
#include <utility>

#include "config/forms.h"
#include "haproxy/plan.h"
#include "haproxy/write_listener.h"

namespace stickler::haproxy {
namespace {

bool same_value(const config::Node& one, const config::Node& other) {
  auto same_text = [](const config::Node& a, const config::Node& b) { return a.text == b.text; };
  return one.text == other.text && std::ranges::equal(one.children, other.children, same_text);
}

bool is_positive(const Settings& settings, std::string_view name) {
  auto said = settings.find(name);
  return said != settings.end() && said->second.value.integer > 0;
}

class BackendWriter {
 public:
  BackendWriter(const Proxy& proxy, const Global& global, const std::vector<Facts>& reached_by,
                Draft& backend, Ledger& ledger)
      : proxy_(proxy),
        global_(global),
        reached_by_(reached_by),
        backend_(backend),
        ledger_(ledger) {}

  void run() {
    backend_.comes_from({proxy_.section->header});
    Settings settings = proxy_.backend;
    settings.merge(Settings(global_.limits));
    settings.merge(common(&ServerOptions::backend));
    auto balance = settings.extract("balance");
    if (!balance.empty()) backend_.set("balance", balance.mapped().value, balance.mapped().from);
    write_cookie();
    write_check();
    backend_.group("retry").set_all(proxy_.retry);
    write_persistence();
    write_queue(settings);
    backend_.set_all(settings);
    // Of a listen section, rules are its listener's.
    if (!proxy_.is_front()) {
      write_edits(edits_of_backend(proxy_, ledger_), backend_.group("request"));
      write_edits(edits_of_responses(proxy_, reached_by_, ledger_), backend_.group("response"));
      note_forwarded();
    }
    write_servers();
  }

 private:
  // What all servers say alike; what one says otherwise is reported with its line.
  Settings common(Settings ServerOptions::* part) {
    Settings all = proxy_.servers.front().options.*part;
    for (const Server& server : proxy_.servers) {
      const Settings& own = server.options.*part;
      for (const auto& [name, said] : own) {
        auto known = all.find(name);
        if (known != all.end() && same_value(known->second.value, said.value)) continue;
        differs(server, name);
      }
      for (const auto& [name, said] : all) {
        if (!own.contains(name)) differs(server, name);
      }
    }
    return all;
  }

  void differs(const Server& server, const std::string& name) {
    ledger_.cannot(*server.line, "its servers differ in " + name +
                                     ", which is one for all servers of a backend (now: that of " +
                                     proxy_.servers.front().name + ")");
  }

  // ---- sessions ----

  void write_cookie() {
    if (proxy_.cookie.empty()) return;
    Draft& cookie = backend_.group("cookie");
    cookie.set_all(proxy_.cookie);
    auto names_itself = [](const Server& server) {
      return server.options.server.contains("cookie");
    };
    if (std::ranges::none_of(proxy_.servers, names_itself)) {
      cookie.explain(
          "HAProxy: no server has a cookie value, so no session stayed. Here it is the "
          "server's name, and sessions stay.");
    }
  }

  void write_persistence() {
    if (proxy_.persists == nullptr) return;
    if (proxy_.cookie.empty()) {
      ledger_.needs_nothing(*proxy_.persists, "there is no cookie, so there are no sessions");
    } else if (proxy_.redispatches) {
      ledger_.needs_nothing(*proxy_.persists, "with option redispatch sessions move all the same");
    } else {
      backend_.set("on_down", text_value("fail"), {proxy_.persists});
    }
  }

  // ---- checks ----

  void write_check() {
    Draft& check = backend_.group("check");
    std::vector<const Server*> unchecked;
    for (const Server& server : proxy_.servers) {
      if (server.options.checked == nullptr) unchecked.push_back(&server);
    }
    if (unchecked.size() == proxy_.servers.size()) {
      check.explain("No server has the word 'check' in HAProxy: each counts as up.");
      check.set("off", flag_value(true), {});
      return;
    }
    for (const Server* server : unchecked) {
      ledger_.cannot(*server->line, "no check of " + server->name,
                     "all servers of a backend are checked, or none (now: all)");
    }
    // The word `check` of a default-server.
    for (const Server& server : proxy_.servers) {
      const Line* checked = server.options.checked;
      if (checked != nullptr && checked != server.line) check.comes_from({checked});
    }
    check.set_all(check_settings());
  }

  Settings check_settings() {
    const Probe& probe = proxy_.probe;
    Settings settings = common(&ServerOptions::check);
    auto limit = proxy_.timeouts.find("check");
    if (limit != proxy_.timeouts.end()) settings["timeout"] = limit->second;
    for (const auto& [name, said] : probe.settings) {
      bool of_http = name == "expect" || name == "body" || name == "host";
      if (!of_http || probe.kind == Probe::Kind::http) settings[name] = said;
    }
    if (probe.kind == Probe::Kind::http) {
      add_request(settings);
    } else if (probe.kind == Probe::Kind::tls || settings.contains("tls")) {
      settings["tls"] = {flag_value(true), probe_lines()};
    } else {
      settings["tcp"] = {flag_value(true), probe_lines()};
    }
    return settings;
  }

  // Where a check comes from that no option describes: from the word `check`.
  Lines probe_lines() const {
    if (!proxy_.probe.from.empty()) return proxy_.probe.from;
    for (const Server& server : proxy_.servers) {
      if (server.options.checked != nullptr) return {server.options.checked};
    }
    return {};
  }

  void add_request(Settings& settings) {
    const Probe& probe = proxy_.probe;
    std::string request = probe.method + " " + probe.uri;
    if (auto complaint = config::check_probe(request)) {
      ledger_.cannot(*probe.from.back(), complaint->what + " (now: a connection that opens)");
      for (const char* of_http : {"expect", "body", "host"}) settings.erase(of_http);
      if (!settings.contains("tls")) settings["tcp"] = {flag_value(true), {}};
      return;
    }
    settings["http"] = {text_value(request), probe.from};
    if (!settings.contains("expect")) {
      std::string any = probe.expects_body_only ? "100-599" : "200-399";
      settings["expect"] = {text_value(any), probe.from};
    }
    auto body = settings.find("body");
    if (body == settings.end() || probe.method != "HEAD") return;
    ledger_.cannot(*body->second.from.back(), "an answer to HEAD has no body; check by GET");
    settings.erase(body);
  }

  // ---- the rest ----

  // A full queue has a meaning only where places are limited.
  void write_queue(Settings& settings) {
    if (!is_positive(settings, "max_queue")) return;
    const Lines from = settings.find("max_queue")->second.from;
    auto limited = [](const Server& server) {
      return is_positive(server.options.server, "maxconn");
    };
    if (std::ranges::none_of(proxy_.servers, limited)) {
      settings.erase("max_queue");
      return;
    }
    settings["on_full"] = {text_value(proxy_.redispatches ? "move" : "fail"), from};
  }

  void note_forwarded() {
    for (const auto& [name, said] : proxy_.forwarded) {
      for (const Line* line : said.from) {
        if (ledger_.is_translated(*line)) continue;
        ledger_.needs_nothing(*line, "the listener does so by default (forwarded.for)");
      }
    }
    if (!proxy_.own_address_field) return;
    const auto& [name, line] = *proxy_.own_address_field;
    backend_.group("request").group("add").set_text(name, "${client}", {line});
  }

  void write_servers() {
    Draft& servers = backend_.group("servers");
    std::set<std::string> values = explicit_cookies();
    for (const Server& server : proxy_.servers) {
      Draft& draft = servers.element(server.our_name);
      draft.comes_from({server.line});
      draft.set("address", text_value(server.address), {});
      Settings settings = server.options.server;
      settle_cookie(server, settings, values);
      draft.set_all(settings);
    }
  }

  // Those that servers have in their line; of two alike the second is reported.
  std::set<std::string> explicit_cookies() {
    std::set<std::string> values;
    if (proxy_.cookie.empty()) return values;
    for (const Server& server : proxy_.servers) {
      auto said = server.options.server.find("cookie");
      if (said != server.options.server.end()) values.insert(said->second.value.text);
    }
    return values;
  }

  // The server's name is its value unless it is written; no two servers have the same.
  void settle_cookie(const Server& server, Settings& settings, std::set<std::string>& values) {
    auto said = settings.find("cookie");
    if (proxy_.cookie.empty()) {
      settings.erase("cookie");
      return;
    }
    if (said != settings.end()) {
      const std::string value = said->second.value.text;
      if (used_.insert(value).second) {
        if (value == server.our_name) settings.erase(said);
        return;
      }
      ledger_.cannot(*server.line, "cookie " + value,
                     "another server has that value; sessions cannot be told apart");
    }
    std::string value = server.our_name;
    for (int i = 2; values.contains(value) || used_.contains(value); ++i) {
      value = server.our_name + "-" + std::to_string(i);
    }
    used_.insert(value);
    settings.erase("cookie");
    if (value != server.our_name) settings["cookie"] = {text_value(value), {server.line}};
  }

  const Proxy& proxy_;
  const Global& global_;
  const std::vector<Facts>& reached_by_;
  Draft& backend_;
  Ledger& ledger_;
  std::set<std::string> used_;  // cookie values
};

}  // namespace

void write_backend(const Proxy& proxy, const Global& global, const std::vector<Facts>& reached_by,
                   Draft& backend, Ledger& ledger) {
  BackendWriter(proxy, global, reached_by, backend, ledger).run();
}

}  // namespace stickler::haproxy
