// SPDX-License-Identifier: MIT
#include "balance/reason.h"

#include <gtest/gtest.h>

namespace stickler::balance {
namespace {

std::string sentence(Reason::Kind kind, std::string_view subject = "", std::string_view detail = "",
                     std::string_view route = "") {
  return to_string(Reason{kind, subject, detail, route});
}

TEST(Reason, SaysWhatDecided) {
  EXPECT_EQ(sentence(Reason::Kind::pinned, "git"), "pinned by route git");
  EXPECT_EQ(sentence(Reason::Kind::cookie, "s1"), "cookie");
  EXPECT_EQ(sentence(Reason::Kind::cookie_drain, "s1"), "cookie (server draining)");
  EXPECT_EQ(sentence(Reason::Kind::formerly, "old-name"), "cookie (formerly old-name)");
  EXPECT_EQ(sentence(Reason::Kind::balanced, "leastconn"), "leastconn");
}

TEST(Reason, SaysWhyNobodyWasChosen) {
  EXPECT_EQ(sentence(Reason::Kind::none), "nothing was chosen");
  EXPECT_EQ(sentence(Reason::Kind::full, "s1"), "s1 is full");
  EXPECT_EQ(sentence(Reason::Kind::no_server, "web"), "no server is usable");
  EXPECT_EQ(sentence(Reason::Kind::session_down, "s1", "down"),
            "s1 is down, and its sessions must not move");
}

TEST(Reason, NamesTheRouteWhosePinCouldNotBeKept) {
  EXPECT_EQ(sentence(Reason::Kind::pin_down, "s1", describe(Availability::down), "git"),
            "route git: s1 is down");
}

TEST(Reason, TellsAStateOfTheServerFromAFailedAttempt) {
  EXPECT_EQ(sentence(Reason::Kind::redispatched, "s2", describe(Availability::maint)),
            "redispatched: s2 is in maintenance");
  EXPECT_EQ(sentence(Reason::Kind::redispatched, "s2", kFull), "redispatched: s2 is full");
  EXPECT_EQ(sentence(Reason::Kind::redispatched, "s2", "connect refused"),
            "redispatched: connect refused by s2");
}

}  // namespace
}  // namespace stickler::balance
