// SPDX-License-Identifier: MIT
#include "balance/server_view.h"

#include <gtest/gtest.h>

namespace stickler::balance {
namespace {

TEST(ServerView, IsCopiedWhole) {
  ServerView from;
  from.name = "name";
  from.cookie = "cookie";
  from.formerly = {"old"};
  from.backup = true;
  from.availability = Availability::drain;
  from.weight = 2;
  from.maxconn = 3;
  from.active = 4;
  from.queued = 5;
  ServerView to;
  copy_view(from, to);
  EXPECT_EQ(to.name, "name");
  EXPECT_EQ(to.cookie, "cookie");
  EXPECT_EQ(to.formerly, from.formerly);
  EXPECT_TRUE(to.backup);
  EXPECT_EQ(to.availability, Availability::drain);
  EXPECT_EQ(to.weight, 2U);
  EXPECT_EQ(to.maxconn, 3U);
  EXPECT_EQ(to.active, 4U);
  EXPECT_EQ(to.queued, 5U);
}

}  // namespace
}  // namespace stickler::balance
