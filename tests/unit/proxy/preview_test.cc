// SPDX-License-Identifier: MIT
#include "proxy/preview.h"

#include <gtest/gtest.h>

namespace stickler::proxy {
namespace {

constexpr std::time_t kNow = 1'700'000'000;

TEST(Previews, ReadWhatTheyIssued) {
  Previews previews;
  const std::string token = previews.issue("app", "s1", kNow + 60);
  auto preview = previews.read(token, kNow);
  ASSERT_TRUE(preview);
  EXPECT_EQ(preview->backend, "app");
  EXPECT_EQ(preview->server, "s1");
  EXPECT_EQ(preview->expiry, kNow + 60);
}

TEST(Previews, EndWhenTheirTimeIsOver) {
  Previews previews;
  const std::string token = previews.issue("app", "s1", kNow);
  EXPECT_TRUE(previews.read(token, kNow - 1));
  EXPECT_FALSE(previews.read(token, kNow));
}

TEST(Previews, AreWorthNothingChangedOrFromElsewhere) {
  Previews previews;
  const std::string token = previews.issue("app", "s1", kNow + 60);
  for (std::size_t at = 0; at < token.size(); ++at) {
    std::string changed = token;
    changed[at] = changed[at] == '1' ? '2' : '1';
    EXPECT_FALSE(previews.read(changed, kNow)) << changed;
    EXPECT_FALSE(previews.read(token.substr(0, at), kNow));
  }
  EXPECT_FALSE(Previews().read(token, kNow));
}

TEST(Previews, AreLookedForOnceThereIsOne) {
  Previews previews;
  EXPECT_FALSE(previews.wanted({}, kNow));
  const std::string own = previews.issue("app", "s1", kNow + 60);
  EXPECT_TRUE(previews.linked(std::string(kPreviewPath) + own, kNow));
  EXPECT_FALSE(previews.linked("/" + own, kNow));
  const std::string cookie = "a=b; stickler-preview=" + own;
  EXPECT_TRUE(previews.wanted({{"Cookie", cookie, http::FieldId::cookie}}, kNow));
  EXPECT_FALSE(previews.wanted({{"Cookie", "a=b", http::FieldId::cookie}}, kNow));
}

}  // namespace
}  // namespace stickler::proxy
