// SPDX-License-Identifier: MIT
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/strings.h"
#include "config/forms.h"
#include "config/quote.h"

namespace stickler::config {
namespace {

constexpr std::array<std::string_view, 9> kVariables{"client", "server",      "backend",
                                                     "route",  "listener",    "scheme",
                                                     "host",   "tls_version", "request_id"};

bool is_alphanumeric(char c) { return is_digit(c) || (to_lower(c) >= 'a' && to_lower(c) <= 'z'); }

// Of a token beside letters and digits: RFC 9110 §5.6.2.
constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
// Not in a cookie's value: RFC 6265 §4.1.1; and HAProxy's sign before the dates.
constexpr std::string_view kNotInCookies = "\",;\\|";

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || kTokenMarks.find(c) != std::string_view::npos;
  });
}

bool is_printable(char c) { return c > 0x20 && c < 0x7F; }

std::string upper_case(std::string_view text) {
  std::string copy(text);
  for (char& c : copy) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return copy;
}

std::string variables() {
  std::string list;
  for (std::string_view name : kVariables) {
    list += (list.empty() ? "${" : ", ${") + std::string(name) + "}";
  }
  return list;
}

// "200" or "200-399".
std::optional<std::pair<unsigned, unsigned>> parse_range(std::string_view text) {
  auto number = [](std::string_view digits) -> std::optional<unsigned> {
    unsigned status = 0;
    auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), status);
    bool whole = error == std::errc{} && stop == digits.data() + digits.size();
    return whole && status >= 100 && status <= 599 ? std::optional(status) : std::nullopt;
  };
  std::string_view last = trim(text);
  bool range = last.find('-') != std::string_view::npos;
  auto from = number(trim(take_until(last, '-')));
  auto to = range ? number(trim(last)) : from;
  if (!from || !to || *from > *to) return std::nullopt;
  return std::pair(*from, *to);
}

}  // namespace

std::optional<Complaint> check_path(std::string_view text) {
  if (!text.starts_with('/'))
    return Complaint{"a path begins with '/'", "write " + in_quotes("/" + std::string(text))};
  if (text.find('?') != std::string_view::npos) return Complaint{"a path ends before the '?'", ""};
  if (std::ranges::all_of(text, is_printable)) return std::nullopt;
  return Complaint{"a path holds neither blanks nor letters beyond ASCII",
                   "write them as %20 and the like"};
}

std::optional<Complaint> check_regex(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  re2::RE2 regex(re2::StringPiece(text.data(), text.size()), options);
  if (regex.ok()) return std::nullopt;
  return Complaint{"this regular expression does not work: " + regex.error(),
                   "RE2's syntax; it has no look-around and no back references"};
}

std::optional<Complaint> check_key_regex(std::string_view text) {
  if (auto complaint = check_regex(text)) return complaint;
  const re2::RE2 regex(re2::StringPiece(text.data(), text.size()));
  if (regex.NumberOfCapturingGroups() <= 1) return std::nullopt;
  return Complaint{"a key is what one group holds, and here are " +
                       std::to_string(regex.NumberOfCapturingGroups()),
                   "write the others as (?:…)"};
}

std::optional<Complaint> check_parameter_name(std::string_view text) {
  constexpr std::string_view kForbidden = "&=#?; \t";
  if (!text.empty() && text.find_first_of(kForbidden) == text.npos) return std::nullopt;
  return Complaint{in_quotes(text) + " is no parameter's name", "write \"projectId\", for example"};
}

std::optional<Complaint> check_method(std::string_view text) {
  if (!is_token(text))
    return Complaint{in_quotes(text) + " is no method", "write \"GET\", for example"};
  if (upper_case(text) == text) return std::nullopt;
  return Complaint{"methods are told apart by case", "write " + in_quotes(upper_case(text))};
}

std::optional<Complaint> check_field_name(std::string_view text) {
  if (is_token(text)) return std::nullopt;
  return Complaint{in_quotes(text) + " cannot be the name of a field", ""};
}

std::optional<Complaint> check_edited_field(std::string_view text) {
  constexpr std::array<std::string_view, 9> kFraming{
      "connection", "content-length",    "keep-alive", "proxy-connection", "te", "trailer",
      "upgrade",    "transfer-encoding", "expect"};
  if (std::ranges::find(kFraming, lower_case(text)) == kFraming.end())
    return check_field_name(text);
  return Complaint{
      "'" + std::string(text) + "' belongs to the connection and is Stickler's own business",
      "remove this line"};
}

std::optional<Complaint> check_field_template(std::string_view text) {
  while (true) {
    std::size_t begin = text.find("${");
    if (begin == std::string_view::npos) return std::nullopt;
    text.remove_prefix(begin + 2);
    std::size_t end = text.find('}');
    if (end == std::string_view::npos) return Complaint{"a '}' is missing behind '${'", ""};
    std::string_view name = text.substr(0, end);
    if (std::ranges::find(kVariables, name) == kVariables.end()) {
      return Complaint{"there is no variable ${" + std::string(name) + "}",
                       "there are " + variables()};
    }
  }
}

std::optional<Complaint> check_cookie_name(std::string_view text) {
  if (is_token(text)) return std::nullopt;
  return Complaint{in_quotes(text) + " cannot be the name of a cookie",
                   "use letters, digits, '-' and '_'"};
}

std::optional<Complaint> check_cookie_value(std::string_view text) {
  bool fine = !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_printable(c) && kNotInCookies.find(c) == std::string_view::npos;
  });
  if (fine) return std::nullopt;
  return Complaint{in_quotes(text) + " cannot be the value of a cookie",
                   "use letters, digits, '-' and '_'"};
}

std::optional<Complaint> check_cookie_attribute(std::string_view text) {
  bool fine = !text.empty() && text.find(';') == std::string_view::npos &&
              std::ranges::all_of(text, is_printable);
  if (fine) return std::nullopt;
  return Complaint{in_quotes(text) + " cannot stand in a Set-Cookie field", ""};
}

std::optional<Complaint> check_cookie_path(std::string_view text) {
  if (auto complaint = check_path(text)) return complaint;
  return check_cookie_attribute(text);
}

std::optional<Complaint> check_probe(std::string_view text) {
  auto [method, path] = split_probe(text);
  if (method.starts_with('/'))
    return Complaint{"the method is missing", "write " + in_quotes("HEAD " + method)};
  if (auto complaint = check_method(method)) return complaint;
  std::string_view target = path;
  if (!target.starts_with('/'))
    return Complaint{"the path is missing", "write " + in_quotes(method + " /status")};
  return check_path(target.substr(0, target.find('?')));
}

std::pair<std::string, std::string> split_probe(std::string_view text) {
  std::string_view method = take_until(text, ' ');
  return {std::string(method), std::string(trim(text))};
}

std::optional<Complaint> check_statuses(std::string_view text) {
  while (true) {
    bool more = text.find(',') != std::string_view::npos;
    std::string_view range = take_until(text, ',');
    if (!parse_range(range)) {
      return Complaint{in_quotes(trim(range)) + " is neither a status nor a range of them",
                       "write 200, \"200-399\" or \"200,204\""};
    }
    if (!more) return std::nullopt;
  }
}

void append_statuses(std::string_view text, std::vector<std::pair<unsigned, unsigned>>& ranges) {
  while (!text.empty()) {
    if (auto range = parse_range(take_until(text, ','))) ranges.push_back(*range);
  }
}

}  // namespace stickler::config
