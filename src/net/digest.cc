// SPDX-License-Identifier: MIT
#include "net/digest.h"

#include <openssl/evp.h>

#include <array>

#include "base/assert.h"

namespace stickler::net {

std::string sha256(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  ASSERT(EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
  return {digest.begin(), digest.begin() + size};
}

}  // namespace stickler::net
