// SPDX-License-Identifier: MIT
#include "balance/source_hash.h"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "balance/test_servers.h"

namespace stickler::balance {
namespace {

constexpr std::uint32_t kClients = 20'000;

// Four bytes, as of an IPv4 address.
std::string address(std::uint32_t client) {
  std::string bytes;
  for (int shift : {24, 16, 8, 0}) bytes.push_back(static_cast<char>(client >> shift));
  return bytes;
}

std::string server_of(const TestServers& servers, std::uint32_t client,
                      const std::vector<std::size_t>& forbidden = {}) {
  Candidates candidates = all_but(servers.all(), forbidden);
  auto chosen = SourceHash(servers.all()).choose(candidates, address(client));
  return servers.all()[chosen.value()]->name;
}

std::map<std::string, int> clients_by_server(const TestServers& servers,
                                             const std::vector<std::size_t>& forbidden = {}) {
  std::map<std::string, int> clients;
  for (std::uint32_t i = 0; i < kClients; ++i) ++clients[server_of(servers, i, forbidden)];
  return clients;
}

// Recorded once: another program version must send the same clients to the same servers.
TEST(SourceHash, GivesTheSameAnswerForEver) {
  TestServers servers(3);
  std::string chosen;
  for (std::uint32_t i = 0; i < 16; ++i) chosen += server_of(servers, 0x0a000000 + i).substr(1);
  EXPECT_EQ(chosen, "3113222132311211");
}

TEST(SourceHash, DoesNotDependOnTheOrderInTheFile) {
  TestServers one(std::vector<std::string>{"s1", "s2", "s3"});
  TestServers other(std::vector<std::string>{"s3", "s1", "s2"});
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(server_of(one, i), server_of(other, i));
}

TEST(SourceHash, SharesByWeightWithinAFewPerCent) {
  TestServers servers(std::vector<std::uint32_t>{1, 2, 5});
  auto clients = clients_by_server(servers);
  EXPECT_NEAR(clients["s1"], kClients * 1 / 8, kClients / 50);
  EXPECT_NEAR(clients["s2"], kClients * 2 / 8, kClients / 50);
  EXPECT_NEAR(clients["s3"], kClients * 5 / 8, kClients / 50);
}

TEST(SourceHash, MovesOnlyTheClientsOfAServerThatIsAwayAndSpreadsThem) {
  TestServers servers(4);
  std::map<std::string, int> moved;
  for (std::uint32_t i = 0; i < kClients; ++i) {
    std::string before = server_of(servers, i);
    std::string after = server_of(servers, i, {1});
    ASSERT_TRUE(before == "s2" || after == before);
    if (before == "s2") ++moved[after];
  }
  for (auto name : {"s1", "s3", "s4"}) EXPECT_NEAR(moved[name], kClients / 12, kClients / 100);
}

TEST(SourceHash, MovesClientsOnlyToAServerThatGainsWeight) {
  TestServers before(3);
  TestServers after(std::vector<std::uint32_t>{1, 2, 1});
  int moved = 0;
  for (std::uint32_t i = 0; i < kClients; ++i) {
    if (server_of(after, i) == server_of(before, i)) continue;
    ++moved;
    ASSERT_EQ(server_of(after, i), "s2");
  }
  EXPECT_NEAR(moved, kClients / 6, kClients / 50);  // from a third to a half
}

TEST(SourceHash, TakesAddressesOfBothFamiliesAndNone) {
  TestServers servers(3);
  SourceHash algorithm(servers.all());
  EXPECT_TRUE(algorithm.choose(Candidates(servers.all()), std::string(16, '\1')));
  EXPECT_TRUE(algorithm.choose(Candidates(servers.all()), ""));
  EXPECT_EQ(algorithm.choose(all_but(servers.all(), {0, 1, 2}), "abcd"), std::nullopt);
}

}  // namespace
}  // namespace stickler::balance
