// SPDX-License-Identifier: MIT
// The forms that texts of the configuration have: addresses, names, paths, patterns. Each check
// says what is wrong and what to write instead, or nothing. Looks at the text alone: what it refers
// to is the business of validate.h. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/schema.h"

namespace stickler::config {

// ---- addresses ----

std::optional<Complaint> check_bind(std::string_view text);
std::optional<Complaint> check_server_address(std::string_view text);
std::optional<Complaint> check_network(std::string_view text);  // "10.0.0.0/8", "::1"

// With port 80 if there is none; `address` has passed its check.
std::string with_port(const std::string& address);

// ---- HTTP (RFC 9110) ----

std::optional<Complaint> check_host(std::string_view text);          // no port, no wildcard
std::optional<Complaint> check_host_pattern(std::string_view text);  // "*.example.com" too
std::optional<Complaint> check_path(std::string_view text);
std::optional<Complaint> check_regex(std::string_view text);
// One that has a key to give: at most one group.
std::optional<Complaint> check_key_regex(std::string_view text);
// A parameter's name in a query, as it is sent.
std::optional<Complaint> check_parameter_name(std::string_view text);
std::optional<Complaint> check_method(std::string_view text);
std::optional<Complaint> check_field_name(std::string_view text);
// A field that edits may touch: not the framing of the message.
std::optional<Complaint> check_edited_field(std::string_view text);
// A field's value with ${…} variables.
std::optional<Complaint> check_field_template(std::string_view text);

// ---- cookies (RFC 6265) ----

std::optional<Complaint> check_cookie_name(std::string_view text);
std::optional<Complaint> check_cookie_value(std::string_view text);
std::optional<Complaint> check_cookie_attribute(std::string_view text);  // of Domain and Path
std::optional<Complaint> check_cookie_path(std::string_view text);

// ---- health checks ----

// "HEAD /status".
std::optional<Complaint> check_probe(std::string_view text);
std::pair<std::string, std::string> split_probe(std::string_view text);  // method, path
// "200", "200-399", "200,204".
std::optional<Complaint> check_statuses(std::string_view text);
// `text` has passed its check.
void append_statuses(std::string_view text, std::vector<std::pair<unsigned, unsigned>>& ranges);

// ---- logs ----

// "unix:/dev/log", "unix-stream:/path", "udp:host:port", "tcp:host:port".
std::optional<Complaint> check_log_address(std::string_view text);
// A TAG of RFC 3164 and an APP-NAME of RFC 5424.
std::optional<Complaint> check_log_tag(std::string_view text);

// ---- files ----

std::optional<Complaint> check_file_path(std::string_view text);

// Whether Stickler answers it by itself, so that it may have a page.
std::optional<Complaint> check_error_status(unsigned status);
// "503 /file", "/503.html" or "/folder".
std::optional<Complaint> check_error_file(std::string_view text);
struct ErrorFile {
  std::optional<unsigned> status;  // if it is written
  std::string path;
};
ErrorFile split_error_file(std::string_view text);

}  // namespace stickler::config
