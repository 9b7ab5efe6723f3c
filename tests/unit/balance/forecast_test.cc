// SPDX-License-Identifier: MIT
// A forecast is what comes: over every kind of algorithm, cookie, pin and state of two servers, the
// servers that decide() gives out are those that were forecast, and nothing is moved by asking.
#include "balance/forecast.h"

#include <set>

#include "balance/decision_fixture.h"

namespace stickler::balance {
namespace {

// Enough for every turn of servers with weights like these.
constexpr int kTurns = 8;

class ForecastTest : public DecisionTest {
 protected:
  void balanced_by(Balance kind) { algorithm_ = make_algorithm(kind, servers_.all()); }

  // "any of s1 s3: roundrobin"
  std::string forecast_now() {
    Forecast seen = forecast(question_, *algorithm_);
    std::string text;
    for (std::size_t position : seen.servers) text += servers_[position].name + " ";
    return text + "by " + to_string(seen.choice.reason);
  }
  std::set<std::size_t> forecast_servers() {
    std::vector<std::size_t> servers = forecast(question_, *algorithm_).servers;
    return {servers.begin(), servers.end()};
  }
  std::set<std::size_t> servers_of_all_turns() {
    std::set<std::size_t> servers;
    for (int turn = 0; turn < kTurns; ++turn) servers.insert(decide_now().server.value());
    return servers;
  }
};

TEST_F(ForecastTest, RoundRobinMayMeanEverybodyUsable) {
  balanced_by(Balance::roundrobin);
  given({"up", "down", "up"});
  EXPECT_EQ(forecast_now(), "s1 s3 by roundrobin");
}

TEST_F(ForecastTest, LeastconnMeansThoseThatAreEquallyIdle) {
  balanced_by(Balance::leastconn);
  servers_[1].active = 1;
  EXPECT_EQ(forecast_now(), "s1 s3 by leastconn");
  servers_[0].active = 2;
  servers_[2].active = 2;
  EXPECT_EQ(forecast_now(), "s2 by leastconn");
}

TEST_F(ForecastTest, ACookieMeansItsServer) {
  balanced_by(Balance::roundrobin);
  with_cookie_of(2);
  EXPECT_EQ(forecast_now(), "s2 by cookie");
}

TEST_F(ForecastTest, AMovedSessionMeansOneServerIfItsBrowserIsKnown) {
  balanced_by(Balance::roundrobin);
  with_cookie_of(2);
  given(1, "down");
  EXPECT_EQ(forecast_now(), "s1 s3 by redispatched: s2 is down");
  const http::Field cookies[] = {{"Cookie", "app=1; SRV=s2", http::FieldId::cookie}};
  question_.fields = cookies;
  const std::string server = servers_[decide_now().server.value()].name;
  EXPECT_EQ(forecast_now(), server + " by redispatched: s2 is down");
}

TEST_F(ForecastTest, WhoWaitsIsToldForWhom) {
  given({"full", "full", "down"});
  EXPECT_EQ(forecast_now(), "s1 s2 by web is full");
  with_cookie_of(2);
  EXPECT_EQ(forecast_now(), "s2 by cookie");
  with_cookie_of(3);
  given({"down", "down", "down"});
  EXPECT_EQ(forecast_now(), "by no server is usable");
}

TEST_F(ForecastTest, TakesNoTurn) {
  balanced_by(Balance::roundrobin);
  for (std::size_t expected : {0U, 1U, 2U, 0U}) {
    forecast_now();
    EXPECT_EQ(decide_now().server, expected);
  }
}

TEST_F(ForecastTest, NamesExactlyTheServersThatAllTurnsTogetherGive) {
  constexpr std::string_view kStates[] = {"up", "down", "drain", "up full", "backup"};
  for (Balance kind : {Balance::roundrobin, Balance::leastconn, Balance::source, Balance::first}) {
    balanced_by(kind);
    for (std::string_view first : kStates) {
      for (std::string_view second : kStates) {
        for (std::size_t cookie : {0U, 1U, 2U, 3U}) {
          given({first, second, "up"});
          question_.cookie = {};
          if (cookie > 0) with_cookie_of(cookie);
          if (decide_now().kind != Choice::Kind::server) continue;
          EXPECT_EQ(forecast_servers(), servers_of_all_turns())
              << algorithm_->name() << " " << first << " " << second << " cookie " << cookie;
        }
      }
    }
  }
}

}  // namespace
}  // namespace stickler::balance
