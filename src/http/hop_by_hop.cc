// SPDX-License-Identifier: MIT
#include "http/hop_by_hop.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "http/comma_list.h"

namespace stickler::http {
namespace {

constexpr std::array<std::string_view, 3> kPlainOptions = {"close", "keep-alive", "upgrade"};

bool is_plain_option(std::string_view option) {
  return std::any_of(kPlainOptions.begin(), kPlainOptions.end(), [option](std::string_view plain) {
    return equals_ignoring_case(option, plain);
  });
}

// A peer could use Connection to make us strip what the next hop decides by: its own identity, the
// framing, or who it is told the client was. Such names are ignored.
bool is_protected(const Field& field) {
  switch (field.id) {
    case FieldId::cache_control:
    case FieldId::content_length:
    case FieldId::cookie:
    case FieldId::host:
    case FieldId::set_cookie:
      return true;
    default:
      break;
  }
  constexpr std::string_view kForwarded = "x-forwarded-";
  return equals_ignoring_case(field.name.substr(0, kForwarded.size()), kForwarded) ||
         equals_ignoring_case(field.name, "forwarded") ||
         equals_ignoring_case(field.name, "authorization");
}

}  // namespace

HopByHop::HopByHop(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    if (field.id != FieldId::connection) continue;
    std::string_view rest = field.value;
    for (std::string_view option = next_element(rest); !option.empty();
         option = next_element(rest)) {
      if (!is_plain_option(option)) named_.push_back(option);
    }
  }
}

bool HopByHop::drops(const Field& field) const {
  switch (field.id) {
    case FieldId::connection:
    case FieldId::keep_alive:
    case FieldId::proxy_connection:
    case FieldId::te:
    case FieldId::trailer:
    case FieldId::transfer_encoding:
    case FieldId::upgrade:
      return true;
    default:
      break;
  }
  const bool named = std::any_of(named_.begin(), named_.end(), [&field](std::string_view name) {
    return equals_ignoring_case(field.name, name);
  });
  return named && !is_protected(field);
}

}  // namespace stickler::http
