// SPDX-License-Identifier: MIT
#include <algorithm>

#include "base/strings.h"
#include "config/forms.h"
#include "config/quote.h"

namespace stickler::config {
namespace {

constexpr std::string_view kLogAddressRemedy =
    "write \"unix:/dev/log\", \"udp:10.0.0.1:514\" or \"tcp:…\"";

bool has_port(std::string_view address) {
  std::size_t colon = address.rfind(':');
  std::size_t bracket = address.rfind(']');
  if (colon == std::string_view::npos) return false;
  return bracket == std::string_view::npos || colon > bracket;
}

}  // namespace

std::optional<Complaint> check_log_address(std::string_view text) {
  if (text.starts_with('/')) {
    return Complaint{"a Unix socket begins with unix:",
                     "write " + in_quotes(std::string("unix:").append(text))};
  }
  std::string_view rest = text;
  std::string_view transport = take_until(rest, ':');
  if (transport == "unix" || transport == "unix-stream") {
    return check_server_address(std::string("unix:").append(rest));
  }
  if (transport != "udp" && transport != "tcp") {
    return Complaint{in_quotes(text) + " is no address of a syslog daemon",
                     std::string(kLogAddressRemedy)};
  }
  if (auto complaint = check_server_address(rest)) return complaint;
  if (has_port(rest)) return std::nullopt;
  return Complaint{"the port is missing", "write " + in_quotes(std::string(text) + ":514")};
}

// 32 characters are RFC 3164's limit; what may stand in a tag is what no daemon misreads.
std::optional<Complaint> check_log_tag(std::string_view text) {
  constexpr std::size_t kLongest = 32;
  bool fine = !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    bool letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
    return letter || is_digit(c) || c == '-' || c == '_' || c == '.' || c == '/';
  });
  if (fine) return std::nullopt;
  return Complaint{in_quotes(text) + " cannot be a tag",
                   "use up to 32 letters, digits, '-', '_', '.' and '/'"};
}

}  // namespace stickler::config
