// SPDX-License-Identifier: MIT
#include "haproxy/values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/strings.h"
#include "haproxy/draft.h"

namespace stickler::haproxy {
namespace {

// Of "%s" and of "%[src]", without the '%'; in brackets, in small letters.
struct Variable {
  std::string_view theirs;
  std::string_view ours;
};
constexpr std::array<Variable, 16> kVariables{{{"[src]", "${client}"},
                                               {"[srv_name]", "${server}"},
                                               {"[be_name]", "${backend}"},
                                               {"[fe_name]", "${listener}"},
                                               {"[ssl_fc_protocol]", "${tls_version}"},
                                               {"[hdr(host)]", "${host}"},
                                               {"[req.hdr(host)]", "${host}"},
                                               {"[unique-id]", "${request_id}"},
                                               {"ID", "${request_id}"},
                                               {"sslv", "${tls_version}"},
                                               {"ci", "${client}"},
                                               {"ft", "${listener}"},
                                               {"f", "${listener}"},
                                               {"b", "${backend}"},
                                               {"s", "${server}"},
                                               {"%", "%"}}};

constexpr bool is_letter(char c) { return to_lower(c) >= 'a' && to_lower(c) <= 'z'; }

// The variable that `rest`, behind a '%', begins with: "[…]", "{…}name" or a name.
std::string_view variable_at(std::string_view rest) {
  if (rest.starts_with('%')) return rest.substr(0, 1);
  if (rest.starts_with('[')) {
    std::size_t end = rest.find(']');
    return rest.substr(0, end == std::string_view::npos ? rest.size() : end + 1);
  }
  std::size_t end = 0;
  if (rest.starts_with('{')) end = std::min(rest.find('}'), rest.size() - 1) + 1;
  while (end < rest.size() && is_letter(rest[end])) ++end;
  return rest.substr(0, end);
}

bool is_listener_constant(std::string_view variable) {
  return variable == "[ssl_fc]" || variable == "[dst_port]" || variable == "[fc_dst_port]" ||
         variable == "fp";
}

std::optional<std::string> listener_constant(std::string_view variable, const Facts* facts) {
  if (facts == nullptr) return std::nullopt;
  if (variable == "[ssl_fc]") return facts->tls ? "1" : "0";
  if (facts->ports.size() != 1) return std::nullopt;
  return std::to_string(*facts->ports.begin());
}

std::optional<std::string> our_variable(std::string_view variable, const Facts* facts) {
  if (is_listener_constant(variable)) return listener_constant(variable, facts);
  std::string folded = variable.starts_with('[') ? lower_case(variable) : std::string(variable);
  auto known = std::ranges::find(kVariables, folded, &Variable::theirs);
  if (known == kVariables.end()) return std::nullopt;
  return std::string(known->ours);
}

}  // namespace

std::optional<Duration> parse_time(std::string_view text, Duration unit) {
  if (auto number = parse_number(text)) {
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    if (*number > kMost) return std::nullopt;
    return unit * *number;
  }
  return parse_duration(text);
}

std::optional<config::Node> time_value(std::string_view text, Duration unit) {
  auto time = parse_time(text, unit);
  if (!time) return std::nullopt;
  bool as_written = *time != kNoLimit && parse_duration(text).has_value();
  return as_written ? text_value(std::string(text)) : duration_value(*time);
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  bool whole = !text.empty() && error == std::errc{} && stop == text.data() + text.size();
  if (!whole || !is_digit(text.front())) return std::nullopt;
  return number;
}

std::optional<std::pair<unsigned, unsigned>> parse_range(std::string_view text) {
  std::size_t at = text.find_first_of("-:");
  auto first = parse_number(text.substr(0, at));
  auto last = at == std::string_view::npos ? first : parse_number(text.substr(at + 1));
  constexpr std::int64_t kMost = 65535;
  if (!first || !last || *first > *last || *last > kMost) return std::nullopt;
  return std::pair(static_cast<unsigned>(*first), static_cast<unsigned>(*last));
}

std::string Names::take(std::string_view wanted) {
  std::string base;
  for (char c : wanted) base += is_letter(c) || is_digit(c) || c == '_' || c == '-' ? c : '-';
  while (base.ends_with('-') && base.size() > 1) base.pop_back();
  if (base.empty() || !is_letter(base.front())) base.insert(0, "x-");
  if (!is_setting_name(base)) base += "-";  // true, false
  std::string name = base;
  for (int i = 2; !taken_.insert(name).second; ++i) name = base + "-" + std::to_string(i);
  return name;
}

std::string why_unfit(std::string_view text) {
  auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(text, is_control)) return "it holds a control character";
  bool variable = text.find("${") != std::string_view::npos;
  return variable ? "Stickler reads ${…} as a variable of its own" : "";
}

Result<std::string, std::string> translate_format(std::string_view format, const Facts* facts) {
  if (format.find("${") != std::string_view::npos) {
    return Failed{std::string("Stickler reads ${…} as a variable of its own; leave it out")};
  }
  std::string ours;
  while (!format.empty()) {
    std::size_t at = format.find('%');
    ours += format.substr(0, at);
    if (at == std::string_view::npos) break;
    format.remove_prefix(at + 1);
    std::string_view variable = variable_at(format);
    auto value = our_variable(variable, facts);
    if (!value) {
      return Failed{"there is no variable for '%" + std::string(variable) +
                    "'; there are ${client}, ${server}, ${backend}, ${route}, ${listener}, "
                    "${scheme}, ${host}, ${tls_version} and ${request_id}"};
    }
    ours += *value;
    format.remove_prefix(variable.size());
  }
  return ours;
}

bool depends_on_listener(std::string_view format) {
  for (std::size_t at = format.find('%'); at != std::string_view::npos;
       at = format.find('%', at + 1)) {
    std::string_view variable = variable_at(format.substr(at + 1));
    if (is_listener_constant(variable)) return true;
    at += variable.size();
  }
  return false;
}

}  // namespace stickler::haproxy
