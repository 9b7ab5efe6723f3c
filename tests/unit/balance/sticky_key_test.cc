// SPDX-License-Identifier: MIT
#include "balance/sticky_key.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stickler::balance {
namespace {

using Source = config::KeySource::Kind;

constexpr std::string_view kProject = "65f0a1b2c3d4e5f6a7b8c9d0";

class StickyKeyTest : public testing::Test {
 protected:
  void from(Source kind, const std::string& text = "") { rule_.sources.push_back({kind, text}); }
  void request(std::string_view path, std::string_view query = {}) {
    facts_.path = path;
    facts_.query = query;
  }
  void field(std::string_view name, std::string_view value) {
    fields_.push_back({name, value, http::field_id(name)});
    facts_.fields = fields_;
  }
  std::string key() {
    auto reader = StickyKeyReader::compile(rule_, table_, hash_);
    if (!reader) return "refused: " + reader.error();
    std::string scratch;
    return std::string(reader->read(facts_, scratch).text);
  }

  config::KeyRule rule_;
  config::Table table_;
  KeyHash hash_ = [](std::string_view text) {
    return "hash of " + std::to_string(text.size()) + std::string(text.substr(text.size() - 1));
  };
  std::vector<http::Field> fields_;
  KeyFacts facts_;
};

TEST_F(StickyKeyTest, TakesTheGroupOfThePath) {
  from(Source::path, "/project/([0-9a-f]{24})");
  request("/project/65f0a1b2c3d4e5f6a7b8c9d0/compile");
  EXPECT_EQ(key(), kProject);
  request("/admin/project/65f0a1b2c3d4e5f6a7b8c9d0");
  EXPECT_EQ(key(), "") << "it is not where the path begins";
  request("/x/..//project/65f0a1b2c3d4e5f6a7b8c9d%30");
  EXPECT_EQ(key(), kProject) << "as the application will read it";
}

TEST_F(StickyKeyTest, WithoutAGroupAllThatFitsIsTheKey) {
  from(Source::path, "/tenants/[a-z]+");
  request("/tenants/acme/list");
  EXPECT_EQ(key(), "/tenants/acme");
}

TEST_F(StickyKeyTest, DecodesAParameter) {
  from(Source::query, "projectId");
  request("/socket.io/1/", "t=1&projectId=65f0a1b2c3d4e5f6a7b8c9d%30&x=2");
  EXPECT_EQ(key(), kProject);
  request("/", "projectId=&projectId=b%zz%4");
  EXPECT_EQ(key(), "b%zz%4");
  request("/", "notprojectId=1");
  EXPECT_EQ(key(), "");
}

TEST_F(StickyKeyTest, PathAndParameterGiveTheSameKey) {
  from(Source::path, "/project/([0-9a-f]{24})");
  from(Source::query, "projectId");
  request("/project/65f0a1b2c3d4e5f6a7b8c9d0");
  const std::string in_path = key();
  request("/socket.io/", "projectId=65f0a1b2c3d4e5f6a7b8c9d0");
  EXPECT_EQ(key(), in_path);
}

TEST_F(StickyKeyTest, TheFirstPlaceWithAValueWins) {
  from(Source::cookie, "token");
  from(Source::field, "Authorization");
  field("authorization", "Bearer x");
  EXPECT_EQ(key(), "Bearer x");
  field("Cookie", "a=1; token=");
  EXPECT_EQ(key(), "Bearer x") << "an empty value is no key";
  field("Cookie", "b=2; token=abc");
  EXPECT_EQ(key(), "abc");
}

TEST_F(StickyKeyTest, ClientsOfOneNetworkAreOne) {
  from(Source::client);
  facts_.client = std::string_view("\x0a\x01\x02\x03", 4);
  EXPECT_EQ(key(), "10.1.2.3");
  rule_.client_bits = 20;
  EXPECT_EQ(key(), "10.1.0.0");
  facts_.client = std::string_view("\x20\x01\x0d\xb8\0\0\0\1\0\0\0\0\0\0\0\2", 16);
  EXPECT_EQ(key(), "2001:db8:0:1::");
  facts_.client = {};
  EXPECT_EQ(key(), "") << "behind a Unix socket nobody has an address";
}

TEST_F(StickyKeyTest, TheNameAskedForInTls) {
  from(Source::sni);
  EXPECT_EQ(key(), "");
  facts_.sni = "a.example";
  EXPECT_EQ(key(), "a.example");
}

TEST_F(StickyKeyTest, LongKeysAreHashedAndNeverCut) {
  from(Source::field, "X");
  const std::string one = std::string(100, 'k') + "1";
  const std::string two = std::string(100, 'k') + "2";
  field("X", one);
  EXPECT_EQ(key(), "hash of 1011");
  fields_.clear();
  field("X", two);
  EXPECT_EQ(key(), "hash of 1012");
}

TEST_F(StickyKeyTest, ATableMayKeepNothingThatClientsSend) {
  from(Source::field, "X");
  field("X", "secret");
  table_.hashed = true;
  EXPECT_EQ(key(), "hash of 6t");
}

}  // namespace
}  // namespace stickler::balance
