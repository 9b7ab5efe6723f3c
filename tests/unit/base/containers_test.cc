// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>

#include "base/intrusive_list.h"
#include "base/result.h"
#include "base/spares.h"

namespace stickler {
namespace {

TEST(Result, HoldsAValueOrAnError) {
  Result<int, std::string> good = 5;
  Result<int, std::string> bad = Failed{"no"};
  EXPECT_TRUE(good.ok());
  EXPECT_EQ(*good, 5);
  EXPECT_FALSE(bad.ok());
  EXPECT_EQ(bad.error(), "no");
}

TEST(Result, MovesItsValueOut) {
  Result<std::unique_ptr<int>, int> result = std::make_unique<int>(3);
  std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 3);
}

TEST(Result, KnowsWhichItIsEvenIfBothHaveOneType) {
  Result<std::string, std::string> bad = Failed{std::string("same")};
  EXPECT_FALSE(bad.ok());
}

TEST(ResultDeathTest, DiesRatherThanGiveWhatItDoesNotHold) {
  Result<int, int> bad = Failed{1};
  Result<int, int> good = 1;
  EXPECT_DEATH(static_cast<void>(*bad), "broken invariant");
  EXPECT_DEATH(static_cast<void>(good.error()), "broken invariant");
}

TEST(Spares, GivesAUsedObjectAgain) {
  Spares<int> spares(1);
  std::unique_ptr<int> one = spares.take();
  int* used = one.get();
  *one = 7;
  spares.give_back(std::move(one));
  one = spares.take();
  EXPECT_EQ(one.get(), used);
  EXPECT_EQ(*one, 7);
}

TEST(Spares, KeepsNoMoreThanItMay) {
  struct Counted {
    Counted() { ++alive(); }
    ~Counted() { --alive(); }
    static int& alive() {
      static int count = 0;
      return count;
    }
  };
  Spares<Counted> spares(1);
  auto one = spares.take();
  auto two = spares.take();
  spares.give_back(std::move(one));
  spares.give_back(std::move(two));
  EXPECT_EQ(Counted::alive(), 1);
}

struct Member : ListMember<Member> {
  explicit Member(char its_name) : name(its_name) {}
  char name;
};

class IntrusiveListTest : public testing::Test {
 protected:
  IntrusiveListTest() {
    for (char name : {'a', 'b', 'c'}) list_.join(members_.emplace_back(name));
  }
  std::string members() {
    std::string names;
    list_.for_each([&](Member& member) { names += member.name; });
    return names;
  }
  std::deque<Member> members_;
  IntrusiveList<Member> list_;
};

TEST_F(IntrusiveListTest, KeepsTheOrderOfJoining) { EXPECT_EQ(members(), "abc"); }

TEST_F(IntrusiveListTest, IsLeftByMembersThatDie) {
  members_.pop_front();
  EXPECT_EQ(members(), "bc");
  members_.pop_back();
  EXPECT_EQ(members(), "b");
}

TEST_F(IntrusiveListTest, IsLeftOnceAndJoinedAgain) {
  members_[1].leave();
  members_[1].leave();
  EXPECT_EQ(members(), "ac");
  list_.join(members_[1]);
  EXPECT_EQ(members(), "acb");
}

TEST_F(IntrusiveListTest, LetsTheVisitedMemberLeave) {
  list_.for_each([](Member& member) { member.leave(); });
  EXPECT_EQ(members(), "");
}

TEST(IntrusiveList, MayDieBeforeItsMembers) {
  Member member('a');
  {
    IntrusiveList<Member>().join(member);
  }
  member.leave();
  IntrusiveList<Member> next;
  next.join(member);
}

}  // namespace
}  // namespace stickler
