// SPDX-License-Identifier: MIT
#include "net/digest.h"

#include <gtest/gtest.h>

#include "net/base64.h"

namespace stickler::net {
namespace {

// The examples of FIPS 180.
TEST(Digest, IsSha256) {
  EXPECT_EQ(encode_base64(sha256("")), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  EXPECT_EQ(encode_base64(sha256("abc")), "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

}  // namespace
}  // namespace stickler::net
