// SPDX-License-Identifier: MIT
#include "net/signature.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>

#include "base/assert.h"

namespace stickler::net {
namespace {

constexpr std::size_t kKeySize = 32;

std::string hex(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < size; ++i) {
    text.push_back(kDigits[bytes[i] >> 4]);
    text.push_back(kDigits[bytes[i] & 15]);
  }
  return text;
}

}  // namespace

std::string random_key() {
  std::array<unsigned char, kKeySize> key{};
  ASSERT(RAND_bytes(key.data(), static_cast<int>(key.size())) == 1);
  return {key.begin(), key.end()};
}

std::string sign(std::string_view key, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> signature{};
  unsigned size = 0;
  const unsigned char* done = HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                                   reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                   signature.data(), &size);
  ASSERT(done != nullptr);
  return hex(signature.data(), size);
}

}  // namespace stickler::net
