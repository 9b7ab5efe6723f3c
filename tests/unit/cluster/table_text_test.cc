// SPDX-License-Identifier: MIT
#include "cluster/table_text.h"

#include <gtest/gtest.h>

namespace stickler::cluster {
namespace {

TEST(TableText, ReadsAnEntry) {
  const auto entry = read_entry("3 1764450000 server-pro-ha-2");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->version, 3U);
  EXPECT_EQ(entry->since, 1764450000);
  EXPECT_EQ(entry->server, "server-pro-ha-2");
}

TEST(TableText, AForgottenKeyHasNoServer) {
  const auto entry = read_entry("4 1764450000 ");
  ASSERT_TRUE(entry);
  EXPECT_EQ(entry->server, "");
}

TEST(TableText, RefusesWhatIsNoEntry) {
  for (const char* text : {"", "3", "3 5", "x 5 s", "3 x s", "-1 5 s", "0 5 s", " 3 5 s",
                           "4294967296 5 s", "3 99999999999999999999 s"}) {
    EXPECT_FALSE(read_entry(text)) << text;
  }
}

TEST(TableText, AKeyMayHoldAnything) {
  const std::string key("a b\0\n \xff", 7);
  const std::string text = key_message_head("1f2e", "projects") + "2 1764450000 s1 " + key;
  const auto message = read_message(text);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->balancer, "1f2e");
  const auto* news = std::get_if<KeyNews>(&message->news);
  ASSERT_NE(news, nullptr);
  EXPECT_EQ(news->table, "projects");
  EXPECT_EQ(news->entry.version, 2U);
  EXPECT_EQ(news->entry.server, "s1");
  EXPECT_EQ(news->key, key);
}

TEST(TableText, AMessageMayForgetAKey) {
  const std::string text = key_message_head("1f2e", "t") + "2 1764450000  k";
  const auto message = read_message(text);
  ASSERT_TRUE(message);
  const auto* news = std::get_if<KeyNews>(&message->news);
  ASSERT_NE(news, nullptr);
  EXPECT_EQ(news->entry.server, "");
  EXPECT_EQ(news->key, "k");
}

TEST(TableText, OtherMessagesComeBackAsTheyWere) {
  const std::string one = forget_message("1f2e", "projects", "s1");
  const std::string all = forget_message("1f2e", "projects", "");
  const std::string beat = beat_message("1f2e", 17);
  EXPECT_EQ(std::get<ForgetNews>(read_message(one)->news).server, "s1");
  EXPECT_EQ(std::get<ForgetNews>(read_message(all)->news).server, "");
  EXPECT_EQ(std::get<BeatNews>(read_message(beat)->news).number, 17U);
}

TEST(TableText, RefusesWhatIsNoMessage) {
  for (const char* text :
       {"", "key", "key ", "key 1f2e", "key 1f2e t", "key 1f2e t 1 2 s", "key 1f2e t 1 2 s ",
        "key 1f2e t x 2 s k", "forget 1f2e", "beat 1f2e x", "beat 1f2e ", "other 1f2e t"}) {
    EXPECT_FALSE(read_message(text)) << text;
  }
}

}  // namespace
}  // namespace stickler::cluster
