// SPDX-License-Identifier: MIT
#include "http/framing_fields.h"

#include <charconv>
#include <limits>

#include "base/strings.h"
#include "http/comma_list.h"
#include "http/hop_by_hop.h"

namespace stickler::http {
namespace {

// 1*DIGIT that fits 63 bits.
std::optional<std::uint64_t> parse_length(std::string_view text) {
  std::uint64_t length = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, length);
  const bool fits = length <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
  if (error != std::errc{} || stop != end || !fits) return std::nullopt;
  return length;
}

}  // namespace

const char* FramingFields::add(const Field& field, int version_minor) {
  switch (field.id) {
    case FieldId::content_length:
      return add_content_length(field.value);
    case FieldId::transfer_encoding:
      return add_transfer_encoding(field.value, version_minor);
    case FieldId::connection:
      return add_connection(field.value);
    case FieldId::upgrade:
      if (upgrade_.empty()) upgrade_ = field.value;
      return nullptr;
    default:
      return nullptr;
  }
}

const char* FramingFields::add_content_length(std::string_view value) {
  if (length_) return "several Content-Length fields";
  if (chunked_) return "both Content-Length and Transfer-Encoding";
  length_ = parse_length(value);
  return length_ ? nullptr : "invalid Content-Length";
}

const char* FramingFields::add_transfer_encoding(std::string_view value, int version_minor) {
  if (version_minor == 0) return "Transfer-Encoding in HTTP/1.0";
  if (length_) return "both Content-Length and Transfer-Encoding";
  if (chunked_) return "several transfer codings";
  chunked_ = equals_ignoring_case(value, "chunked");
  return chunked_ ? nullptr : "unknown transfer coding";
}

const char* FramingFields::add_connection(std::string_view value) {
  for (std::string_view option = next_element(value); !option.empty();
       option = next_element(value)) {
    if (++options_ > kMostConnectionOptions) return "too many names in Connection";
    close_ |= equals_ignoring_case(option, "close");
    keep_alive_ |= equals_ignoring_case(option, "keep-alive");
    names_upgrade_ |= equals_ignoring_case(option, "upgrade");
  }
  return nullptr;
}

BodyFraming FramingFields::declared_body() const {
  if (chunked_) return {BodyKind::chunked, 0};
  if (length_.value_or(0) > 0) return {BodyKind::length, *length_};
  return {};
}

BodyFraming FramingFields::request_body() const { return declared_body(); }

BodyFraming FramingFields::response_body(Method request, unsigned status) const {
  const bool never_has_one = status < 200 || status == 204 || status == 304;
  const bool opens_tunnel = request == Method::connect && status < 300;
  if (never_has_one || opens_tunnel || request == Method::head) return {};
  if (!chunked_ && !length_) return {BodyKind::until_close, 0};
  return declared_body();
}

bool FramingFields::keep_alive(int version_minor) const {
  return !close_ && (version_minor >= 1 || keep_alive_);
}

}  // namespace stickler::http
