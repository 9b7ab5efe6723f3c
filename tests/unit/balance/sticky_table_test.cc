// SPDX-License-Identifier: MIT
#include "balance/sticky_table.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "balance/sticky_moments.h"

namespace stickler::balance {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

class StickyTableTest : public testing::Test {
 protected:
  StickyTable& table(const StickyLimits& limits = {}) { return table_.emplace(limits, kBegan); }
  std::optional<StickyTable> table_;
};

TEST_F(StickyTableTest, WhoClaimsFirstHasTheKey) {
  StickyTable& keys = table();
  EXPECT_EQ(keys.find("a", at(seconds(1))), std::nullopt);
  EXPECT_EQ(keys.claim("a", kOne, at(seconds(1))), kOne);
  EXPECT_EQ(keys.claim("a", kTwo, at(seconds(2))), kOne);
  EXPECT_EQ(keys.find("a", at(seconds(3))), kOne);
  EXPECT_EQ(keys.find("b", at(seconds(3))), std::nullopt);
}

TEST_F(StickyTableTest, MovesOnlyFromTheServerThatHasIt) {
  StickyTable& keys = table();
  keys.claim("a", kOne, kBegan);
  EXPECT_EQ(keys.move("a", kOne, kTwo, kBegan), kTwo);
  EXPECT_EQ(keys.move("a", kOne, 3, kBegan), kTwo) << "somebody else has moved it already";
  EXPECT_EQ(keys.move("new", kOne, 3, kBegan), 3U);
}

TEST_F(StickyTableTest, ForgetsWhatIsUnused) {
  StickyTable& keys = table({100, minutes(30), kNoLimit});
  keys.claim("a", kOne, kBegan);
  EXPECT_EQ(keys.find("a", at(minutes(29))), kOne);
  EXPECT_EQ(keys.find("a", at(minutes(58))), kOne) << "it was used meanwhile";
  EXPECT_EQ(keys.find("a", at(minutes(88))), std::nullopt);
  EXPECT_EQ(keys.counts().expired, 1U);
  EXPECT_EQ(keys.counts().entries, 0U);
}

TEST_F(StickyTableTest, ForgetsWhatIsOldThoughItIsUsed) {
  StickyTable& keys = table({100, minutes(30), hours(1)});
  keys.claim("a", kOne, kBegan);
  EXPECT_EQ(keys.find("a", at(minutes(20))), kOne);
  EXPECT_EQ(keys.find("a", at(minutes(40))), kOne);
  EXPECT_EQ(keys.find("a", at(minutes(60))), std::nullopt);
}

TEST_F(StickyTableTest, WithoutLimitsNothingExpires) {
  StickyTable& keys = table({100, kNoLimit, kNoLimit});
  keys.claim("a", kOne, kBegan);
  EXPECT_EQ(keys.find("a", at(hours(24 * 365))), kOne);
}

TEST_F(StickyTableTest, AFullTableForgetsWhatIsUnusedForLongest) {
  StickyTable& keys = table({100, kNoLimit, kNoLimit});
  for (int i = 0; i < 100; ++i) keys.claim("k" + std::to_string(i), kOne, at(seconds(i)));
  keys.find("k0", at(seconds(200)));
  keys.claim("new", kTwo, at(seconds(201)));
  EXPECT_EQ(keys.counts().entries, 100U);
  EXPECT_EQ(keys.counts().evicted, 1U);
  EXPECT_EQ(keys.find("k0", at(seconds(202))), kOne);
  EXPECT_EQ(keys.find("k1", at(seconds(202))), std::nullopt);
}

TEST_F(StickyTableTest, TakesNoNoteOfAUseSoonAfterAnother) {
  StickyTable& keys = table({100'000, minutes(32), kNoLimit});
  keys.claim("a", kOne, kBegan);
  keys.find("a", at(seconds(14)));
  EXPECT_EQ(keys.peek("a", at(seconds(14)))->unused, seconds(14));
  keys.find("a", at(seconds(15)));
  EXPECT_EQ(keys.peek("a", at(seconds(15)))->unused, seconds(0));
}

TEST_F(StickyTableTest, TakesNoteOfEachUseBeforeItIsFull) {
  StickyTable& keys = table({1024, minutes(32), kNoLimit});
  const auto claim = [&](int from, int to, seconds when) {
    for (int i = from; i < to; ++i) keys.claim("k" + std::to_string(i), kOne, at(when));
  };
  claim(0, 800, seconds(0));
  keys.find("k0", at(seconds(1)));
  claim(800, 1500, seconds(2));
  EXPECT_EQ(keys.find("k0", at(seconds(3))), kOne);
  EXPECT_EQ(keys.find("k1", at(seconds(3))), std::nullopt);
}

TEST_F(StickyTableTest, AMovedKeyIsAsOldAsItsMove) {
  StickyTable& keys = table({100'000, minutes(32), kNoLimit});
  keys.claim("a", kOne, kBegan);
  keys.move("a", kOne, kTwo, at(seconds(5)));
  EXPECT_EQ(keys.peek("a", at(seconds(6)))->age, seconds(1));
}

TEST_F(StickyTableTest, AReloadMayChangeTheLimits) {
  StickyTable& keys = table({100, hours(1), kNoLimit});
  for (int i = 0; i < 100; ++i) keys.claim("k" + std::to_string(i), kOne, kBegan);
  keys.set_limits({50, minutes(1), kNoLimit});
  for (int i = 0; i < 60; ++i) keys.claim("n" + std::to_string(i), kOne, at(seconds(1)));
  EXPECT_EQ(keys.counts().entries, 50U);
  EXPECT_EQ(keys.find("n59", at(minutes(2))), std::nullopt);
}

TEST_F(StickyTableTest, TakesKeysOfEveryLength) {
  StickyTable& keys = table();
  for (std::size_t size = 0; size <= 255; ++size) {
    keys.claim(std::string(size, 'k'), static_cast<ServerNumber>(size), kBegan);
  }
  for (std::size_t size = 0; size <= 255; ++size) {
    EXPECT_EQ(keys.find(std::string(size, 'k'), kBegan), size);
  }
}

TEST_F(StickyTableTest, ClearsAKeyAServerOrAll) {
  StickyTable& keys = table();
  for (int i = 0; i < 10; ++i) keys.claim("k" + std::to_string(i), i < 4 ? kOne : kTwo, kBegan);
  EXPECT_EQ(keys.forget("k9"), 1U);
  EXPECT_EQ(keys.forget("k9"), 0U);
  EXPECT_EQ(keys.forget_server(kOne), 4U);
  EXPECT_EQ(keys.counts().entries, 5U);
  EXPECT_EQ(keys.forget_all(), 5U);
  EXPECT_EQ(keys.find("k5", kBegan), std::nullopt);
}

TEST_F(StickyTableTest, ShowsWithoutUsing) {
  StickyTable& keys = table();
  keys.claim("a", kOne, kBegan);
  const auto shown = keys.peek("a", at(seconds(60)));
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->server, kOne);
  EXPECT_EQ(shown->unused, seconds(60));
  EXPECT_EQ(keys.peek("a", at(seconds(90)))->unused, seconds(90));
  EXPECT_EQ(keys.entries(10, kBegan).size(), 1U);
  EXPECT_EQ(keys.entries(0, kBegan).size(), 0U);
}

// Against a map, with few keys so that they meet.
TEST_F(StickyTableTest, DoesWhatAMapWouldDo) {
  StickyTable& keys = table({100'000, kNoLimit, kNoLimit});
  std::map<std::string, ServerNumber> model;
  std::mt19937 random(7);
  for (int step = 0; step < 50'000; ++step) {
    const std::string key = "key-" + std::to_string(random() % 3000);
    const auto server = static_cast<ServerNumber>(random() % 5);
    switch (random() % 4) {
      case 0:
        EXPECT_EQ(keys.claim(key, server, kBegan), model.try_emplace(key, server).first->second);
        break;
      case 1:
        EXPECT_EQ(keys.forget(key), model.erase(key));
        break;
      case 2:
        keys.set(key, server, kBegan);
        model[key] = server;
        break;
      default:
        const auto found = model.find(key);
        EXPECT_EQ(keys.find(key, kBegan),
                  found == model.end() ? std::nullopt : std::optional(found->second));
    }
  }
  EXPECT_EQ(keys.counts().entries, model.size());
}

TEST_F(StickyTableTest, ThreadsThatClaimAtOnceAgree) {
  constexpr int kThreads = 4;
  constexpr int kKeys = 2000;
  StickyTable& keys = table();
  std::vector<std::vector<ServerNumber>> got(kThreads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kKeys; ++i) {
        got[static_cast<std::size_t>(thread)].push_back(
            keys.claim(std::to_string(i), static_cast<ServerNumber>(thread), kBegan).server);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int thread = 1; thread < kThreads; ++thread)
    EXPECT_EQ(got[static_cast<std::size_t>(thread)], got[0]);
}

}  // namespace
}  // namespace stickler::balance
