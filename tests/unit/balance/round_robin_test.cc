// SPDX-License-Identifier: MIT
#include "balance/round_robin.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "balance/test_servers.h"

namespace stickler::balance {
namespace {

TEST(RoundRobin, TakesEqualServersStrictlyInTurn) {
  TestServers servers(3);
  RoundRobin algorithm(servers.all());
  EXPECT_EQ(turns_of(algorithm, Candidates(servers.all()), 7), "1231231");
}

TEST(RoundRobin, MixesWeightedServers) {
  TestServers servers(std::vector<std::uint32_t>{1, 2, 3});
  RoundRobin algorithm(servers.all());
  EXPECT_EQ(turns_of(algorithm, Candidates(servers.all()), 12), "323123323123");
}

// Every round of as many turns as the weights sum up to holds each server as often as its weight.
TEST(RoundRobin, GivesExactSharesInEveryRoundForAllSmallWeights) {
  for (std::uint32_t a = 1; a <= 6; ++a) {
    for (std::uint32_t b = 1; b <= 6; ++b) {
      for (std::uint32_t c = 1; c <= 6; ++c) {
        TestServers servers(std::vector<std::uint32_t>{a, b, c});
        RoundRobin algorithm(servers.all());
        std::uint32_t weight[] = {a, b, c};
        for (int round = 0; round < 3; ++round) {
          std::string turns = turns_of(algorithm, Candidates(servers.all()), int(a + b + c));
          for (int i = 0; i < 3; ++i) {
            ASSERT_EQ(std::ranges::count(turns, '1' + i), weight[i]) << a << b << c << turns;
          }
        }
      }
    }
  }
}

TEST(RoundRobin, ChoosesNobodyWhenNobodyIsAllowed) {
  TestServers servers(2);
  RoundRobin algorithm(servers.all());
  EXPECT_EQ(algorithm.choose(all_but(servers.all(), {0, 1}), ""), std::nullopt);
  EXPECT_EQ(RoundRobin({}).choose(Candidates({}), ""), std::nullopt);
}

TEST(RoundRobin, KeepsTheTurnAmongTheOthersWhenOneIsAway) {
  TestServers servers(3);
  RoundRobin algorithm(servers.all());
  EXPECT_EQ(turns_of(algorithm, all_but(servers.all(), {1}), 4), "1313");
}

TEST(RoundRobin, GivesAReturningServerItsTurnButNoBurst) {
  TestServers servers(3);
  RoundRobin algorithm(servers.all());
  turns_of(algorithm, all_but(servers.all(), {1}), 1000);
  EXPECT_EQ(turns_of(algorithm, Candidates(servers.all()), 6), "212312");
}

TEST(RoundRobin, FollowsAWeightLoweredWhileRunningFromTheNextTurnOn) {
  TestServers servers(std::vector<std::uint32_t>{256, 1});
  RoundRobin algorithm(servers.all());
  turns_of(algorithm, Candidates(servers.all()), 100);
  servers[0].weight = 1;
  EXPECT_EQ(std::ranges::count(turns_of(algorithm, Candidates(servers.all()), 10), '1'), 5);
}

TEST(RoundRobin, FollowsAWeightRaisedWhileRunningFromTheNextTurnOn) {
  TestServers servers(std::vector<std::uint32_t>{1, 256});
  RoundRobin algorithm(servers.all());
  turns_of(algorithm, Candidates(servers.all()), 100);
  servers[0].weight = 256;
  EXPECT_EQ(std::ranges::count(turns_of(algorithm, Candidates(servers.all()), 10), '1'), 5);
}

TEST(RoundRobin, SurvivesAWeightThatBecomesZeroAfterTheCandidatesWereChosen) {
  TestServers servers(std::vector<std::uint32_t>{0, 1});
  RoundRobin algorithm(servers.all());
  EXPECT_EQ(turns_of(algorithm, Candidates(servers.all()), 4), "1212");
}

}  // namespace
}  // namespace stickler::balance
