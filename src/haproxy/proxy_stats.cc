// SPDX-License-Identifier: MIT
// `stats` and the service prometheus-exporter: pages about the program. HAProxy 2.6's manual, 4.2.
#include <algorithm>
#include <array>
#include <chrono>

#include "config/forms.h"
#include "haproxy/proxy.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

// HAProxy's default is "/haproxy?stats".
constexpr std::string_view kUsualPath = "/haproxy";

// How the page looks.
constexpr std::array<std::string_view, 8> kLooks{"hide-version", "realm",        "scope",
                                                 "show-desc",    "show-legends", "show-modules",
                                                 "show-node",    "bind-process"};

// The page is at a path, to the letter.
void set_path(Settings& page, std::string_view text, const Line& line, Ledger& ledger) {
  std::string path(text.substr(0, text.find('?')));
  if (auto complaint = config::check_path(path)) return ledger.cannot(line, complaint->what);
  if (std::string why = why_unfit(path); !why.empty()) return ledger.cannot(line, why);
  ledger.understood(line);
  Lines from = page["uri"].from;  // of `stats enable`
  std::erase_if(from, [](const Line* said) { return said->word(1) != "enable"; });
  from.push_back(&line);
  page["uri"] = {text_value(path), std::move(from)};
}

// Each directive of the page means that there is one.
void set_usual_path(Settings& page, const Line& line) {
  page.try_emplace("uri", Said{text_value(std::string(kUsualPath)), {&line}});
}

void set_refresh(Settings& page, const Line& line, Ledger& ledger) {
  auto time = time_value(line.word(2), 1s);
  if (!time) return ledger.cannot(line, "it is no time");
  ledger.understood(line);
  set_usual_path(page, line);
  page["refresh"] = {std::move(*time), {&line}};
}

// The one path of a condition that asks for nothing else; empty if it is another.
std::string only_path(const Condition& condition) {
  bool one_test = condition.any.size() == 1 && condition.any.front().size() == 1;
  if (!one_test || condition.any.front().front().negated) return "";
  const Test& test = condition.any.front().front().test;
  if (test.any.size() != 1 || test.any.front().kind != Alternative::Kind::request) return "";
  Match match = test.any.front().match;
  const Match::Texts texts = match.paths ? match.paths : match.prefixes;
  match.paths.reset();
  match.prefixes.reset();
  return match.asks_nothing() && texts && texts->size() == 1 ? texts->front() : "";
}

}  // namespace

void read_stats(Proxy& proxy, const Line& line, const Reading& reading) {
  Ledger& ledger = reading.ledger;
  std::string_view word = line.word(1);
  bool own = std::ranges::find(proxy.section->lines, &line) != proxy.section->lines.end();
  if (own && proxy.section->kind == Section::Kind::backend) {
    return ledger.cannot(line, "a listener has the page; write stats there");
  }
  if (word == "uri") return set_path(proxy.stats, line.word(2), line, ledger);
  if (word == "refresh") return set_refresh(proxy.stats, line, ledger);
  if (word == "auth") {
    proxy.has_stats_accounts = true;
    return ledger.cannot(line,
                         "passwords stand in a file of their own; write stats.password_file, with "
                         "USER:PASSWORD in that file (now: no page)");
  }
  if (word == "admin" || word == "http-request") {
    return ledger.cannot(line,
                         "the page shows and does not steer; that is done by stickler drain, "
                         "ready, maint and weight");
  }
  if (std::ranges::find(kLooks, word) != kLooks.end()) {
    return ledger.needs_nothing(line, "the page shows what there is");
  }
  if (word != "enable") return ledger.cannot(line, "the import does not know it");
  ledger.understood(line);
  set_usual_path(proxy.stats, line);
}

void read_metrics(Proxy& proxy, const Line& line, const Reading& reading) {
  std::span<const std::string> words(line.words);
  Condition condition = parse_condition(words.subspan(find_condition(words, 3)), proxy.acls);
  std::string path = condition.fault.empty() ? only_path(condition) : "";
  if (path.empty()) {
    return reading.ledger.cannot(line, "metrics are at one path; write listeners.NAME.metrics");
  }
  reading.ledger.understood(line);
  Lines from = condition.from;
  from.push_back(&line);
  proxy.metrics["uri"] = {text_value(path), std::move(from)};
}

}  // namespace stickler::haproxy
