// SPDX-License-Identifier: MIT
#include "balance/algorithms.h"

#include <gtest/gtest.h>

#include "balance/test_servers.h"

namespace stickler::balance {
namespace {

std::string_view name_of(Balance kind) {
  TestServers servers(1);
  return make_algorithm(kind, servers.all())->name();
}

TEST(Algorithms, AreMadeByKindAndKnowTheirNameInTheConfiguration) {
  EXPECT_EQ(name_of(Balance::roundrobin), "roundrobin");
  EXPECT_EQ(name_of(Balance::leastconn), "leastconn");
  EXPECT_EQ(name_of(Balance::source), "source");
  EXPECT_EQ(name_of(Balance::first), "first");
}

}  // namespace
}  // namespace stickler::balance
