// SPDX-License-Identifier: MIT
#include "observe/stats_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "observe/stats_fixture.h"

namespace stickler::observe {
namespace {

// As HAProxy 2.6.12 of Debian 12 says it.
constexpr std::string_view kHeader =
    "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,"
    "wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,"
    "lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,"
    "hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,"
    "cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,last_agt,qtime,ctime,"
    "rtime,ttime,agent_status,agent_code,agent_duration,check_desc,agent_desc,check_rise,"
    "check_fall,check_health,agent_rise,agent_fall,agent_health,addr,cookie,mode,algo,conn_rate,"
    "conn_rate_max,conn_tot,intercepted,dcon,dses,wrew,connect,reuse,cache_lookups,cache_hits,"
    "srv_icur,src_ilim,qtime_max,ctime_max,rtime_max,ttime_max,eint,idle_conn_cur,safe_conn_cur,"
    "used_conn_cur,need_conn_est,uweight,agg_server_status,agg_server_check_status,"
    "agg_check_status,-,ssl_sess,ssl_reused_sess,ssl_failed_handshake,h2_headers_rcvd,"
    "h2_data_rcvd,h2_settings_rcvd,h2_rst_stream_rcvd,h2_goaway_rcvd,"
    "h2_detected_conn_protocol_errors,h2_detected_strm_protocol_errors,h2_rst_stream_resp,"
    "h2_goaway_resp,h2_open_connections,h2_backend_open_streams,h2_total_connections,"
    "h2_backend_total_streams,h1_open_connections,h1_open_streams,h1_total_connections,"
    "h1_total_streams,h1_bytes_in,h1_bytes_out,h1_spliced_bytes_in,h1_spliced_bytes_out,";

using test::lines_of;
using Row = std::map<std::string, std::string>;

// Rows by their values' names; without quoted values.
std::vector<Row> rows_of(const StatsSnapshot& stats, const StatsView& view) {
  const std::string csv = stats_csv(stats, view);
  std::vector<Row> rows;
  for (std::string_view line : lines_of(csv)) {
    if (line.starts_with("# ")) continue;
    std::string_view names = kHeader.substr(2);
    Row& row = rows.emplace_back();
    while (!names.empty()) row[std::string(take_until(names, ','))] = take_until(line, ',');
  }
  return rows;
}

std::vector<std::string> names_in(const StatsView& view) {
  std::vector<std::string> names;
  for (Row& row : rows_of(test::an_hour_old(), view)) {
    names.push_back(row["pxname"] + "/" + row["svname"]);
  }
  return names;
}

TEST(StatsCsv, HasHaproxysColumnsAndAValueOrACommaForEach) {
  StatsSnapshot stats = test::an_hour_old();
  stats.backends.front().servers.erase(stats.backends.front().servers.begin() + 1);
  const std::string csv = stats_csv(stats, {});
  for (std::string_view line : lines_of(csv)) {
    EXPECT_EQ(std::ranges::count(line, ','), std::ranges::count(kHeader, ',')) << line;
  }
  EXPECT_EQ(lines_of(csv).front(), kHeader);
}

TEST(StatsCsv, HasARowForEachListenerServerAndBackend) {
  EXPECT_THAT(names_in({}),
              testing::ElementsAre("web/FRONTEND", "app/s1", "app/s2", "app/s3", "app/BACKEND"));
  auto rows = rows_of(test::an_hour_old(), {});
  const std::pair<const char*, const char*> kNumbers[] = {{"2", "0"}, {"3", "2"}, {"3", "0"}};
  for (std::size_t i = 0; i < 3; ++i) {
    Row& row = rows[i == 2 ? 4 : i];
    EXPECT_EQ(std::pair(row["iid"], row["sid"]),
              (std::pair<std::string, std::string>(kNumbers[i])));
    EXPECT_EQ(row["pid"], "1");
  }
}

TEST(StatsCsv, ABackendIsDownOnceNobodyTakesNewSessions) {
  StatsSnapshot stats = test::an_hour_old();
  ServerStats& last = stats.backends.front().servers[0];
  const auto status = [&] { return rows_of(stats, {}).back()["status"]; };
  EXPECT_EQ(status(), "UP");
  last.availability = balance::Availability::drain;
  EXPECT_EQ(status(), "DOWN");
  last.availability = balance::Availability::up;
  last.weight = 0;
  EXPECT_EQ(status(), "DOWN");
}

TEST(StatsCsv, SaysOfAServerWhatIsKnown) {
  auto rows = rows_of(test::an_hour_old(), {});
  const Row known{{"scur", "4"},         {"slim", ""},       {"status", "UP"},
                  {"act", "1"},          {"bck", "0"},       {"lastchg", "90"},
                  {"downtime", "0"},     {"type", "2"},      {"check_status", "L7OK"},
                  {"check_code", "200"}, {"lastsess", "-1"}, {"check_duration", "12"},
                  {"check_health", "4"}, {"addr", ""},       {"check_desc", "Layer7 check passed"},
                  {"throttle", ""},      {"mode", "http"},   {"last_chk", "GET /: 200 in 12 ms"},
                  {"ereq", ""},          {"-", "-"},         {"req_rate", ""}};
  for (const auto& [name, value] : known) EXPECT_EQ(rows[1][name], value) << name;
  EXPECT_EQ(rows[2]["slim"], "20");
  EXPECT_EQ(rows[2]["downtime"], "90");
}

TEST(StatsCsv, SaysNothingOfChecksThatNobodyMakes) {
  Row out = rows_of(test::an_hour_old(), {})[3];
  EXPECT_EQ(out["status"], "MAINT");
  for (const char* name : {"chkfail", "downtime", "check_status", "check_duration", "check_rise"}) {
    EXPECT_EQ(out[name], "") << name;
  }
}

TEST(StatsCsv, AddsUpABackend) {
  StatsSnapshot stats = test::an_hour_old();
  EXPECT_EQ(rows_of(stats, {})[4]["status"], "UP");
  EXPECT_EQ(rows_of(stats, {})[4]["act"], "1");
  stats.backends.front().servers[0].availability = balance::Availability::down;
  EXPECT_EQ(rows_of(stats, {})[4]["status"], "DOWN");
  EXPECT_EQ(rows_of(stats, {})[4]["weight"], "0");
}

TEST(StatsCsv, CountsOfAListener) {
  StatsSnapshot stats = test::an_hour_old();
  Totals& totals = stats.listeners.front().totals;
  totals.counts[static_cast<std::size_t>(Count::connections)] = 11;
  totals.counts[static_cast<std::size_t>(Count::handshakes_failed)] = 3;
  totals.requests = {.this_second = 5, .second_before = 9, .last = second_of(test::kNow)};
  Row web = rows_of(stats, {}).front();
  EXPECT_EQ(web["stot"], "11");
  EXPECT_EQ(web["ssl_failed_handshake"], "3");
  EXPECT_EQ(web["req_rate"], "14");  // the second has only begun
  EXPECT_EQ(web["slim"], "1000");
  EXPECT_EQ(web["status"], "OPEN");
  stats.process.stopping = true;
  EXPECT_EQ(rows_of(stats, {}).front()["status"], "STOP");
}

TEST(StatsCsv, QuotesOnlyWhatMustBe) {
  const std::string csv = stats_csv(test::an_hour_old(), {});
  EXPECT_THAT(csv, testing::HasSubstr(R"(,"GET /: 503, but ""no""",)"));
  EXPECT_THAT(csv, testing::HasSubstr(",GET /: 200 in 12 ms,"));
}

TEST(StatsCsv, ShowsLegendsToThoseWhoWantThem) {
  auto rows = rows_of(test::an_hour_old(), {.legends = true});
  EXPECT_EQ(rows[1]["addr"], "10.0.0.1:80");
  EXPECT_EQ(rows[1]["cookie"], "s1");
  EXPECT_EQ(rows[4]["cookie"], "SRV");
  EXPECT_EQ(rows[4]["algo"], "roundrobin");
}

TEST(StatsCsv, LeavesOutWhatIsNotWanted) {
  EXPECT_THAT(names_in({.kinds = StatsView::kBackends}), testing::ElementsAre("app/BACKEND"));
  EXPECT_THAT(names_in({.proxies = {2}}), testing::ElementsAre("web/FRONTEND"));
  EXPECT_THAT(names_in({.kinds = StatsView::kServers, .server = 3}),
              testing::ElementsAre("app/s2"));
  EXPECT_THAT(names_in({.without_maint = true, .kinds = StatsView::kServers}),
              testing::ElementsAre("app/s1", "app/s2"));
  EXPECT_THAT(names_in({.without_down = true, .kinds = StatsView::kServers}),
              testing::ElementsAre("app/s1"));
}

TEST(StatsTyped, IsALineForEachValue) {
  const std::string text = stats_typed(test::an_hour_old(), {});
  for (const char* line :
       {"\nF.2.0.4.scur.1:MGP:u32:7\n", "\nS.3.2.17.status.1:SGP:str:UP\n",
        "\nB.3.0.18.weight.1:MaP:u32:1\n", "\nF.2.0.103.ssl_sess.1:MCP:u64:0\n"}) {
    EXPECT_THAT(text, testing::HasSubstr(line));
  }
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("throttle")));
}

TEST(StatsJson, SaysTheSame) {
  const auto rows = nlohmann::json::parse(stats_json(test::an_hour_old(), {}));
  ASSERT_EQ(rows.size(), 5U);
  const auto& status = *std::ranges::find_if(
      rows[1], [](const auto& field) { return field["field"]["name"] == "status"; });
  EXPECT_EQ(status, nlohmann::json::parse(R"({"objType":"Server","proxyId":3,"id":2,
      "field":{"pos":17,"name":"status"},"processNum":1,
      "tags":{"origin":"Status","nature":"Gauge","scope":"Process"},
      "value":{"type":"str","value":"UP"}})"));
  EXPECT_EQ(rows[0][2]["value"]["value"], 7);
}

}  // namespace
}  // namespace stickler::observe
