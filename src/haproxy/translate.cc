// SPDX-License-Identifier: MIT
#include "haproxy/translate.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "haproxy/differences.h"
#include "haproxy/draft_writer.h"
#include "haproxy/global.h"
#include "haproxy/left_out.h"
#include "haproxy/plan.h"
#include "haproxy/proxy.h"
#include "haproxy/write_backend.h"
#include "haproxy/write_error_pages.h"
#include "haproxy/write_listener.h"
#include "haproxy/write_timeouts.h"

namespace stickler::haproxy {
namespace {

class Translator {
 public:
  Translator(std::string_view text, const Environment& environment)
      : lines_(read_lines(text, environment)), cfg_(read_sections(lines_)), draft_(ledger_) {}

  Translation run(std::string_view name) {
    read_what_has_no_section();
    for (const Section& section : cfg_.sections) {
      if (section.kind == Section::Kind::global) read_global_section(section);
    }
    read_proxies();
    name_servers();
    write();
    ledger_.close(lines_);
    return {.configuration = text(name), .complaints = ledger_.complaints()};
  }

 private:
  // ---- reading ----

  void read_what_has_no_section() {
    for (const Line* line : cfg_.outside) {
      ledger_.cannot(*line, "it stands before the first section");
    }
    for (const Line* line : cfg_.conditional) {
      ledger_.cannot(*line, "conditions of the file itself are not followed; leave what holds");
    }
  }

  void read_global_section(const Section& section) {
    ledger_.translated(*section.header);
    read_global(section, global_, ledger_);
  }

  void read_proxies() {
    const Reading reading{.tls = global_.tls, .ledger = ledger_};
    std::set<const Section*> used;
    for (const Section& section : cfg_.sections) {
      bool own_kind =
          section.kind == Section::Kind::global || section.kind == Section::Kind::defaults;
      if (own_kind || is_left_out(section, ledger_)) continue;
      for (const Section* above = section.defaults; above != nullptr; above = above->defaults) {
        used.insert(above);
      }
      ledger_.translated(*section.header);
      proxies_.push_back(read_proxy(section, reading));
    }
    for (const Section& section : cfg_.sections) {
      if (section.kind != Section::Kind::defaults) continue;
      ledger_.translated(*section.header);
      if (!used.contains(&section)) read_proxy(section, reading);
    }
  }

  // ---- naming ----

  void name_servers() {
    for (Proxy& proxy : proxies_) {
      Names names;
      for (Server& server : proxy.servers) server.our_name = names.take(server.name);
      by_name_.emplace(proxy.name, &proxy);
    }
    // A frontend is no backend.
    std::erase_if(by_name_, [](const auto& known) {
      return known.second->section->kind == Section::Kind::frontend;
    });
    Names names;
    for (const Proxy& proxy : proxies_) {
      if (!proxy.servers.empty()) backend_names_[&proxy] = names.take(proxy.name);
    }
  }

  // ---- writing ----

  void write() {
    std::vector<const Proxy*> fronts;
    for (const Proxy& proxy : proxies_) {
      if (proxy.is_front()) fronts.push_back(&proxy);
      note_default_backend(proxy);
    }
    write_process(fronts);
    draft_.group("runtime").set_all(global_.runtime);
    write_log();
    Timeouts timeouts(proxies_);
    timeouts.write_common(draft_.group("timeouts"));
    write_listeners(fronts, timeouts);
    write_backends(timeouts);
    if (draft_.group("listeners").empty()) {
      ledger_.cannot("nothing is left that listens: the result is no whole configuration");
    }
  }

  void note_default_backend(const Proxy& proxy) {
    if (!proxy.default_backend || by_name_.contains(proxy.default_backend->first)) return;
    const auto& [name, line] = *proxy.default_backend;
    ledger_.cannot(*line, "there is no backend '" + name + "' in mode http");
  }

  void write_process(const std::vector<const Proxy*>& fronts) {
    Settings process = global_.process;
    auto all = process.find("max_connections");
    for (const Proxy* front : fronts) {
      if (!front->most_connections) continue;
      const Said& own = *front->most_connections;
      if (fronts.size() == 1) {
        bool less = all == process.end() || own.value.integer < all->second.value.integer;
        const Said& unused = less && all != process.end() ? all->second : own;
        if (all != process.end()) {
          ledger_.needs_nothing(*unused.from.front(), "the smaller of the two limits holds");
        }
        if (less) process["max_connections"] = own;
      } else if (all == process.end()) {
        ledger_.cannot(*own.from.front(),
                       "there is no limit for one listener; write "
                       "process.max_connections, which is for all together");
      } else {
        ledger_.needs_nothing(*own.from.front(),
                              "process.max_connections limits all listeners together");
      }
    }
    draft_.group("process").set_all(process);
  }

  void write_log() {
    Settings log = global_.log;
    Lines format;
    for (const Proxy& proxy : proxies_) {
      for (const Line* line : proxy.log_format) {
        if (std::ranges::find(format, line) == format.end()) format.push_back(line);
      }
    }
    if (!format.empty()) log["format"] = {text_value("httplog"), format};
    draft_.group("log").set_all(log);
  }

  void write_listeners(const std::vector<const Proxy*>& fronts, const Timeouts& timeouts) {
    struct Planned {
      BindGroup group;
      Plan plan;
      ErrorPages pages;
    };
    std::vector<Planned> all;
    for (BindGroup& group : group_binds(fronts, ledger_)) {
      Plan plan = plan_listener(*group.front, by_name_, group.facts, ledger_);
      note_reach(plan, group.facts);
      ErrorPages pages = error_pages_of(*group.front, plan, ledger_);
      all.push_back({std::move(group), std::move(plan), std::move(pages)});
    }
    bool alike = all.size() > 1 && std::ranges::all_of(all, [&](const Planned& planned) {
                   return same_pages(planned.pages, all.front().pages);
                 });
    if (alike) write_error_pages(all.front().pages, draft_);
    for (const auto& [group, plan, pages] : all) {
      Draft& listener = draft_.group("listeners").element(group.name);
      write_listener(group, plan, backend_names_, listener, ledger_);
      if (!alike) write_error_pages(pages, listener);
      listener.set_all(global_.limits);
      timeouts.write_listener(*group.front, listener.group("timeouts"));
    }
  }

  void note_reach(const Plan& plan, const Facts& facts) {
    std::set<const Proxy*> reached{plan.otherwise.outcome.backend};
    for (const PlannedRoute& route : plan.routes) reached.insert(route.outcome.backend);
    for (const Proxy* proxy : reached) reached_by_[proxy].push_back(facts);
  }

  void write_backends(const Timeouts& timeouts) {
    for (const Proxy& proxy : proxies_) {
      if (proxy.servers.empty()) continue;
      Draft& backend = draft_.group("backends").element(backend_names_.at(&proxy));
      write_backend(proxy, global_, reached_by_[&proxy], backend, ledger_);
      timeouts.write_backend(proxy, backend.group("timeouts"));
    }
  }

  // ---- the text ----

  std::string text(std::string_view name) const {
    std::string file = shown(name);
    std::string text = comment(
        "Translated from " + file +
        " by stickler import-haproxy. Beside or above each setting stand the lines it comes "
        "from, with their numbers; where a line is named again, its number alone.");
    text += write_draft(draft_);
    text += list("Needs no setting:", ledger_.needless());
    text += list("NOT TRANSLATED:", ledger_.complaints());
    text += "\n" + comment("Where Stickler does otherwise by default:");
    for (const std::string& difference : differences(proxies_, global_)) {
      text += comment("- " + difference);
    }
    return text;
  }

  static std::string list(const std::string& title, const std::vector<Finding>& findings) {
    if (findings.empty()) return "";
    std::string text = "\n" + comment(title);
    for (const Finding& finding : findings) {
      std::string place = finding.line == 0 ? "" : std::to_string(finding.line) + ": ";
      std::string part = finding.part.empty() ? "" : finding.part + " -- ";
      text += comment(place + part + finding.why);
    }
    return text;
  }

  std::deque<Line> lines_;
  Cfg cfg_;
  Ledger ledger_;
  Draft draft_;
  Global global_;
  std::deque<Proxy> proxies_;
  Proxies by_name_;
  std::map<const Proxy*, std::string> backend_names_;
  std::map<const Proxy*, std::vector<Facts>> reached_by_;
};

}  // namespace

Translation translate(std::string_view name, std::string_view text,
                      const Environment& environment) {
  return Translator(text, environment).run(name);
}

}  // namespace stickler::haproxy
