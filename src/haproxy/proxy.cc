// SPDX-License-Identifier: MIT
#include "haproxy/proxy.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "config/forms.h"
#include "haproxy/values.h"

namespace stickler::haproxy {
namespace {

using ReadDirective = void (*)(Proxy& proxy, const Line& line, const Reading& reading);

void read_mode(Proxy&, const Line& line, const Reading& reading) {
  reading.ledger.needs_nothing(line, "Stickler speaks HTTP only");
}

void read_balance(Proxy& proxy, const Line& line, const Reading& reading) {
  std::string algorithm(line.word(1));
  if (algorithm == "static-rr") algorithm = "roundrobin";
  constexpr std::array<std::string_view, 4> kKnown{"roundrobin", "leastconn", "source", "first"};
  if (std::ranges::find(kKnown, algorithm) == kKnown.end()) {
    return reading.ledger.cannot(line,
                                 "there is no such algorithm; there are roundrobin, "
                                 "leastconn, source and first (now: roundrobin)");
  }
  reading.ledger.understood(line);
  proxy.backend["balance"] = {text_value(algorithm), {&line}};
}

void read_retries(Proxy& proxy, const Line& line, const Reading& reading) {
  auto number = parse_number(line.word(1));
  if (!number) return reading.ledger.cannot(line, "it is no number");
  reading.ledger.understood(line);
  proxy.retry["attempts"] = {number_value(*number), {&line}};
}

void read_retry_on(Proxy&, const Line& line, const Reading& reading) {
  bool usual = line.words.size() == 2 && line.word(1) == "conn-failure";
  if (usual) return reading.ledger.needs_nothing(line, "so it is always");
  reading.ledger.cannot(line,
                        "a request is repeated if no server has seen it, or if that is safe: "
                        "there is nothing to choose");
}

void read_maxconn(Proxy& proxy, const Line& line, const Reading& reading) {
  auto number = parse_number(line.word(1));
  if (!number) return reading.ledger.cannot(line, "it is no number");
  reading.ledger.understood(line);
  proxy.most_connections = {number_value(*number), {&line}};
}

void read_default_backend(Proxy& proxy, const Line& line, const Reading& reading) {
  reading.ledger.understood(line);
  proxy.default_backend = {std::string(line.word(1)), &line};
}

void read_acl(Proxy& proxy, const Line& line, const Reading& reading) {
  if (line.words.size() < 3) return reading.ledger.cannot(line, "its criterion is missing");
  reading.ledger.understood(line);
  std::span<const std::string> words(line.words);
  Test test = parse_test(words.subspan(2));
  if (!test.fault.empty()) reading.ledger.cannot(line, test.fault);
  proxy.acls.add(line);
}

void keep(std::vector<Rule>& rules, std::optional<Rule> rule, const Line& line, Ledger& ledger) {
  if (!rule) return;
  ledger.understood(line);
  rules.push_back(std::move(*rule));
}

void read_request_rule(Proxy& proxy, const Line& line, const Reading& reading) {
  Ledger& ledger = reading.ledger;
  if (line.word(1) == "disable-l7-retry") {
    return ledger.needs_nothing(line, "a request is repeated only if that is safe");
  }
  if (line.word(1) == "use-service" && line.word(2) == "prometheus-exporter") {
    return read_metrics(proxy, line, reading);
  }
  keep(proxy.requests, read_http_request(line, proxy.acls, ledger), line, ledger);
}

void read_response_rule(Proxy& proxy, const Line& line, const Reading& reading) {
  keep(proxy.responses, read_http_response(line, proxy.acls, reading.ledger), line, reading.ledger);
}

void read_redirect_rule(Proxy& proxy, const Line& line, const Reading& reading) {
  keep(proxy.redirects, read_redirect(line, proxy.acls, reading.ledger), line, reading.ledger);
}

void read_choice_rule(Proxy& proxy, const Line& line, const Reading& reading) {
  auto& rules = line.word(0) == "use_backend" ? proxy.choices : proxy.pins;
  keep(rules, read_choice(line, proxy.acls, reading.ledger), line, reading.ledger);
}

void read_monitor(Proxy& proxy, const Line& line, const Reading& reading) {
  keep(proxy.requests, read_monitor_uri(line, reading.ledger), line, reading.ledger);
}

void read_reuse(Proxy& proxy, const Line& line, const Reading& reading) {
  if (line.word(1) != "never") {
    return reading.ledger.needs_nothing(
        line, "connections to servers are shared by all clients of a worker (max_idle)");
  }
  reading.ledger.understood(line);
  proxy.backend["max_idle"] = {number_value(0), {&line}};
}

void read_hash_type(Proxy&, const Line& line, const Reading& reading) {
  if (line.word(1) == "consistent") {
    return reading.ledger.needs_nothing(line, "balance = \"source\" is consistent always");
  }
  reading.ledger.cannot(line, "balance = \"source\" is consistent always: fewer clients move");
}

void read_log(Proxy&, const Line& line, const Reading& reading) {
  reading.ledger.needs_nothing(line, "what is logged is set once, in the group log");
}

void read_request_id(Proxy& proxy, const Line& line, const Reading& reading) {
  const std::string field(line.word(1));
  if (auto complaint = config::check_edited_field(field)) {
    return reading.ledger.cannot(line, complaint->what);
  }
  reading.ledger.understood(line);
  proxy.request_id = {text_value(field), {&line}};
}

void read_enabled(Proxy&, const Line& line, const Reading& reading) {
  reading.ledger.needs_nothing(line, "so it is always");
}

void read_no(Proxy& proxy, const Line& line, const Reading& reading) {
  if (line.word(1) == "option") return read_option(proxy, line, reading);
  reading.ledger.needs_nothing(line, "it takes back what has no setting here");
}

struct Directive {
  std::string_view word;
  ReadDirective read;
};
constexpr std::array<Directive, 31> kDirectives{{{"acl", read_acl},
                                                 {"balance", read_balance},
                                                 {"bind", read_bind},
                                                 {"cookie", read_cookie},
                                                 {"default-server", read_default_server},
                                                 {"default_backend", read_default_backend},
                                                 {"disabled", read_enabled},
                                                 {"enabled", read_enabled},
                                                 {"errorfile", read_error_page},
                                                 {"hash-type", read_hash_type},
                                                 {"http-after-response", read_response_rule},
                                                 {"http-check", read_http_check},
                                                 {"http-request", read_request_rule},
                                                 {"http-response", read_response_rule},
                                                 {"http-reuse", read_reuse},
                                                 {"log", read_log},
                                                 {"maxconn", read_maxconn},
                                                 {"mode", read_mode},
                                                 {"monitor-uri", read_monitor},
                                                 {"no", read_no},
                                                 {"option", read_option},
                                                 {"redirect", read_redirect_rule},
                                                 {"retries", read_retries},
                                                 {"retry-on", read_retry_on},
                                                 {"server", read_server},
                                                 {"stats", read_stats},
                                                 {"tcp-check", read_http_check},
                                                 {"timeout", read_timeout},
                                                 {"unique-id-header", read_request_id},
                                                 {"use-server", read_choice_rule},
                                                 {"use_backend", read_choice_rule}}};

bool is_check_rule(const Line* line) { return line->word(0) == "http-check"; }

// HAProxy ignores them with a warning.
bool is_misplaced(const Proxy& proxy, const Line& line) {
  Section::Kind kind = proxy.section->kind;
  std::string_view word = line.word(0);
  if (word == "bind") return kind != Section::Kind::frontend && kind != Section::Kind::listen;
  bool of_backends = word == "server" || word == "use-server";
  return of_backends && kind != Section::Kind::backend && kind != Section::Kind::listen;
}

void read_line(Proxy& proxy, const Line& line, const Reading& reading) {
  if (!line.fault.empty()) return reading.ledger.cannot(line, line.fault);
  if (is_misplaced(proxy, line)) return reading.ledger.cannot(line, "it has no place here");
  auto known = std::ranges::find(kDirectives, line.word(0), &Directive::word);
  if (known != kDirectives.end()) return known->read(proxy, line, reading);
  read_without_setting(line, reading.ledger);
}

// The last line that begins with one of the words.
const Line* last_of(const Section& section, std::initializer_list<std::string_view> words) {
  const Line* last = nullptr;
  Lines lines = inherited_lines(section);
  lines.insert(lines.end(), section.lines.begin(), section.lines.end());
  for (const Line* line : lines) {
    if (std::ranges::find(words, line->word(0)) != words.end()) last = line;
  }
  return last;
}

}  // namespace

Proxy read_proxy(const Section& section, const Reading& reading) {
  Proxy proxy;
  proxy.section = &section;
  proxy.name = section.name;
  bool has_own_checks = std::ranges::any_of(section.lines, is_check_rule);
  for (const Line* line : inherited_lines(section)) {
    if (has_own_checks && is_check_rule(line)) {
      reading.ledger.understood(*line);  // a section's own rules replace those it inherits
    } else {
      read_line(proxy, *line, reading);
    }
  }
  for (const Line* line : section.lines) read_line(proxy, *line, reading);
  return proxy;
}

bool is_http(const Section& section) {
  const Line* mode = last_of(section, {"mode"});
  return mode != nullptr && mode->word(1) == "http";
}

bool is_disabled(const Section& section) {
  const Line* last = last_of(section, {"disabled", "enabled"});
  return last != nullptr && last->word(0) == "disabled";
}

}  // namespace stickler::haproxy
