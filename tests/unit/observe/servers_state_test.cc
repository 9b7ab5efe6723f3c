// SPDX-License-Identifier: MIT
#include "observe/servers_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/stats_fixture.h"

namespace stickler::observe {
namespace {

using backend::Admin;
using backend::CheckResult;
using backend::Health;
using test::lines_of;

std::string line_of(const ServerStats& server) {
  StatsSnapshot stats = test::an_hour_old();
  stats.backends.front().servers = {server};
  return lines_of(servers_state(stats, "")).at(2);
}

TEST(ServersState, IsHaproxysVersionOne) {
  const auto lines = lines_of(servers_state(test::an_hour_old(), ""));
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[0], "1");
  EXPECT_EQ(lines[1],
            "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight "
            "srv_iweight srv_time_since_last_change srv_check_status srv_check_result "
            "srv_check_health srv_check_state srv_agent_state bk_f_forced_id srv_f_forced_id "
            "srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr "
            "srv_agent_addr srv_agent_port");
  EXPECT_EQ(lines[2], "3 app 2 s1 10.0.0.1 2 0 1 1 90 15 3 4 6 0 0 0 - 80 - 0 0 - - 0");
  EXPECT_EQ(lines[3], "3 app 3 s2 10.0.0.2 0 0 1 1 90 17 2 0 6 0 0 0 - 80 - 0 0 - - 0");
  EXPECT_EQ(lines[4], "3 app 4 s3 10.0.0.3 0 1 1 1 90 1 0 4 0 0 0 0 - 80 - 0 0 - - 0");
}

TEST(ServersState, OfOneBackendOnly) {
  StatsSnapshot stats = test::an_hour_old();
  stats.backends.push_back(stats.backends.front());
  stats.backends.back().name = "other";
  EXPECT_EQ(lines_of(servers_state(stats, "other")).size(), 5U);
  EXPECT_EQ(lines_of(servers_state(stats, "")).size(), 8U);
}

TEST(ServersState, ADrainIsForcedAndRuns) {
  ServerStats server = test::server("s", 1, Health::up);
  server.admin = Admin::drain;
  server.availability = balance::Availability::drain;
  EXPECT_THAT(line_of(server), testing::HasSubstr(" s 10.0.0.1 2 8 1 1 "));
}

TEST(ServersState, KnowsNamesAndWhatHasNoAddress) {
  ServerStats server = test::server("s", 1, Health::up);
  server.configured = "app.example:8080";
  EXPECT_THAT(line_of(server), testing::EndsWith(" app.example 80 - 0 0 - - 0"));
  server.address.clear();
  EXPECT_THAT(line_of(server), testing::EndsWith(" app.example 8080 - 0 0 - - 0"));
  EXPECT_THAT(line_of(server), testing::HasSubstr(" s - "));
  server.address = server.configured = "unix:/run/app.sock";
  EXPECT_THAT(line_of(server), testing::EndsWith(" - 0 - 0 0 - - 0"));
  server.address = server.configured = "[fd00::1]:80";
  EXPECT_THAT(line_of(server), testing::HasSubstr(" s fd00::1 "));
}

TEST(ServersState, HasHaproxysNumberForWhatACheckFound) {
  const std::pair<CheckResult, const char*> kNumbers[] = {
      {CheckResult::unresolved, "5"},    {CheckResult::connected, "6"},
      {CheckResult::no_connection, "7"}, {CheckResult::not_connected, "8"},
      {CheckResult::tls_passed, "9"},    {CheckResult::no_tls, "10"},
      {CheckResult::tls_failed, "11"},   {CheckResult::no_answer, "12"},
      {CheckResult::bad_answer, "13"},   {CheckResult::passed, "15"},
      {CheckResult::wrong_status, "17"}};
  for (const auto& [result, number] : kNumbers) {
    ServerStats server = test::server("s", 1, Health::up);
    server.checks.push_back(test::check(true, result, 0, ""));
    EXPECT_THAT(line_of(server), testing::HasSubstr(std::string(" 90 ") + number + " 3 "));
  }
}

TEST(ServersState, ConnectionsInUseAreHaproxysColumns) {
  StatsSnapshot stats = test::an_hour_old();
  stats.backends.front().servers[0].most_active = 9;
  stats.backends.front().servers[1].address = "/run/app.sock";
  stats.backends.front().servers[1].configured = "unix:/run/app.sock";
  const auto lines = lines_of(servers_connections(stats, ""));
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0],
            "# bkname/svname bkid/svid addr port - purge_delay used_cur used_max need_est "
            "unsafe_nb safe_nb idle_lim idle_cur idle_per_thr[2]");
  EXPECT_EQ(lines[1], "app/s1 3/2 10.0.0.1 80 - 0 4 9 0 0 0 -1 0 0 0");
  EXPECT_EQ(lines[2], "app/s2 3/3 - 0 - 0 0 0 0 0 0 -1 0 0 0");
  const std::vector<KeptConnections> kept{{{"app/s1", 3}, {"app/s2", 1}}, {{"app/s1", 2}}};
  const auto with_kept = lines_of(servers_connections(stats, "", kept));
  EXPECT_EQ(with_kept[1], "app/s1 3/2 10.0.0.1 80 - 0 4 9 0 0 5 -1 5 3 2");
  EXPECT_EQ(with_kept[2], "app/s2 3/3 - 0 - 0 0 0 0 0 1 -1 1 1 0");
  EXPECT_EQ(lines_of(servers_connections(stats, "app")).size(), 4U);
  EXPECT_EQ(lines_of(servers_connections(stats, "other")).size(), 1U);
}

}  // namespace
}  // namespace stickler::observe
