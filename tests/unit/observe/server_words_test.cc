// SPDX-License-Identifier: MIT
#include "observe/server_words.h"

#include <gtest/gtest.h>

#include "observe/stats_fixture.h"

namespace stickler::observe {
namespace {

using backend::Admin;
using backend::Health;

struct Case {
  Health health;
  unsigned in_a_row;
  Admin admin;
  const char* word;
  unsigned number;
};

// With rise 2 and fall 3.
constexpr Case kCases[] = {
    {Health::up, 0, Admin::ready, "UP", 4},
    {Health::going_down, 1, Admin::ready, "UP 2/3", 3},
    {Health::going_down, 2, Admin::ready, "UP 1/3", 2},
    {Health::down, 0, Admin::ready, "DOWN", 0},
    {Health::going_up, 1, Admin::ready, "DOWN 1/2", 1},
    {Health::unknown, 0, Admin::ready, "DOWN", 0},
    {Health::up, 0, Admin::drain, "DRAIN", 4},
    {Health::going_down, 1, Admin::drain, "DRAIN 2/3", 3},
    {Health::down, 0, Admin::drain, "DOWN", 0},
    {Health::up, 0, Admin::maint, "MAINT", 4},
    {Health::down, 0, Admin::maint, "MAINT", 0},
};

TEST(ServerWords, HaveHaproxysWordAndNumberForEachState) {
  for (const Case& given : kCases) {
    ServerStats server = test::server("s", 1, given.health);
    server.in_a_row = given.in_a_row;
    server.admin = given.admin;
    EXPECT_EQ(status_word(server), given.word);
    EXPECT_EQ(health_number(server), given.number) << given.word;
  }
}

TEST(ServerWords, SayWhenNobodyChecks) {
  ServerStats server = test::server("s", 1, Health::up);
  server.checked = false;
  EXPECT_EQ(status_word(server), "no check");
  server.admin = Admin::drain;
  EXPECT_EQ(status_word(server), "DRAIN");
}

}  // namespace
}  // namespace stickler::observe
