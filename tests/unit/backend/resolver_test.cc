// SPDX-License-Identifier: MIT
#include "backend/resolver.h"

#include <gtest/gtest.h>

#include <future>
#include <string>
#include <vector>

#include "backend/intervals.h"
#include "net/event_loop.h"

namespace stickler::backend {
namespace {

using test::kNever;
using test::kOften;

net::Address address(const std::string& text) { return *net::Address::parse(text); }

// Knows "app-1", and nothing else.
Resolution look_up(const net::HostPort& name) {
  if (name.host != "app-1") return {{}, "unknown"};
  return {{address("10.0.0.1:" + std::to_string(name.port))}, ""};
}

class ResolverTest : public testing::Test {
 protected:
  // Until so many answers have come: their names by number, and what they were.
  std::vector<std::string> answers(Resolver& resolver, std::vector<net::HostPort> names,
                                   std::size_t count) {
    std::vector<std::string> heard;
    resolver.start(std::move(names), [&](std::size_t name, const Resolution& resolution) {
      const bool found = !resolution.addresses.empty();
      heard.push_back(std::to_string(name) + ": " +
                      (found ? resolution.addresses.front().text() : resolution.error));
      if (heard.size() == count) loop_.stop();
      if (heard.size() == count) resolver.stop();
    });
    loop_.run();
    return heard;
  }

  net::EventLoop loop_;
};

TEST_F(ResolverTest, TellsTheAddressOfEachNameOrWhyThereIsNone) {
  Resolver resolver(loop_, look_up, kNever);
  EXPECT_EQ(answers(resolver, {{"app-1", 80}, {"app-2", 80}}, 2),
            (std::vector<std::string>{"0: 10.0.0.1:80", "1: unknown"}));
}

TEST_F(ResolverTest, AsksAgainAndAgain) {
  Resolver resolver(loop_, look_up, kOften);
  EXPECT_EQ(answers(resolver, {{"app-1", 80}}, 3), (std::vector<std::string>(3, "0: 10.0.0.1:80")));
}

TEST_F(ResolverTest, AsksTheSystemByDefault) {
  Resolver resolver(loop_);
  std::vector<std::string> heard = answers(resolver, {{"localhost", 80}}, 1);
  EXPECT_TRUE(heard.front() == "0: 127.0.0.1:80" || heard.front() == "0: [::1]:80");
}

TEST_F(ResolverTest, StopsAtOnceThoughALookupHangs) {
  std::promise<void> asked;
  auto answer = std::make_shared<std::promise<void>>();
  auto hang = [&asked, wait = answer->get_future().share()](const net::HostPort& name) {
    asked.set_value();
    wait.wait();
    return look_up(name);
  };
  bool heard = false;
  {
    Resolver resolver(loop_, hang, kNever);
    resolver.start({{"app-1", 80}}, [&](std::size_t, const Resolution&) { heard = true; });
    asked.get_future().wait();
  }
  answer->set_value();
  loop_.stop();
  loop_.run();
  EXPECT_FALSE(heard);
}

TEST_F(ResolverTest, AnAnswerOnItsWayWhenStoppedIsNotTold) {
  std::promise<void> asked_twice;
  auto look_up_and_tell = [&asked_twice, count = 0](const net::HostPort& name) mutable {
    if (++count == 2) asked_twice.set_value();  // so the first answer has been posted
    return look_up(name);
  };
  bool heard = false;
  Resolver resolver(loop_, look_up_and_tell, kNever);
  resolver.start({{"app-1", 80}, {"app-1", 81}},
                 [&](std::size_t, const Resolution&) { heard = true; });
  asked_twice.get_future().wait();
  resolver.stop();
  loop_.stop();
  loop_.run();
  EXPECT_FALSE(heard);
}

}  // namespace
}  // namespace stickler::backend
