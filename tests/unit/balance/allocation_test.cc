// SPDX-License-Identifier: MIT
// Judging a cookie and choosing a server happen for each request: they must not allocate.
#include <cstdlib>
#include <new>

#include "balance/cookie_fixture.h"

namespace {
std::size_t allocations = 0;
}

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace stickler::balance {
namespace {

class Allocation : public CookieTest {
 protected:
  template <typename Work>
  static std::size_t allocations_of(Work work) {
    std::size_t before = allocations;
    work();
    return allocations - before;
  }
};

TEST_F(Allocation, IsNotNeededToJudgeACookie) {
  std::string value = "a=1; NAME=zz; NAME=s2|" + stamp(0) + "|" + stamp(0);
  std::vector<http::Field> fields = {{"Cookie", value, http::FieldId::cookie}};
  EXPECT_EQ(allocations_of([&] { judge_cookie(settings_, fields, servers_.all(), kNow); }), 0U);
}

TEST_F(Allocation, IsNotNeededToChooseAmongUpToSixtyFourServers) {
  TestServers servers(64);
  for (Balance kind : {Balance::roundrobin, Balance::leastconn, Balance::source, Balance::first}) {
    auto algorithm = make_algorithm(kind, servers.all());
    auto choose = [&] { algorithm->choose(Candidates(servers.all()), "addr"); };
    EXPECT_EQ(allocations_of(choose), 0U) << algorithm->name();
  }
}

TEST_F(Allocation, IsCountedByThisTest) {
  EXPECT_GT(allocations_of([] { Candidates(TestServers(65).all()); }), 0U);
}

}  // namespace
}  // namespace stickler::balance
