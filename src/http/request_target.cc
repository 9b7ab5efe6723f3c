// SPDX-License-Identifier: MIT
#include "http/request_target.h"

#include <algorithm>

#include "base/strings.h"
#include "http/authority.h"

namespace stickler::http {
namespace {

constexpr std::string_view kHttp = "http://";
constexpr std::string_view kHttps = "https://";

bool has_scheme(std::string_view target, std::string_view scheme) {
  return equals_ignoring_case(target.substr(0, scheme.size()), scheme);
}

void take_path(RequestHead& head, std::string_view path_and_query) {
  const std::size_t mark = std::min(path_and_query.find('?'), path_and_query.size());
  head.path = path_and_query.substr(0, mark);
  if (mark < path_and_query.size()) head.query = path_and_query.substr(mark + 1);
}

const char* parse_absolute(RequestHead& head) {
  const bool secure = has_scheme(head.target, kHttps);
  if (!secure && !has_scheme(head.target, kHttp)) return "request target neither path nor URL";
  head.target_form = TargetForm::absolute;

  std::string_view rest = head.target.substr(secure ? kHttps.size() : kHttp.size());
  head.authority = rest.substr(0, rest.find_first_of("/?"));
  if (!parse_authority(head.authority)) return "invalid host in request target";

  rest.remove_prefix(head.authority.size());
  // Its path is "/", but that does not stand before the query, where path_and_query() needs it.
  if (rest.starts_with('?')) return "query without path in request target";
  if (!rest.empty()) {
    take_path(head, rest);
  } else {
    head.path = head.method == Method::options ? "*" : "/";  // RFC 9112 §3.2.4
  }
  return nullptr;
}

const char* parse_connect(RequestHead& head) {
  head.target_form = TargetForm::authority;
  head.authority = head.target;
  const auto authority = parse_authority(head.authority);
  return authority && authority->port ? nullptr : "CONNECT without host and port";
}

std::uint16_t default_port(const RequestHead& head) {
  return has_scheme(head.target, kHttp) ? 80 : 443;
}

}  // namespace

const char* parse_target(RequestHead& head) {
  if (head.method == Method::connect) return parse_connect(head);
  if (head.target.starts_with('/')) {
    head.target_form = TargetForm::origin;
    take_path(head, head.target);
    return nullptr;
  }
  if (head.target == "*") {
    head.target_form = TargetForm::asterisk;
    head.path = head.target;
    return head.method == Method::options ? nullptr : "asterisk target without OPTIONS";
  }
  return parse_absolute(head);
}

const char* parse_host(RequestHead& head, std::string_view value) {
  const auto host = parse_authority(value);
  if (!host) return "invalid Host";
  if (head.authority.empty()) {
    head.authority = value;
    return nullptr;
  }
  const auto target = parse_authority(head.authority);
  return same_authority(*host, *target, default_port(head)) ? nullptr
                                                            : "Host differs from request target";
}

}  // namespace stickler::http
