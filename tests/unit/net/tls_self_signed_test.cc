// SPDX-License-Identifier: MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/certificates.h"
#include "net/self_signed.h"

namespace stickler::net {
namespace {

Certificate make(const std::vector<std::string>& names) {
  auto made = make_self_signed(names, std::chrono::days(1));
  EXPECT_TRUE(made.ok());
  return std::move(*make_certificate(parse_pem(made->certificate + made->key), "made"));
}

TEST(SelfSigned, BearsItsNamesAndAddresses) {
  Certificate made = make({"localhost", "127.0.0.1", "::1"});
  EXPECT_THAT(made.names, ::testing::ElementsAre("localhost"));
  for (const char* address : {"127.0.0.1", "::1"}) {
    EXPECT_EQ(X509_check_ip_asc(made.leaf.get(), address, 0), 1) << address;
  }
}

TEST(SelfSigned, IsValidForAsLongAsAsked) {
  Certificate made = make({"localhost"});
  const std::time_t now = std::time(nullptr);
  EXPECT_TRUE(made.valid_at(now));
  EXPECT_TRUE(made.valid_at(now + 86000));
  EXPECT_FALSE(made.valid_at(now + 87000));
}

TEST(SelfSigned, IsSignedByItsOwnEcdsaKey) {
  Certificate made = make({"localhost"});
  EXPECT_EQ(made.key_type(), EVP_PKEY_EC);
  EXPECT_EQ(X509_verify(made.leaf.get(), made.key.get()), 1);
}

TEST(SelfSigned, HasASerialOfItsOwn) {
  EXPECT_NE(X509_cmp(make({"localhost"}).leaf.get(), make({"localhost"}).leaf.get()), 0);
}

}  // namespace
}  // namespace stickler::net
