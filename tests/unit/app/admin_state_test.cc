// SPDX-License-Identifier: MIT
#include "app/admin_state.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "app/temporary_directory.h"

namespace stickler::app {
namespace {

using backend::Admin;

class AdminStateTest : public testing::Test {
 protected:
  AdminStateTest() : directory_(std::move(*TemporaryDirectory::create())) {}
  std::string file() const { return directory_.file("state.json").string(); }

  static config::Config config_with(unsigned weight, const std::string& address) {
    config::Config config;
    config.backends.resize(1);
    config.backends[0].name = "app";
    config.backends[0].servers.resize(1);
    config.backends[0].servers[0] = {
        .name = "s1", .origin = {}, .address = address, .cookie = "s1", .formerly = {}};
    config.backends[0].servers[0].weight = weight;
    return config;
  }

  TemporaryDirectory directory_;
  AdminState state_;
};

TEST_F(AdminStateTest, IsTheSameAfterSavingAndLoading) {
  state_.of("app/s1").state = Admin::drain;
  state_.of("app/s2").weight = 7;
  state_.of("app/s3").address = "10.0.0.3:80";
  state_.of("app/s4").state = Admin::ready;
  EXPECT_EQ(state_.save(file()), std::nullopt);
  AdminState loaded;
  EXPECT_EQ(loaded.load(file()), std::nullopt);
  EXPECT_EQ(loaded.of("app/s1").state, Admin::drain);
  EXPECT_EQ(loaded.of("app/s2").weight, 7U);
  EXPECT_EQ(loaded.of("app/s3").address, "10.0.0.3:80");
  EXPECT_FALSE(loaded.overrides().contains("app/s4"));
}

TEST_F(AdminStateTest, IsEmptyWithoutAFile) {
  EXPECT_EQ(state_.load(file()), std::nullopt);
  EXPECT_TRUE(state_.overrides().empty());
}

TEST_F(AdminStateTest, IsNotReadFromADamagedFile) {
  for (const char* text : {"", "{", "[]", "{}", R"({"servers": 7})", R"({"servers": {"a": 1}})",
                           R"({"servers": {"a/b": {"weight": "x"}}})"}) {
    std::ofstream(file()) << text;
    EXPECT_NE(state_.load(file()), std::nullopt) << text;
    EXPECT_TRUE(state_.overrides().empty()) << text;
  }
}

TEST_F(AdminStateTest, SaysWhyItCannotBeSaved) {
  auto error = state_.save("/nowhere/state.json");
  ASSERT_TRUE(error);
  EXPECT_NE(error->find("/nowhere/state.json: cannot be written"), std::string::npos);
}

TEST_F(AdminStateTest, GivesWayWhereTheFileChanged) {
  state_.of("app/s1").weight = 9;
  state_.of("app/s1").address = "10.0.0.9:80";
  state_.of("app/s1").state = Admin::drain;
  state_.follow_file(config_with(1, "a:80"), config_with(1, "a:80"));
  EXPECT_EQ(state_.of("app/s1").weight, 9U);
  state_.follow_file(config_with(1, "a:80"), config_with(2, "a:80"));
  EXPECT_EQ(state_.of("app/s1").weight, std::nullopt);
  EXPECT_EQ(state_.of("app/s1").address, "10.0.0.9:80");
  state_.follow_file(config_with(2, "a:80"), config_with(2, "b:80"));
  EXPECT_EQ(state_.of("app/s1").address, std::nullopt);
  EXPECT_EQ(state_.of("app/s1").state, Admin::drain);
}

}  // namespace
}  // namespace stickler::app
