// SPDX-License-Identifier: MIT
#include "haproxy/acl.h"

#include <algorithm>
#include <array>
#include <functional>

#include "base/strings.h"
#include "config/forms.h"
#include "haproxy/acl_criterion.h"
#include "haproxy/draft.h"

namespace stickler::haproxy {
namespace {

Alternative constant(bool value) {
  return {.kind = Alternative::Kind::constant, .match = {}, .ports = {}, .value = value};
}
Alternative request(Match match) {
  return {
      .kind = Alternative::Kind::request, .match = std::move(match), .ports = {}, .value = false};
}

Test faulty(std::string why) { return {.any = {}, .fault = std::move(why), .from = {}}; }
Test only(Alternative alternative) {
  return {.any = {std::move(alternative)}, .fault = {}, .from = {}};
}

// The first complaint of a form about any of the texts.
std::string complaint_about(const std::vector<std::string>& texts, config::TextCheck check) {
  for (const std::string& text : texts) {
    if (auto complaint = check(text)) {
      return complaint->what + (complaint->remedy.empty() ? "" : "; " + complaint->remedy);
    }
  }
  return "";
}

// ---- paths ----

std::string alternation(const std::vector<std::string>& patterns,
                        const std::function<std::string(std::string)>& as) {
  std::string all;
  for (const std::string& pattern : patterns) all += (all.empty() ? "" : "|") + as(pattern);
  return patterns.size() == 1 ? all : "(?:" + all + ")";
}

std::string literally(const std::string& text) {
  constexpr std::string_view kSpecial = "\\.+*?()|[]{}^$";
  std::string quoted;
  for (char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) quoted += '\\';
    quoted += c;
  }
  return quoted;
}

// HAProxy looks for a pattern anywhere in the path; ours must fit the whole of it.
std::string whole_path(const std::string& pattern) {
  if (pattern.find('|') != std::string::npos) return ".*(?:" + pattern + ").*";
  bool begins = pattern.starts_with('^');
  bool ends = pattern.ends_with('$') && !pattern.ends_with("\\$");
  std::string inner = pattern.substr(begins ? 1 : 0);
  if (ends && !inner.empty()) inner.pop_back();
  return (begins ? "" : ".*") + inner + (ends ? "" : ".*");
}

std::string path_regex(const Criterion& criterion) {
  const std::string case_flag = criterion.any_case ? "(?i)" : "";
  auto quoted = [&] { return alternation(criterion.patterns, literally); };
  if (criterion.method == "str") return case_flag + quoted();
  if (criterion.method == "beg") return case_flag + quoted() + ".*";
  if (criterion.method == "end") return case_flag + ".*" + quoted();
  if (criterion.method == "sub") return case_flag + ".*" + quoted() + ".*";
  if (criterion.method == "reg") return case_flag + alternation(criterion.patterns, whole_path);
  if (criterion.method != "dir") return "";
  auto folder = [](std::string text) {
    while (text.starts_with('/')) text.erase(0, 1);
    while (text.ends_with('/')) text.pop_back();
    return literally(text);
  };
  return case_flag + ".*/" + alternation(criterion.patterns, folder) + "(?:/.*)?";
}

Test path_test(const Criterion& criterion) {
  if (criterion.method == "found") return only(constant(true));
  Match match;
  bool plain = criterion.method == "str" || criterion.method == "beg";
  if (plain && !criterion.any_case) {
    std::string complaint = complaint_about(criterion.patterns, config::check_path);
    if (!complaint.empty()) return faulty(complaint);
    (criterion.method == "str" ? match.paths : match.prefixes) = criterion.patterns;
    return only(request(std::move(match)));
  }
  match.regex = path_regex(criterion);
  if (match.regex.empty()) {
    return faulty("a route cannot compare paths by '" + criterion.method + "'");
  }
  std::string complaint = complaint_about({match.regex}, config::check_regex);
  return complaint.empty() ? only(request(std::move(match))) : faulty(complaint);
}

// ---- hosts ----

std::string without_port(const std::string& host) {
  std::size_t colon = host.rfind(':');
  bool port =
      colon != std::string::npos && colon > 0 &&
      std::all_of(host.begin() + static_cast<std::ptrdiff_t>(colon) + 1, host.end(), is_digit);
  return port ? host.substr(0, colon) : host;
}

Test host_test(const Criterion& criterion) {
  std::vector<std::string> hosts;
  for (const std::string& pattern : criterion.patterns) {
    std::string host = without_port(pattern);
    bool dotted = host.starts_with('.');
    if (criterion.method == "str") {
      hosts.push_back(host);
    } else if (criterion.method == "end" || criterion.method == "dom") {
      // What ends so without a dot before it is another domain: nobody means it.
      if (!dotted) hosts.push_back(host);
      hosts.push_back((dotted ? "*" : "*.") + host);
    } else {
      return faulty("a route compares hosts whole or by their domain, not by '" + criterion.method +
                    "'; write host = \"www.example.com\" or \"*.example.com\"");
    }
  }
  std::string complaint = complaint_about(hosts, config::check_host_pattern);
  if (!complaint.empty()) return faulty(complaint);
  Match match;
  match.hosts = std::move(hosts);
  return only(request(std::move(match)));
}

// ---- other fields ----

Match with_field(const std::string& name, const std::string& value) {
  Match match;
  match.fields.emplace_back(name, value);
  return match;
}

bool has_letters(const std::string& text) {
  return std::ranges::any_of(text, [](char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; });
}

// "Connection: upgrade" is what makes an Upgrade valid, and browsers write "websocket" so.
std::optional<Alternative> upgrade_test(const Criterion& criterion, const std::string& value) {
  if (equals_ignoring_case(criterion.argument, "connection") &&
      equals_ignoring_case(value, "upgrade")) {
    return request(with_field("Upgrade", ""));
  }
  if (equals_ignoring_case(criterion.argument, "upgrade"))
    return request(with_field("Upgrade", lower_case(value)));
  return std::nullopt;
}

Test field_test(const Criterion& criterion) {
  std::string complaint = complaint_about({criterion.argument}, config::check_field_name);
  if (complaint.empty() && !is_setting_name(criterion.argument)) {
    complaint = "'" + criterion.argument + "' cannot be a setting's name";
  }
  if (!complaint.empty()) return faulty(complaint);
  if (criterion.method == "found") return only(request(with_field(criterion.argument, "")));
  if (criterion.method != "str") {
    return faulty("a route compares the whole value of a field, not by '" + criterion.method + "'");
  }
  Test test;
  for (const std::string& value : criterion.patterns) {
    if (auto upgrade = upgrade_test(criterion, value)) {
      test.any.push_back(*upgrade);
      continue;
    }
    if (value.empty()) return faulty("a route cannot ask for an empty field");
    if (criterion.any_case && has_letters(value)) {
      return faulty(
          "a route compares the value of a field with its case; leave out -i if the "
          "servers' case is always the same");
    }
    test.any.push_back(request(with_field(criterion.argument, value)));
  }
  return test;
}

// ---- the rest ----

Test method_test(const Criterion& criterion) {
  Match match;
  match.methods = criterion.patterns;
  std::string complaint = complaint_about(criterion.patterns, config::check_method);
  return complaint.empty() ? only(request(std::move(match))) : faulty(complaint);
}

Test port_test(const Criterion& criterion) {
  Alternative alternative{
      .kind = Alternative::Kind::port, .match = {}, .ports = {}, .value = false};
  for (const std::string& pattern : criterion.patterns) {
    if (pattern == "eq") continue;
    auto range = parse_range(pattern);
    if (!range) return faulty("'" + pattern + "' is no port");
    alternative.ports.push_back(*range);
  }
  return only(std::move(alternative));
}

struct Unseen {
  std::string_view fetch;
  std::string_view why;
};
constexpr std::array<Unseen, 12> kUnseen{
    {{"src", "routes do not look at the client's address; a firewall can"},
     {"url", "routes look at the path, not at the query; write path_beg or path"},
     {"query", "routes do not look at the query"},
     {"url_param", "routes do not look at the query"},
     {"urlp", "routes do not look at the query"},
     {"base", "routes look at host and path apart; write hdr(host) and path_beg"},
     {"cook", "routes do not look at cookies"},
     {"req.cook", "routes do not look at cookies"},
     {"http_auth", "passwords are not in this version; let the application ask for them"},
     {"nbsrv", "routes do not ask how many servers are up; server.backup stands in for a backend"},
     {"be_conn_free", "routes do not look at the load of a backend"},
     {"var", "there are no variables of a request"}}};

std::string why_unseen(const Criterion& criterion) {
  if (criterion.fetch.starts_with("sc") || criterion.fetch.starts_with("src_")) {
    return "counters and rate limits are not in this version yet";
  }
  for (const Unseen& unseen : kUnseen) {
    if (unseen.fetch == criterion.fetch) return std::string(unseen.why);
  }
  return "a route cannot ask for '" + criterion.fetch +
         "'; it can for host, path, method and fields";
}

// "url_beg /x" asks for no more than the path does.
bool asks_for_path(const Criterion& criterion) {
  if (criterion.fetch == "path") return true;
  auto only_path = [](const std::string& text) {
    return text.starts_with('/') && text.find('?') == std::string::npos;
  };
  return criterion.fetch == "url" && criterion.method == "beg" &&
         std::ranges::all_of(criterion.patterns, only_path);
}

Test test_of(Criterion criterion) {
  if (!criterion.fault.empty()) return faulty(criterion.fault);
  const std::string& fetch = criterion.fetch;
  bool negated = !criterion.patterns.empty() && (criterion.patterns.front() == "false");
  if (fetch == "always_true" || fetch == "always_false") {
    return only(constant((fetch == "always_true") != negated));
  }
  if (fetch == "ssl_fc") {
    if (negated) return faulty("write '!{ ssl_fc }'");
    return only({.kind = Alternative::Kind::tls, .match = {}, .ports = {}, .value = false});
  }
  if (criterion.method.empty()) criterion.method = criterion.patterns.empty() ? "found" : "str";
  if (criterion.patterns.empty() && criterion.method != "found")
    return faulty("its values are missing");
  if (asks_for_path(criterion)) return path_test(criterion);
  if (fetch == "method" && criterion.method == "str") return method_test(criterion);
  if (fetch == "dst_port" && criterion.method == "str") return port_test(criterion);
  // What the client asks for by TLS is what it asks for by HTTP.
  bool host = (fetch == "hdr" && equals_ignoring_case(criterion.argument, "host")) ||
              fetch == "ssl_fc_sni" || fetch == "req.ssl_sni" || fetch == "req_ssl_sni";
  if (host && criterion.method != "found") return host_test(criterion);
  if (fetch == "hdr" && !criterion.argument.empty()) return field_test(criterion);
  return faulty(why_unseen(criterion));
}

const std::map<std::string, Test>& predefined() {
  auto methods = [](std::vector<std::string> texts) {
    Match match;
    match.methods = std::move(texts);
    return only(request(std::move(match)));
  };
  static const std::map<std::string, Test> tests{
      {"TRUE", only(constant(true))},
      {"FALSE", only(constant(false))},
      {"HTTP", only(constant(true))},
      {"HTTP_CONTENT", faulty("routes do not look at bodies")},
      {"HTTP_1.0", faulty("routes do not look at the version")},
      {"HTTP_1.1", faulty("routes do not look at the version")},
      {"HTTP_2.0", faulty("routes do not look at the version")},
      {"HTTP_URL_ABS", faulty("routes look at the path only")},
      {"HTTP_URL_SLASH", only(constant(true))},
      {"HTTP_URL_STAR", faulty("routes look at the path only")},
      {"LOCALHOST", faulty(std::string(kUnseen[0].why))},
      {"METH_CONNECT", methods({"CONNECT"})},
      {"METH_DELETE", methods({"DELETE"})},
      {"METH_GET", methods({"GET", "HEAD"})},
      {"METH_HEAD", methods({"HEAD"})},
      {"METH_OPTIONS", methods({"OPTIONS"})},
      {"METH_POST", methods({"POST"})},
      {"METH_PUT", methods({"PUT"})},
      {"METH_TRACE", methods({"TRACE"})},
      {"REQ_CONTENT", faulty("routes do not look at bodies")},
      {"WAIT_END", only(constant(true))}};
  return tests;
}

// Whether a listener's ports are among them; nothing if only some are.
std::optional<bool> covers_ports(const Alternative& alternative, const Facts& facts) {
  std::size_t inside = 0;
  for (unsigned port : facts.ports) {
    inside += std::ranges::any_of(
        alternative.ports, [&](auto range) { return range.first <= port && port <= range.second; });
  }
  if (inside == 0) return false;
  return inside == facts.ports.size() ? std::optional(true) : std::nullopt;
}

}  // namespace

Test parse_test(std::span<const std::string> words) { return test_of(parse_criterion(words)); }

Result<AnyOf, std::string> resolve(const Test& test, const Facts& facts) {
  if (!test.fault.empty()) return Failed{test.fault};
  AnyOf any;
  for (const Alternative& alternative : test.any) {
    std::optional<bool> value = alternative.value;
    if (alternative.kind == Alternative::Kind::tls) value = facts.tls;
    if (alternative.kind == Alternative::Kind::port) value = covers_ports(alternative, facts);
    if (!value) {
      return Failed{
          std::string("a route cannot ask for the port of one listener; make a frontend "
                      "of each port")};
    }
    if (alternative.kind == Alternative::Kind::request) {
      any.push_back(alternative.match);
    } else if (*value) {
      return AnyOf{Match{}};
    }
  }
  return any;
}

void Acls::add(const Line& line) {
  std::span<const std::string> words(line.words);
  Test test = parse_test(words.subspan(std::min<std::size_t>(2, words.size())));
  Test& known = tests_[std::string(line.word(1))];
  known.any.insert(known.any.end(), test.any.begin(), test.any.end());
  if (known.fault.empty()) known.fault = test.fault;
  known.from.push_back(&line);
}

const Test* Acls::find(const std::string& name) const {
  auto own = tests_.find(name);
  if (own != tests_.end()) return &own->second;
  auto known = predefined().find(name);
  return known == predefined().end() ? nullptr : &known->second;
}

}  // namespace stickler::haproxy
