// SPDX-License-Identifier: MIT
#include "observe/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "observe/cluster_fixture.h"
#include "observe/table_fixture.h"

namespace stickler::observe {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::Not;

constexpr WallTime kScraped{seconds(1'800'000'000) + milliseconds(500)};

void set(Totals& totals, Count what, std::uint64_t value) {
  totals.counts[static_cast<std::size_t>(what)] = value;
}

void add(Totals& totals, Span kind, Duration span) {
  Spans spans;
  spans.add(span);
  totals.spans[static_cast<std::size_t>(kind)].add(spans);
}

ServerStats server(std::string name, balance::Availability availability) {
  ServerStats server;
  server.name = std::move(name);
  server.availability = availability;
  server.weight = 3;
  server.since = kScraped - seconds(90);
  server.checked = true;
  return server;
}

backend::CheckRecord check(backend::CheckResult result, unsigned status) {
  return {kScraped, {status == 200, result, status, milliseconds(3), ""}};
}

// A listener with TLS before a backend with three servers, of which one drains and one is down.
StatsSnapshot snapshot() {
  StatsSnapshot stats;
  stats.now = kScraped;
  stats.process.version = "1.2.3";
  stats.process.started = kScraped - minutes(2);
  stats.process.workers = 4;
  stats.process.max_connections = 5000;
  stats.process.lost_log_lines = 7;
  ListenerStats https;
  https.name = "https";
  https.tls = true;
  https.binds = {":443", "[::]:443"};
  https.connections = 6;
  set(https.totals, Count::connections, 20);
  set(https.totals, Count::handshakes, 15);
  set(https.totals, Count::handshakes_resumed, 10);
  set(https.totals, Count::handshakes_failed, 2);
  set(https.totals, Count::responses_4xx, 4);
  https.certificates = {{"a.example", kScraped + minutes(2)}, {"a.example", kScraped + minutes(1)}};
  stats.listeners = {https};
  BackendStats app;
  app.name = "app";
  app.servers = {server("s1", balance::Availability::up),
                 server("s2", balance::Availability::drain),
                 server("s3", balance::Availability::down)};
  app.servers[0].maxconn = 50;
  app.servers[0].sessions = 11;
  app.servers[0].totals.requests.last = second_of(kScraped) - 5;
  app.servers[0].checks = {check(backend::CheckResult::passed, 200)};
  app.servers[1].drain = DrainReport{"drain", {12, 9, 2}, 0.5, minutes(18), std::nullopt};
  app.servers[2].checks = {check(backend::CheckResult::passed, 200),
                           check(backend::CheckResult::wrong_status, 503)};
  add(app.totals, Span::queue, milliseconds(1));
  add(app.totals, Span::queue, milliseconds(3));
  set(app.totals, Count::tunnels_begun, 9);
  set(app.totals, Count::tunnels_ended, 4);
  stats.backends = {app};
  stats.tables = {test::own_table(), test::shared_table()};
  stats.sharing = test::sharing_at(kScraped);
  return stats;
}

// All samples by what stands before their number.
std::map<std::string, std::string> samples(const StatsSnapshot& stats) {
  std::map<std::string, std::string> found;
  std::istringstream lines(metrics_text(stats));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t blank = line.rfind(' ');
    auto [at, added] = found.emplace(line.substr(0, blank), line.substr(blank + 1));
    EXPECT_TRUE(added) << "twice: " << line;
  }
  return found;
}

class MetricsTest : public testing::Test {
 protected:
  std::string value(const std::string& sample) {
    const auto found = samples(stats_);
    const auto at = found.find(sample);
    return at == found.end() ? "none" : at->second;
  }

  StatsSnapshot stats_ = snapshot();
};

// The family of a sample or of a comment's name.
std::string family_of(const std::string& name, const std::set<std::string>& known) {
  for (const char* suffix : {"_bucket", "_sum", "_count"}) {
    const std::string base = name.substr(0, name.size() - std::string(suffix).size());
    if (name.ends_with(suffix) && known.contains(base)) return base;
  }
  return name;
}

TEST_F(MetricsTest, EachFamilyStandsTogetherBehindItsHelpAndItsType) {
  std::set<std::string> told;
  std::string current;
  std::istringstream lines(metrics_text(stats_));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string first, kind, name;
    words >> first >> kind >> name;
    if (first == "#" && kind == "HELP") {
      EXPECT_TRUE(told.insert(name).second) << name << " comes again";
      current = name;
    } else if (first == "#") {
      EXPECT_EQ(name, current);
    } else {
      EXPECT_EQ(family_of(first.substr(0, first.find('{')), told), current);
    }
  }
  EXPECT_GT(told.size(), 100U);
}

TEST_F(MetricsTest, NoTwoSamplesAreTheSame) { EXPECT_GT(samples(stats_).size(), 300U); }

TEST_F(MetricsTest, SayWhatTheSnapshotSays) {
  const std::vector<std::pair<std::string, std::string>> expected{
      {"haproxy_process_nbthread", "4"},
      {"haproxy_process_uptime_seconds", "120"},
      {"haproxy_process_listeners", "2"},
      {"haproxy_process_dropped_logs_total", "7"},
      {"stickler_access_log_lines_lost_total", "7"},
      {R"(haproxy_process_build_info{version="1.2.3"})", "1"},
      {R"(stickler_build_info{version="1.2.3"})", "1"},
      {R"(haproxy_frontend_current_sessions{proxy="https"})", "6"},
      {R"(haproxy_frontend_limit_sessions{proxy="https"})", "5000"},
      {R"(haproxy_frontend_connections_total{proxy="https"})", "20"},
      {R"(haproxy_frontend_sessions_total{proxy="https"})", "18"},
      {R"(haproxy_frontend_http_responses_total{proxy="https",code="4xx"})", "4"},
      {R"(haproxy_backend_active_servers{proxy="app"})", "1"},
      {R"(haproxy_backend_weight{proxy="app"})", "3"},
      {R"(stickler_backend_open_tunnels{proxy="app"})", "5"},
      {R"(stickler_backend_tunnels_total{proxy="app"})", "9"},
      {R"(haproxy_server_limit_sessions{proxy="app",server="s1"})", "50"},
      {R"(haproxy_server_limit_sessions{proxy="app",server="s2"})", "none"},
      {R"(haproxy_server_last_session_seconds{proxy="app",server="s1"})", "5"},
      {R"(haproxy_server_last_session_seconds{proxy="app",server="s2"})", "-1"},
      {R"(haproxy_server_check_last_change_seconds{proxy="app",server="s1"})", "90"},
      {R"(stickler_server_sticky_sessions{proxy="app",server="s1"})", "11"},
  };
  for (const auto& [sample, number] : expected) EXPECT_EQ(value(sample), number) << sample;
}

TEST_F(MetricsTest, HandshakesAreToldByKindWhereThereIsTls) {
  const std::string name = "stickler_frontend_tls_handshakes_total{proxy=\"https\",kind=";
  EXPECT_EQ(value(name + "\"full\"}"), "5");
  EXPECT_EQ(value(name + "\"resumed\"}"), "10");
  EXPECT_EQ(value(name + "\"failed\"}"), "2");
  EXPECT_EQ(value("haproxy_process_ssl_connections_total"), "0")
      << "the process's sums are its own";
  stats_.listeners[0].tls = false;
  EXPECT_EQ(value(name + "\"full\"}"), "none");
}

TEST_F(MetricsTest, OfCertificatesWithOneNameTheFirstToExpireIsTold) {
  EXPECT_EQ(value("stickler_frontend_certificate_expiry_timestamp_seconds{proxy=\"https\","
                  "name=\"a.example\"}"),
            "1800000060.5");
}

TEST_F(MetricsTest, AServerIsInOneState) {
  const std::map<std::string, std::string> states{{"s1", "UP"}, {"s2", "DRAIN"}, {"s3", "DOWN"}};
  for (const auto& [name, current] : states) {
    for (const char* state : {"DOWN", "UP", "MAINT", "DRAIN", "NOLB"}) {
      EXPECT_EQ(value("haproxy_server_status{proxy=\"app\",server=\"" + name + "\",state=\"" +
                      state + "\"}"),
                state == current ? "1" : "0");
    }
  }
  EXPECT_EQ(value(R"(haproxy_backend_agg_server_status{proxy="app",state="DRAIN"})"), "1");
  EXPECT_EQ(value(R"(haproxy_backend_status{proxy="app",state="UP"})"), "1");
  EXPECT_EQ(value(R"(haproxy_backend_status{proxy="app",state="DOWN"})"), "0");
}

TEST_F(MetricsTest, TheLastCheckIsTold) {
  const std::string s3 = R"({proxy="app",server="s3")";
  EXPECT_EQ(value("haproxy_server_check_status" + s3 + R"(,state="L7STS"})"), "1");
  EXPECT_EQ(value("haproxy_server_check_status" + s3 + R"(,state="L7OK"})"), "0");
  EXPECT_EQ(value("haproxy_server_check_code" + s3 + "}"), "503");
  EXPECT_EQ(value("haproxy_server_check_duration_seconds" + s3 + "}"), "0.003");
  EXPECT_EQ(value(R"(haproxy_backend_agg_check_status{proxy="app",state="L7OK"})"), "1");
  const std::string s2 = R"({proxy="app",server="s2")";
  EXPECT_EQ(value("haproxy_server_check_status" + s2 + R"(,state="L7OK"})"), "0");
  EXPECT_EQ(value("haproxy_server_check_code" + s2 + "}"), "none") << "not checked yet";
  stats_.backends[0].servers[1].checked = false;
  EXPECT_EQ(value("haproxy_server_check_status" + s2 + R"(,state="L7OK"})"), "none");
}

TEST_F(MetricsTest, ADrainIsToldWhileItLasts) {
  const std::string s2 = R"({proxy="app",server="s2"})";
  EXPECT_EQ(value("stickler_server_drain_sessions" + s2), "12");
  EXPECT_EQ(value("stickler_server_drain_tunnels" + s2), "9");
  EXPECT_EQ(value("stickler_server_drain_requests" + s2), "2");
  EXPECT_EQ(value("stickler_server_drain_until_empty_seconds" + s2), "1080");
  EXPECT_EQ(value("stickler_server_drain_until_limit_seconds" + s2), "none");
  EXPECT_EQ(value(R"(stickler_server_drain_sessions{proxy="app",server="s1"})"), "none");
}

TEST_F(MetricsTest, TimesAreToldAsMeanAsLongestAndAsHistogram) {
  const std::string app = R"({proxy="app"})";
  EXPECT_EQ(value("haproxy_backend_queue_time_average_seconds" + app), "0.002");
  EXPECT_EQ(value("haproxy_backend_max_queue_time_seconds" + app), "0.003");
  EXPECT_EQ(value("stickler_backend_queue_duration_seconds_count" + app), "2");
  EXPECT_EQ(value("stickler_backend_queue_duration_seconds_sum" + app), "0.004");
  EXPECT_EQ(value("stickler_backend_connect_duration_seconds_count" + app), "0");
}

TEST_F(MetricsTest, BoundsOfAHistogramRiseAndItsCountsToo) {
  const std::string begin = "stickler_backend_queue_duration_seconds_bucket{proxy=\"app\",le=\"";
  std::istringstream lines(metrics_text(stats_));
  std::vector<double> bounds;
  std::vector<std::uint64_t> counts;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(begin)) continue;
    bounds.push_back(std::strtod(line.c_str() + begin.size(), nullptr));
    counts.push_back(std::stoull(line.substr(line.rfind(' '))));
  }
  EXPECT_EQ(bounds.size(), kSpanBuckets);
  EXPECT_TRUE(std::ranges::is_sorted(bounds));
  EXPECT_TRUE(std::ranges::is_sorted(counts));
  EXPECT_EQ(counts.back(), 2U);
}

TEST_F(MetricsTest, AReloadIsToldWithItsTimeAndTheStartIsTheFirst) {
  EXPECT_EQ(value("stickler_config_last_reload_successful"), "1");
  EXPECT_EQ(value("stickler_config_last_reload_timestamp_seconds"), "1799999880.5");
  stats_.process.reload = {kScraped - seconds(10), false, "no"};
  EXPECT_EQ(value("stickler_config_last_reload_successful"), "0");
  EXPECT_EQ(value("stickler_config_last_reload_timestamp_seconds"), "1799999990.5");
}

TEST_F(MetricsTest, WhileTheProcessEndsItsListenersAreDown) {
  EXPECT_EQ(value(R"(haproxy_frontend_status{proxy="https",state="UP"})"), "1");
  stats_.process.stopping = true;
  EXPECT_EQ(value(R"(haproxy_frontend_status{proxy="https",state="UP"})"), "0");
  EXPECT_EQ(value("haproxy_process_stopping"), "1");
}

TEST_F(MetricsTest, NothingToTellIsNoFamily) {
  stats_.backends.clear();
  EXPECT_THAT(metrics_text(stats_), Not(HasSubstr("haproxy_server_")));
  EXPECT_THAT(metrics_text(stats_), Not(HasSubstr("histogram")));
}

TEST_F(MetricsTest, ThePageSaysWhichFormatItIs) {
  const proxy::PageAnswer page = metrics_page(stats_);
  EXPECT_EQ(page.status, 200U);
  EXPECT_EQ(page.content_type, "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(page.body, metrics_text(stats_));
}

TEST_F(MetricsTest, ABackendIsDownOnceNobodyTakesNewSessions) {
  EXPECT_EQ(value(R"(haproxy_backend_status{proxy="app",state="UP"})"), "1");
  stats_.backends[0].servers[0].availability = balance::Availability::drain;
  EXPECT_EQ(value(R"(haproxy_backend_status{proxy="app",state="UP"})"), "0");
  EXPECT_EQ(value(R"(haproxy_backend_status{proxy="app",state="DOWN"})"), "1");
}

TEST_F(MetricsTest, StickTablesHaveHaproxysNamesAndOurs) {
  EXPECT_EQ(value(R"(haproxy_sticktable_size{name="projects",type="string"})"), "100000");
  EXPECT_EQ(value(R"(haproxy_sticktable_used{name="projects",type="string"})"), "40000");
  EXPECT_EQ(value(R"(stickler_sticktable_hits_total{name="clients",type="string"})"), "4");
  EXPECT_EQ(value(R"(stickler_sticktable_moves_total{name="projects",type="string"})"), "7");
  EXPECT_EQ(value(R"(stickler_sticktable_shared{name="projects",type="string"})"), "1");
  EXPECT_EQ(value(R"(stickler_sticktable_shared{name="clients",type="string"})"), "0");
  EXPECT_EQ(value(R"(stickler_sticktable_corrected_total{name="projects",type="string"})"), "2");
  EXPECT_EQ(value(R"(stickler_sticktable_corrected_total{name="clients",type="string"})"), "none");
}

TEST_F(MetricsTest, RedisIsThereWhileATableIsShared) {
  EXPECT_EQ(value("stickler_redis_up"), "1");
  EXPECT_EQ(value("stickler_redis_settled"), "1");
  EXPECT_EQ(value("stickler_redis_lag_seconds"), "0.0004");
  EXPECT_EQ(value("stickler_redis_messages_total"), "212");
  EXPECT_EQ(value("stickler_redis_decided_alone_total"), "5");
  stats_.sharing->state = cluster::SharingReport::State::settling;
  EXPECT_EQ(value("stickler_redis_up"), "1");
  EXPECT_EQ(value("stickler_redis_settled"), "0");
  stats_.sharing = test::alone_at(kScraped);
  EXPECT_EQ(value("stickler_redis_up"), "0");
  stats_.sharing.reset();
  EXPECT_EQ(value("stickler_redis_up"), "none");
}

TEST_F(MetricsTest, ClustersTellOfBucketsNodesAndThisProcess) {
  EXPECT_EQ(value(R"(stickler_cluster_epoch{cluster="bases"})"), "none");
  stats_.clusters = {test::busy_cluster()};
  EXPECT_EQ(value(R"(stickler_cluster_buckets{cluster="bases",state="serving"})"), "253");
  EXPECT_EQ(value(R"(stickler_cluster_buckets{cluster="bases",state="closing"})"), "1");
  EXPECT_EQ(value(R"(stickler_cluster_buckets{cluster="bases",state="unloading"})"), "1");
  EXPECT_EQ(value(R"(stickler_cluster_buckets{cluster="bases",state="unowned"})"), "1");
  EXPECT_EQ(value(R"(stickler_cluster_moving_buckets{cluster="bases"})"), "2");
  EXPECT_EQ(value(R"(stickler_cluster_longest_move_seconds{cluster="bases"})"), "90.5");
  EXPECT_EQ(value(R"(stickler_cluster_epoch{cluster="bases"})"), "41");
  EXPECT_EQ(value(R"(stickler_cluster_vouches{cluster="bases"})"), "1");
  EXPECT_EQ(value(R"(stickler_cluster_heartbeat_lag_seconds{cluster="bases"})"), "0.0031");
  EXPECT_EQ(value(R"(stickler_cluster_moves_total{cluster="bases"})"), "12");
  EXPECT_EQ(value(R"(stickler_cluster_last_move_seconds{cluster="bases"})"), "2.1");
  EXPECT_EQ(value(R"(stickler_cluster_silences_total{cluster="bases"})"), "0");
  EXPECT_EQ(value(R"(stickler_cluster_monitor_elected{cluster="bases"})"), "1");
  EXPECT_EQ(value(R"(stickler_cluster_monitor_here{cluster="bases"})"), "1");
  EXPECT_EQ(value(R"(stickler_cluster_balancers{cluster="bases"})"), "2");
  EXPECT_EQ(value(R"(stickler_cluster_etcd_up{cluster="bases"})"), "1");
  const auto of_node = [&](const std::string& name, const std::string& more = "") {
    return value("stickler_cluster_node_" + name + R"({cluster="bases",node="node-c")" + more +
                 "}");
  };
  EXPECT_EQ(of_node("buckets", R"(,state="serving")"), "0");
  EXPECT_EQ(of_node("buckets", R"(,state="leaving")"), "1");
  EXPECT_EQ(of_node("buckets", R"(,state="coming")"), "0");
  EXPECT_EQ(of_node("registered"), "0");
  EXPECT_EQ(of_node("refuses"), "1");
}

TEST_F(MetricsTest, WhoOnlyWatchesAClusterVouchesForNothing) {
  stats_.clusters = {test::busy_cluster()};
  stats_.clusters[0].balances = false;
  stats_.clusters[0].trouble = "no answer";
  for (const char* name : {"vouches", "heartbeat_lag_seconds", "silences_total"}) {
    EXPECT_EQ(value("stickler_cluster_" + std::string(name) + R"({cluster="bases"})"), "none");
  }
  EXPECT_EQ(value(R"(stickler_cluster_etcd_up{cluster="bases"})"), "0");
}

}  // namespace
}  // namespace stickler::observe
