// SPDX-License-Identifier: MIT
// Gathers, field by field, what a head says about its body and its connection, and refuses what two
// readers could frame differently (RFC 9112 §6.1–6.3, §9.3, §9.6). The same for requests and
// responses.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "http/head.h"

namespace stickler::http {

class FramingFields {
 public:
  // Returns what is wrong, a static sentence, or null. Stricter than RFC 9112 asks: Content-Length
  // stands once, even if repeated with the same value, and "chunked" is the only coding.
  const char* add(const Field& field, int version_minor);

  BodyFraming request_body() const;
  BodyFraming response_body(Method request, unsigned status) const;
  bool keep_alive(int version_minor) const;
  // The value of Upgrade, if Connection names it.
  std::string_view upgrade() const { return names_upgrade_ ? upgrade_ : std::string_view{}; }

 private:
  const char* add_content_length(std::string_view value);
  const char* add_transfer_encoding(std::string_view value, int version_minor);
  const char* add_connection(std::string_view value);
  // By the fields alone: chunked, length, or none.
  BodyFraming declared_body() const;

  std::optional<std::uint64_t> length_;
  std::string_view upgrade_;
  unsigned options_ = 0;  // elements of Connection
  bool chunked_ = false;
  bool close_ = false;
  bool keep_alive_ = false;
  bool names_upgrade_ = false;
};

}  // namespace stickler::http
