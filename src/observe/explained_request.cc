// SPDX-License-Identifier: MIT
#include "observe/explained_request.h"

#include <algorithm>
#include <optional>

#include "base/strings.h"
#include "http/authority.h"

namespace stickler::observe {
namespace {

using Read = Result<ExplainedRequest, std::string>;

constexpr unsigned kHttpPort = 80;
constexpr unsigned kHttpsPort = 443;

bool has_blank_or_control(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

std::string in_apostrophes(std::string_view text) { return "'" + std::string(text) + "'"; }

// Cuts "http://" or "https://" off the front.
std::optional<bool> take_scheme(std::string_view& url) {
  for (std::string_view scheme : {"http://", "https://"}) {
    if (!equals_ignoring_case(url.substr(0, scheme.size()), scheme)) continue;
    url.remove_prefix(scheme.size());
    return scheme == "https://";
  }
  return std::nullopt;
}

// What a browser sends of the rest of a URL: no fragment, and never nothing.
std::string target_of(std::string_view rest) {
  rest = rest.substr(0, rest.find('#'));
  std::string target(rest.starts_with('/') ? "" : "/");
  return target.append(rest);
}

struct Url {
  bool tls = false;
  std::string host;
  unsigned port = 0;
  std::string host_field;  // without the scheme's own port
  std::string target;
};

Result<Url, std::string> read_url(std::string_view text) {
  std::string_view rest = text;
  std::optional<bool> tls = take_scheme(rest);
  if (!tls) return Failed{in_apostrophes(text) + " is no URL: write https://host/path"};
  if (has_blank_or_control(text)) {
    return Failed{in_apostrophes(text) + " has blanks: a URL has %20 instead"};
  }
  std::string_view authority_text = rest.substr(0, rest.find_first_of("/?#"));
  std::optional<http::Authority> authority = http::parse_authority(authority_text);
  if (!authority) {
    return Failed{in_apostrophes(authority_text) + " is no host: write https://host/path"};
  }
  const unsigned own_port = *tls ? kHttpsPort : kHttpPort;
  Url url;
  url.tls = *tls;
  url.host = authority->host;
  url.port = authority->port.value_or(own_port);
  url.host_field = url.host;
  if (url.port != own_port) url.host_field.append(":").append(std::to_string(url.port));
  url.target = target_of(rest.substr(authority_text.size()));
  return url;
}

std::optional<net::Address> read_client(const std::string& text) {
  bool six = text.find(':') != std::string::npos && !text.starts_with('[');
  return net::Address::parse(six ? "[" + text + "]:1" : text + ":1");
}

// What is wrong with a line of the head, if anything is.
std::optional<std::string> complaint_about(const std::string& header) {
  std::size_t colon = header.find(':');
  if (colon == std::string::npos || colon == 0) {
    return in_apostrophes(header) + " is no header field: write 'Name: value'";
  }
  if (!is_one_line(header)) return "a header field is one line";
  return std::nullopt;
}

bool names_host(const std::string& header) {
  return equals_ignoring_case(std::string_view(header).substr(0, header.find(':')), "host");
}

std::string head_of(const ExplainWords& words, const Url& url) {
  bool connect = words.method == "CONNECT";
  std::string authority = url.host + ":" + std::to_string(url.port);
  std::string head = words.method + " " + (connect ? authority : url.target) + " HTTP/1.1\r\n";
  if (std::ranges::none_of(words.headers, names_host)) {
    head += "Host: " + (connect ? authority : url.host_field) + "\r\n";
  }
  for (const std::string& header : words.headers) head += header + "\r\n";
  for (const std::string& cookie : words.cookies) head += "Cookie: " + cookie + "\r\n";
  return head + "\r\n";
}

std::vector<Supposition> suppositions_of(const ExplainWords& words) {
  using balance::Availability;
  std::vector<Supposition> supposed;
  for (const std::string& name : words.drain) supposed.push_back({name, Availability::drain});
  for (const std::string& name : words.maint) supposed.push_back({name, Availability::maint});
  for (const std::string& name : words.down) supposed.push_back({name, Availability::down});
  return supposed;
}

}  // namespace

Read read_explained_request(const ExplainWords& words) {
  if (words.method.empty() || has_blank_or_control(words.method)) {
    return Failed{in_apostrophes(words.method) + " is no method"};
  }
  auto url = read_url(words.url);
  if (!url) return Failed{url.error()};
  for (const std::string& header : words.headers) {
    if (auto complaint = complaint_about(header)) return Failed{*complaint};
  }
  if (!std::ranges::all_of(words.cookies, is_one_line)) {
    return Failed{std::string("a cookie is one line")};
  }
  std::optional<net::Address> client = read_client(words.client);
  if (!client) return Failed{in_apostrophes(words.client) + " is no IP address of a client"};
  ExplainedRequest request;
  request.method = words.method;
  request.url = words.url;
  request.tls = url->tls;
  request.host = url->host;
  request.port = url->port;
  request.head = head_of(words, *url);
  request.client = *client;
  request.listener = words.listener;
  request.supposed = suppositions_of(words);
  return request;
}

}  // namespace stickler::observe
