// SPDX-License-Identifier: MIT
#include "balance/path_match.h"

#include <re2/re2.h>

#include <algorithm>

#include "base/strings.h"

namespace stickler::balance {
namespace {

bool is_normal(std::string_view path) {
  return path.find('%') == std::string_view::npos && path.find("//") == std::string_view::npos &&
         path.find("/.") == std::string_view::npos;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  char lower = to_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// The byte that an escape at `at` stands for; nothing if there is no well-formed one.
std::optional<char> escaped_byte(std::string_view path, std::size_t at) {
  if (path[at] != '%' || at + 2 >= path.size()) return {};
  int high = hex_value(path[at + 1]);
  int low = hex_value(path[at + 2]);
  if (high < 0 || low < 0) return {};
  return static_cast<char>(high << 4 | low);
}

// RFC 3986 §2.3: escaped or not, they mean the same.
bool is_unreserved(char c) {
  char lower = to_lower(c);
  return (lower >= 'a' && lower <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_' ||
         c == '~';
}

std::string normalize_escapes(std::string_view path) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  for (std::size_t at = 0; at < path.size(); ++at) {
    std::optional<char> byte = escaped_byte(path, at);
    if (!byte) {
      out.push_back(path[at]);
      continue;
    }
    if (is_unreserved(*byte)) {
      out.push_back(*byte);
    } else {
      auto bits = static_cast<unsigned char>(*byte);
      out.append({'%', kHex[bits >> 4], kHex[bits & 15]});
    }
    at += 2;
  }
  return out;
}

// Cuts the last segment off "/a/b", with its slash.
void pop_segment(std::string& path) {
  if (!path.empty()) path.erase(path.rfind('/'));
}

// Appends `path` segment by segment: empty ones and "." vanish, ".." takes one back. A path whose
// last segment vanished names a directory and keeps its final slash.
void append_resolved(std::string_view path, std::string& out) {
  bool ends_in_slash = false;
  std::string_view rest = path.substr(1);
  for (bool more = true; more;) {
    more = rest.find('/') != std::string_view::npos;
    std::string_view segment = take_until(rest, '/');
    ends_in_slash = segment.empty() || segment == "." || segment == "..";
    if (segment == "..") pop_segment(out);
    if (!ends_in_slash) out.append("/").append(segment);
  }
  if (ends_in_slash) out.push_back('/');
}

std::vector<std::string> normalize_paths(const std::vector<std::string>& paths) {
  std::vector<std::string> normal;
  std::string scratch;
  for (const std::string& path : paths) normal.emplace_back(normalize_path(path, scratch));
  return normal;
}

// A prefix may end inside a segment: "/." (of "/.well-known") must not be resolved to "/".
std::vector<std::string> normalize_prefixes(const std::vector<std::string>& prefixes) {
  std::vector<std::string> normal;
  for (const std::string& prefix : prefixes) normal.push_back(normalize_escapes(prefix));
  return normal;
}

}  // namespace

std::string_view normalize_path(std::string_view path, std::string& scratch) {
  if (!path.starts_with('/') || is_normal(path)) return path;
  scratch.clear();
  append_resolved(normalize_escapes(path), scratch);
  return scratch;
}

std::unique_ptr<re2::RE2> compile_path_regex(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);  // the caller reports them, with the setting's name
  // Bytes: a path that is no valid UTF-8 must not slip past a ".".
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  return std::make_unique<re2::RE2>(pattern, options);
}

PathMatch::PathMatch() = default;
PathMatch::PathMatch(PathMatch&&) noexcept = default;
PathMatch& PathMatch::operator=(PathMatch&&) noexcept = default;
PathMatch::~PathMatch() = default;

Result<PathMatch, std::string> PathMatch::compile(const config::Route& route) {
  PathMatch match;
  match.exact_ = normalize_paths(route.paths);
  match.prefixes_ = normalize_prefixes(route.path_prefixes);
  if (!route.path_regex.empty()) {
    match.regex_ = compile_path_regex(route.path_regex);
    if (!match.regex_->ok()) return Failed{match.regex_->error()};
  }
  return match;
}

std::optional<Condition> PathMatch::mismatch(std::string_view normal_path) const {
  auto is_path = [&](const std::string& exact) { return normal_path == exact; };
  auto begins_path = [&](const std::string& prefix) { return normal_path.starts_with(prefix); };
  if (!exact_.empty() && std::none_of(exact_.begin(), exact_.end(), is_path)) {
    return Condition::path;
  }
  if (!prefixes_.empty() && std::none_of(prefixes_.begin(), prefixes_.end(), begins_path)) {
    return Condition::path_prefix;
  }
  bool fits_regex =
      !regex_ || re2::RE2::FullMatch({normal_path.data(), normal_path.size()}, *regex_);
  return fits_regex ? std::nullopt : std::optional(Condition::path_regex);
}

}  // namespace stickler::balance
