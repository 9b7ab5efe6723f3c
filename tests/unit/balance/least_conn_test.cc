// SPDX-License-Identifier: MIT
#include "balance/least_conn.h"

#include <gtest/gtest.h>

#include "balance/test_servers.h"

namespace stickler::balance {
namespace {

// The server chosen by a fresh algorithm, as number.
std::size_t least_of(const TestServers& servers, const std::vector<std::size_t>& forbidden = {}) {
  return LeastConn().choose(all_but(servers.all(), forbidden), "").value() + 1;
}

TEST(LeastConn, TakesIdleServersInTurn) {
  TestServers servers(3);
  LeastConn algorithm;
  EXPECT_EQ(turns_of(algorithm, Candidates(servers.all()), 7), "1231231");
}

TEST(LeastConn, CountsRequestsServedAndQueued) {
  TestServers servers(3);
  servers[0].active = 3;
  servers[1].active = 1;
  servers[1].queued = 3;
  servers[2].active = 2;
  EXPECT_EQ(least_of(servers), 3U);
}

TEST(LeastConn, DividesByWeight) {
  TestServers servers(std::vector<std::uint32_t>{1, 4});
  servers[0].active = 1;
  servers[1].active = 3;
  EXPECT_EQ(least_of(servers), 2U);
  servers[1].active = 5;
  EXPECT_EQ(least_of(servers), 1U);
}

TEST(LeastConn, TakesOnlyAllowedServers) {
  TestServers servers(3);
  servers[1].active = 7;
  EXPECT_EQ(least_of(servers, {0, 2}), 2U);
  EXPECT_EQ(LeastConn().choose(all_but(servers.all(), {0, 1, 2}), ""), std::nullopt);
  EXPECT_EQ(LeastConn().choose(Candidates(Servers{}), ""), std::nullopt);
}

TEST(LeastConn, GoesOnInTurnAmongThoseEquallyLoaded) {
  TestServers servers(4);
  servers[1].active = 1;
  LeastConn algorithm;
  EXPECT_EQ(turns_of(algorithm, Candidates(servers.all()), 6), "134134");
}

}  // namespace
}  // namespace stickler::balance
