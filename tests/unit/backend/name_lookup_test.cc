// SPDX-License-Identifier: MIT
#include "backend/name_lookup.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "net/test_loop.h"

namespace stickler::backend {
namespace {

using net::test::kPlenty;
using net::test::kSoon;

// Hangs until it is told to go on, as a name server that does not answer.
class Hanging {
 public:
  Resolver::Lookup way() {
    return [this, released = released_](const net::HostPort&) {
      released.wait();
      ++ended_;
      return Resolution{{}, "late"};
    };
  }
  void let_go() { release_.set_value(); }
  int ended() const { return ended_; }

 private:
  std::promise<void> release_;
  std::shared_future<void> released_ = release_.get_future().share();
  std::atomic<int> ended_{0};
};

class NameLookup : public testing::Test {
 protected:
  // The preferred address, or why there is none.
  std::string look_up_text(const net::HostPort& name) {
    const Resolution found = loop_.result_of(look_up(name, kPlenty));
    return found.addresses.empty() ? found.error : found.addresses.front().text();
  }

  net::test::TestLoop loop_;
};

TEST_F(NameLookup, AnAddressIsItself) {
  EXPECT_EQ(look_up_text({"10.0.0.1", 80}), "10.0.0.1:80");
  EXPECT_EQ(look_up_text({"::1", 80}), "[::1]:80");
}

TEST_F(NameLookup, AsksTheSystemForNames) {
  const std::string text = look_up_text({"localhost", 80});
  EXPECT_TRUE(text == "127.0.0.1:80" || text == "[::1]:80") << text;
  EXPECT_NE(look_up_text({"no..name", 80}), "");
  EXPECT_NE(look_up_text({"unix", 80}), "unix:80");
}

TEST_F(NameLookup, WaitsNoLongerThanItsLimit) {
  Hanging hanging;
  const auto found = loop_.result_of(look_up({"app-1", 80}, kSoon, nullptr, hanging.way()));
  EXPECT_EQ(found.error, "no answer from the name service within 20ms");
  hanging.let_go();
  while (hanging.ended() == 0) std::this_thread::yield();
  loop_.settle();
}

TEST_F(NameLookup, CanBeGivenUp) {
  Hanging hanging;
  net::WaitSlot* waiting_in = nullptr;
  std::optional<Resolution> found;
  loop_.start(loop_.store(look_up({"app-1", 80}, kPlenty, &waiting_in, hanging.way()), found));
  ASSERT_NE(waiting_in, nullptr);
  loop_.loop().ready().wake_slot(*waiting_in, net::Wake::cancelled);
  loop_.finish();
  EXPECT_EQ(waiting_in, nullptr);
  EXPECT_EQ(found->error, "given up");
  hanging.let_go();
  while (hanging.ended() == 0) std::this_thread::yield();
}

TEST_F(NameLookup, HasABound) {
  Hanging hanging;
  std::vector<std::optional<Resolution>> found(kLookupsMax + 1);
  for (auto& each : found) {
    loop_.start(loop_.store(look_up({"app-1", 80}, kPlenty, nullptr, hanging.way()), each));
  }
  EXPECT_EQ(found.back()->error, "too many names are being looked up");
  hanging.let_go();
  loop_.finish();
  EXPECT_EQ(found.front()->error, "late");
}

TEST(NameLookupWithoutALoop, AnAnswerThatComesTooLateIsForgotten) {
  Hanging hanging;
  {
    net::test::TestLoop loop;
    loop.result_of(look_up({"app-1", 80}, kSoon, nullptr, hanging.way()));
  }
  hanging.let_go();
  while (hanging.ended() == 0) std::this_thread::yield();
}

}  // namespace
}  // namespace stickler::backend
