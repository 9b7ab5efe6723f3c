// SPDX-License-Identifier: MIT
#include "http/head.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace stickler::http {
namespace {

const std::vector<std::string> kKnownNames = {"cache-control",
                                              "connection",
                                              "content-length",
                                              "cookie",
                                              "date",
                                              "expect",
                                              "host",
                                              "keep-alive",
                                              "proxy-connection",
                                              "set-cookie",
                                              "te",
                                              "trailer",
                                              "transfer-encoding",
                                              "upgrade",
                                              "x-forwarded-for",
                                              "x-forwarded-host",
                                              "x-forwarded-proto"};

TEST(AFieldName, HasItsOwnIdIfKnown) {
  std::set<FieldId> ids;
  for (const std::string& name : kKnownNames) ids.insert(field_id(name));
  EXPECT_EQ(ids.size(), kKnownNames.size());
  EXPECT_EQ(ids.count(FieldId::other), 0u);
  EXPECT_EQ(field_id("x-forwarded-proto"), FieldId::x_forwarded_proto);
}

TEST(AFieldName, IsKnownInAnyCase) {
  for (const std::string& name : kKnownNames) {
    std::string upper = name;
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(field_id(upper), field_id(name));
  }
}

TEST(AFieldName, IsUnknownIfAnyByteDiffers) {
  for (const std::string& name : kKnownNames) {
    for (std::size_t i = 0; i < name.size(); ++i) {
      std::string other = name;
      other[i] = '_';
      EXPECT_EQ(field_id(other), FieldId::other) << other;
    }
    EXPECT_EQ(field_id(name + "s"), FieldId::other);
    EXPECT_EQ(field_id(name.substr(1)), FieldId::other);
  }
  EXPECT_EQ(field_id(""), FieldId::other);
}

TEST(AMethod, IsKnownOnlyInUpperCase) {
  EXPECT_EQ(method_of("GET"), Method::get);
  EXPECT_EQ(method_of("DELETE"), Method::delete_);
  EXPECT_EQ(method_of("get"), Method::other);
  EXPECT_EQ(method_of("GETS"), Method::other);
  EXPECT_EQ(method_of(""), Method::other);
}

TEST(AMethod, IsIdempotentAsTheRfcSays) {
  for (const char* text : {"GET", "HEAD", "PUT", "DELETE", "OPTIONS", "TRACE"}) {
    EXPECT_TRUE(is_idempotent(method_of(text))) << text;
  }
  for (const char* text : {"POST", "PATCH", "CONNECT", "ANY"}) {
    EXPECT_FALSE(is_idempotent(method_of(text))) << text;
  }
}

}  // namespace
}  // namespace stickler::http
