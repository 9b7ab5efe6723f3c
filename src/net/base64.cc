// SPDX-License-Identifier: MIT
#include "net/base64.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>

namespace stickler::net {

std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::ptrdiff_t kMostPadding = 2;
  const std::ptrdiff_t padding = std::ranges::count(text, '=');
  if (padding > kMostPadding || (padding > 0 && !text.ends_with('='))) return std::nullopt;
  std::string decoded(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(decoded.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < padding) return std::nullopt;
  // OpenSSL counts the zeros that the padding stands for.
  decoded.resize(static_cast<std::size_t>(size - padding));
  return decoded;
}

std::string encode_base64(std::string_view bytes) {
  std::string encoded((bytes.size() + 2) / 3 * 4, '\0');
  // OpenSSL writes an end of text behind it, where std::string has one anyway.
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                  reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return encoded;
}

bool same_secret(std::string_view given, std::string_view secret) {
  return given.size() == secret.size() &&
         CRYPTO_memcmp(given.data(), secret.data(), secret.size()) == 0;
}

}  // namespace stickler::net
