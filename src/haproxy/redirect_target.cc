// SPDX-License-Identifier: MIT
#include <array>

#include "base/strings.h"
#include "config/forms.h"
#include "haproxy/rule.h"

namespace stickler::haproxy {
namespace {

// What stands for the path and query of the request, and what for its host.
constexpr std::array<std::string_view, 4> kWholeTarget{"%[capture.req.uri]", "%[pathq]", "%[url]",
                                                       "%HU"};
constexpr std::array<std::string_view, 4> kOwnHost{"%[hdr(host)]", "%[req.hdr(host)]",
                                                   "%[req.hdr(host),lower]", "%[hdr(host),lower]"};

std::string sentence(const config::Complaint& complaint) {
  return complaint.what + (complaint.remedy.empty() ? "" : "; " + complaint.remedy);
}

// The error is a sentence; empty: good.
std::string read_authority(std::string_view authority, config::Redirect& redirect) {
  for (std::string_view own : kOwnHost) {
    if (equals_ignoring_case(authority, own)) return "";
  }
  std::size_t colon = authority.rfind(':');
  std::size_t bracket = authority.rfind(']');
  bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port) {
    auto port = parse_range(authority.substr(colon + 1));
    if (!port || port->first != port->second || port->first == 0) return "its port is no number";
    redirect.port = port->first;
    authority = authority.substr(0, colon);
  }
  if (auto complaint = config::check_host(authority)) return sentence(*complaint);
  redirect.host = authority;
  return "";
}

}  // namespace

Result<RedirectTo, std::string> read_target(std::string_view kind, std::string_view text) {
  RedirectTo to;
  bool prefix = kind == "prefix";
  std::size_t scheme = text.find("://");
  if (scheme != std::string_view::npos) {
    to.redirect.scheme = lower_case(text.substr(0, scheme));
    bool known = to.redirect.scheme == "http" || to.redirect.scheme == "https";
    if (!known) return Failed{"a redirect leads to http or https, not to " + to.redirect.scheme};
    text.remove_prefix(scheme + 3);
    std::size_t end = text.starts_with('%') ? text.find(']') + 1 : text.find_first_of("/?%");
    std::string_view authority = text.substr(0, end);
    text.remove_prefix(authority.size());
    std::string why = read_authority(authority, to.redirect);
    if (!why.empty()) return Failed{why};
  } else {
    to.same_origin = true;
  }
  for (std::string_view whole : kWholeTarget) {
    if (text == whole && !prefix) return to;
  }
  if (prefix && (text.empty() || (text == "/" && !to.same_origin))) return to;
  if (prefix) {
    return Failed{std::string("a redirect puts nothing before the path; give the whole new path")};
  }
  to.redirect.path = text.empty() ? "/" : text;
  if (text.find('%') != std::string_view::npos) {
    return Failed{std::string("a redirect's path holds no variables; write one route for each")};
  }
  if (auto complaint = config::check_path(to.redirect.path)) return Failed{sentence(*complaint)};
  return to;
}

}  // namespace stickler::haproxy
