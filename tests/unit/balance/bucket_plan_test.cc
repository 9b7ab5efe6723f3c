// SPDX-License-Identifier: MIT
#include "balance/bucket_plan.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace stickler::balance {
namespace {

// One letter for each bucket's owner; '-': nobody.
BucketOwners owners(std::string_view letters) {
  BucketOwners owners;
  for (const char letter : letters) owners.push_back(letter == '-' ? "" : std::string(1, letter));
  return owners;
}
std::string letters(const BucketOwners& owners) {
  std::string letters;
  for (const std::string& owner : owners) letters += owner.empty() ? "-" : owner;
  return letters;
}
std::set<std::string> nodes(std::string_view letters) {
  std::set<std::string> nodes;
  for (const char letter : letters) nodes.insert(std::string(1, letter));
  return nodes;
}
std::string kept(std::string_view before, std::string_view there) {
  return letters(keep_owners(owners(before), nodes(there)));
}
std::string leveled(std::string_view before, std::string_view there) {
  return letters(level_owners(owners(before), nodes(there)));
}

std::size_t count(const BucketOwners& owners, const std::string& node) {
  return static_cast<std::size_t>(std::ranges::count(owners, node));
}

// How few moves it takes: what nobody has, and what somebody has too much of. As many nodes as
// there are left-over buckets may have one more than the others.
std::size_t fewest_moves(const BucketOwners& before, const std::set<std::string>& there) {
  const std::size_t share = before.size() / there.size();
  std::size_t spare = before.size() % there.size();
  std::size_t stay = 0;
  for (const std::string& node : there) {
    const std::size_t has = count(before, node);
    const bool takes_spare = has > share && spare > 0;
    stay += std::min(has, share + (takes_spare ? 1 : 0));
    if (takes_spare) --spare;
  }
  return before.size() - stay;
}

// Every way in which `size` buckets can belong to a, b, c, to one that has left, or to nobody.
template <typename Check>
void for_all_owners(std::size_t size, const Check& check) {
  constexpr std::string_view kOwners = "abcx-";
  std::size_t ways = 1;
  for (std::size_t i = 0; i < size; ++i) ways *= kOwners.size();
  for (std::size_t way = 0; way < ways; ++way) {
    std::string text;
    for (std::size_t rest = way; text.size() < size; rest /= kOwners.size()) {
      text += kOwners[rest % kOwners.size()];
    }
    check(owners(text));
  }
}

TEST(BucketPlan, WhoIsThereKeepsWhatItHas) {
  EXPECT_EQ(kept("aaab", "ab"), "aaab");
  EXPECT_EQ(kept("aaaa", "abc"), "aaaa");
}

TEST(BucketPlan, WhatNobodyHasGoesToWhoHasFewest) {
  EXPECT_EQ(kept("aa-b", "abc"), "aacb");
  EXPECT_EQ(kept("aaxx", "ab"), "aabb");
  EXPECT_EQ(kept("------", "ab"), "aaabbb");
}

TEST(BucketPlan, WithoutNodesNothingChanges) {
  EXPECT_EQ(kept("ab-x", ""), "ab-x");
  EXPECT_EQ(leveled("ab-x", ""), "ab-x");
}

TEST(BucketPlan, LevelingTakesTheLastOfWhoHasMost) {
  EXPECT_EQ(leveled("aaaa", "ab"), "aabb");
  EXPECT_EQ(leveled("aaaaaa", "abc"), "aacbcb");
  EXPECT_EQ(leveled("aab", "ab"), "aab");
}

TEST(BucketPlan, EveryPlanKeepsWhatItCan) {
  for (const char* there : {"a", "ab", "abc"}) {
    for_all_owners(5, [&](const BucketOwners& before) {
      const BucketOwners after = keep_owners(before, nodes(there));
      for (std::size_t i = 0; i < before.size(); ++i) {
        ASSERT_TRUE(nodes(there).contains(after[i])) << letters(before);
        const bool stays = after[i] == before[i];
        ASSERT_TRUE(stays || !nodes(there).contains(before[i])) << letters(before);
      }
      ASSERT_EQ(keep_owners(after, nodes(there)), after) << letters(before);
    });
  }
}

TEST(BucketPlan, EveryLevelPlanIsLevelAndMovesNoMoreThanItTakes) {
  for (const char* there : {"a", "ab", "abc"}) {
    for_all_owners(6, [&](const BucketOwners& before) {
      const BucketOwners after = level_owners(before, nodes(there));
      const std::size_t share = before.size() / nodes(there).size();
      const std::size_t most = (before.size() + nodes(there).size() - 1) / nodes(there).size();
      std::size_t moved = 0;
      for (std::size_t i = 0; i < before.size(); ++i) moved += before[i] == after[i] ? 0U : 1U;
      for (const std::string& node : nodes(there)) {
        ASSERT_GE(count(after, node), share) << letters(before);
        ASSERT_LE(count(after, node), most) << letters(before);
      }
      ASSERT_EQ(moved, fewest_moves(before, nodes(there))) << letters(before);
      ASSERT_EQ(level_owners(after, nodes(there)), after) << letters(before);
    });
  }
}

TEST(BucketPlan, TwoHundredFiftySixBucketsOnThreeNodes) {
  const BucketOwners plan = level_owners(BucketOwners(256, "a"), nodes("abc"));
  EXPECT_EQ(count(plan, "a"), 86U);
  EXPECT_EQ(count(plan, "b"), 85U);
  EXPECT_EQ(count(plan, "c"), 85U);
  EXPECT_TRUE(std::all_of(plan.begin(), plan.begin() + 86, [](const auto& o) { return o == "a"; }));
}

}  // namespace
}  // namespace stickler::balance
