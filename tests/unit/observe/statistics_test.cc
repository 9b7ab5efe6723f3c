// SPDX-License-Identifier: MIT
#include "observe/statistics.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "balance/rendezvous.h"
#include "observe/stats_fixture.h"

namespace stickler::observe {
namespace {

using proxy::ExchangeRecord;
using proxy::Next;
using proxy::Who;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::kNow;

// A small answer by server 2 of backend 1, for a client of listener 0.
ExchangeRecord good() {
  ExchangeRecord record;
  record.accepted = kNow;
  record.listener_id = 0;
  record.backend_id = 1;
  record.server_id = 2;
  record.status = 200;
  record.head_bytes = 100;
  record.bytes_from_client = 10;
  record.bytes_to_client = 1000;
  record.timers = {milliseconds(1), milliseconds(2), milliseconds(3), milliseconds(4),
                   milliseconds(10)};
  record.reason = {balance::Reason::Kind::cookie, {}, {}};
  return record;
}

// Answered by ourselves, without asking a server.
ExchangeRecord own(unsigned status, char who) {
  ExchangeRecord record = good();
  record.server_id = proxy::kNobody;
  record.status = status;
  record.ended_by = who;
  record.ended_in = 'R';
  record.timers.queue = record.timers.connect = record.timers.response = Duration{-1};
  return record;
}

// The server did not bring it to an end.
ExchangeRecord failed(unsigned status, char who, char phase, Who at_fault) {
  ExchangeRecord record = good();
  record.status = status;
  record.ended_by = who;
  record.ended_in = phase;
  record.at_fault = at_fault;
  if (phase != 'D') record.timers.response = Duration{-1};
  return record;
}

class StatisticsTest : public testing::Test {
 protected:
  Totals listener() const { return statistics_.totals(Counted::listener, 0, now_); }
  Totals backend() const { return statistics_.totals(Counted::backend, 1, now_); }
  Totals server(std::size_t id = 2) const { return statistics_.totals(Counted::server, id, now_); }
  void ends(const ExchangeRecord& record) { worker_->exchange_ended(record); }

  Statistics statistics_;
  WallTime now_ = kNow;
  proxy::RecordSink* worker_ = &statistics_.add_worker(nullptr);
  proxy::RecordSink* other_ = &statistics_.add_worker(nullptr);
};

TEST_F(StatisticsTest, CountAnExchangeAtListenerBackendAndServer) {
  ends(good());
  for (const Totals& totals : {listener(), backend(), server()}) {
    EXPECT_EQ(totals[Count::requests], 1U);
    EXPECT_EQ(totals[Count::responses_2xx], 1U);
    EXPECT_EQ(totals[Count::bytes_in], 110U);
    EXPECT_EQ(totals[Count::bytes_out], 1000U);
    EXPECT_EQ(totals.requests.at(Duration{0}), 1U);
    EXPECT_EQ(totals.requests.last, 1'800'000'000U);
  }
  for (const Totals& totals : {backend(), server()}) {
    EXPECT_EQ(totals[Span::queue].sum, milliseconds(2));
    EXPECT_EQ(totals[Span::connect].sum, milliseconds(3));
    EXPECT_EQ(totals[Span::response].sum, milliseconds(4));
    EXPECT_EQ(totals[Span::total].recent_mean(), milliseconds(10));
    EXPECT_EQ(totals[Count::connects], 1U);
    EXPECT_EQ(totals[Count::balanced], 0U);
  }
}

TEST_F(StatisticsTest, AddUpWhatAllWorkersCount) {
  ends(good());
  other_->exchange_ended(good());
  EXPECT_EQ(server()[Count::requests], 2U);
  EXPECT_EQ(server()[Span::total].count(), 2U);
}

TEST_F(StatisticsTest, AreZeroForWhatWasNeverSeen) {
  EXPECT_EQ(server(99)[Count::requests], 0U);
  EXPECT_EQ(statistics_.highest(Counted::server, 99).requests, 0U);
  EXPECT_EQ(statistics_.sessions_seen(99, 15, now_), 0U);
  EXPECT_EQ(statistics_.recent_responses(99), SpanBuckets{});
}

TEST_F(StatisticsTest, LeaveTheConnectionOutIfItWasKept) {
  ExchangeRecord record = good();
  record.reused = true;
  ends(record);
  EXPECT_EQ(server()[Count::reuses], 1U);
  EXPECT_EQ(server()[Count::connects], 0U);
  EXPECT_EQ(server()[Span::connect].count(), 0U);
}

TEST_F(StatisticsTest, CountEveryTryToConnect) {
  ExchangeRecord refused = failed(503, 'S', 'C', Who::server);
  refused.timers.connect = Duration{-1};
  ends(refused);
  EXPECT_EQ(server()[Count::connects], 1U);
  EXPECT_EQ(server()[Span::connect].count(), 0U) << "it took as long as it took to be refused";
  ends(failed(504, 's', 'H', Who::server));
  EXPECT_EQ(server()[Count::connects], 2U);
  EXPECT_EQ(server()[Span::connect].count(), 1U);
  ExchangeRecord waited = failed(503, 's', 'Q', Who::server);
  waited.timers.connect = Duration{-1};
  ends(waited);
  EXPECT_EQ(server()[Count::connects], 2U);
  worker_->attempt_failed({1, 2, {}, Next::other_server});
  worker_->attempt_failed({1, 2, {}, Next::fresh});
  for (const Totals& totals : {backend(), server()}) {
    EXPECT_EQ(totals[Count::connects], 3U);
    EXPECT_EQ(totals[Count::reuses], 1U);
  }
}

TEST_F(StatisticsTest, TellWhatTheAlgorithmChose) {
  ExchangeRecord record = good();
  record.reason = {balance::Reason::Kind::balanced, "roundrobin", {}};
  ends(record);
  record.reason = {balance::Reason::Kind::redispatched, "s1", "down"};
  record.cookie.presented = 'D';
  ends(record);
  EXPECT_EQ(server()[Count::balanced], 2U);
  EXPECT_EQ(server()[Count::moved_sessions], 1U);
}

TEST_F(StatisticsTest, CountOwnAnswersAtTheListenerOnly) {
  ends(own(302, 'L'));
  ends(own(413, 'P'));
  ends(own(400, 'P'));
  ExchangeRecord unreadable = own(408, 'c');
  unreadable.timers.head = Duration{-1};
  ends(unreadable);
  EXPECT_EQ(listener()[Count::requests], 4U);
  EXPECT_EQ(listener()[Count::local_answers], 1U);
  EXPECT_EQ(listener()[Count::denied_requests], 1U);
  EXPECT_EQ(listener()[Count::bad_requests], 2U);
  EXPECT_EQ(listener()[Count::responses_3xx], 1U);
  EXPECT_EQ(backend()[Count::requests], 0U);
}

struct Failing {
  const char* what;
  ExchangeRecord record;
  Count counted;
  bool at_server = true;
};

TEST_F(StatisticsTest, CallFailuresByTheirNames) {
  const Failing cases[] = {
      {"refused", failed(503, 'S', 'C', Who::server), Count::connect_errors},
      {"waited in vain", failed(503, 's', 'Q', Who::server), Count::queue_timeouts},
      {"closed before answering", failed(502, 'S', 'H', Who::server), Count::response_errors},
      {"no valid answer", failed(502, 'P', 'H', Who::server), Count::response_errors},
      {"silent", failed(504, 's', 'H', Who::server), Count::response_errors},
      {"closed inside its answer", failed(200, 'S', 'D', Who::server), Count::server_aborts},
      {"client gone", failed(0, 'C', 'H', Who::client), Count::client_aborts},
      {"client gone meanwhile", failed(200, 'C', 'D', Who::client), Count::client_aborts},
  };
  std::uint64_t before = 0;
  for (const Failing& each : cases) {
    before = backend()[each.counted];
    ends(each.record);
    EXPECT_EQ(backend()[each.counted], before + 1) << each.what;
  }
  EXPECT_EQ(backend()[Count::connect_errors], 2U);
  EXPECT_EQ(backend()[Count::response_errors], 4U);
  EXPECT_EQ(backend()[Count::server_aborts], 1U);
  EXPECT_EQ(backend()[Count::responses_other], 1U);
  EXPECT_EQ(server()[Count::responses_5xx], 0U) << "these pages are our own";
  EXPECT_EQ(server()[Count::responses_2xx], 2U);
}

TEST_F(StatisticsTest, BlameNoServerForABodyThatIsTooLong) {
  ends(failed(413, 'P', 'H', Who::client));
  EXPECT_EQ(server()[Count::response_errors], 0U);
  EXPECT_EQ(listener()[Count::denied_requests], 1U);
}

TEST_F(StatisticsTest, CountRetriesWhereTheyWereNeeded) {
  proxy::FailedAttempt attempt{1, 2, {}, Next::same_server};
  worker_->attempt_failed(attempt);
  attempt.next = Next::other_server;
  worker_->attempt_failed(attempt);
  attempt.next = Next::fresh;
  worker_->attempt_failed(attempt);
  EXPECT_EQ(server()[Count::retries], 1U);
  EXPECT_EQ(server()[Count::redispatches], 1U);
  EXPECT_EQ(server()[Count::stale_reuses], 1U);
  EXPECT_EQ(server()[Count::requests], 1U) << "the one that left";
  EXPECT_EQ(backend()[Count::redispatches], 1U);
}

TEST_F(StatisticsTest, CountATunnelWhenItBeginsAndItsBytesWhenItEnds) {
  ExchangeRecord tunnel = good();
  tunnel.status = 101;
  tunnel.tunnel = true;
  worker_->tunnel_began(tunnel);
  for (const Totals& totals : {listener(), backend(), server()}) {
    EXPECT_EQ(totals[Count::requests], 1U);
    EXPECT_EQ(totals[Count::responses_1xx], 1U);
    EXPECT_EQ(totals.open_tunnels(), 1U);
    EXPECT_EQ(totals[Count::bytes_out], 0U);
  }
  tunnel.timers.total = std::chrono::hours(23);
  tunnel.ended_by = 'C';
  tunnel.ended_in = 'D';
  worker_->exchange_ended(tunnel);
  for (const Totals& totals : {listener(), backend(), server()}) {
    EXPECT_EQ(totals[Count::requests], 1U);
    EXPECT_EQ(totals.open_tunnels(), 0U);
    EXPECT_EQ(totals[Count::bytes_out], 1000U);
    EXPECT_EQ(totals[Span::total].count(), 0U) << "a day is no response time";
    EXPECT_EQ(totals[Count::client_aborts], 0U);
  }
}

TEST_F(StatisticsTest, CountConnectionsAndHandshakesOfAListener) {
  for (int i = 0; i < 3; ++i) worker_->connection_accepted(0, kNow);
  worker_->handshake_ended(0, proxy::Handshake::full);
  worker_->handshake_ended(0, proxy::Handshake::resumed);
  worker_->handshake_ended(0, proxy::Handshake::failed);
  EXPECT_EQ(listener()[Count::connections], 3U);
  EXPECT_EQ(listener().connections.at(Duration{0}), 3U);
  EXPECT_EQ(listener()[Count::handshakes], 2U);
  EXPECT_EQ(listener()[Count::handshakes_resumed], 1U);
  EXPECT_EQ(listener()[Count::handshakes_failed], 1U);
}

TEST_F(StatisticsTest, RememberTheBusiestSecondOfAllWorkersTogether) {
  for (int i = 0; i < 3; ++i) {
    ends(good());
    other_->exchange_ended(good());
  }
  statistics_.tick(kNow + seconds(1));
  ExchangeRecord later = good();
  later.accepted += seconds(1);
  ends(later);
  statistics_.tick(kNow + seconds(2));
  EXPECT_EQ(statistics_.highest(Counted::server, 2).requests, 6U);
  EXPECT_EQ(statistics_.highest(Counted::backend, 1).requests, 6U);
  EXPECT_EQ(statistics_.highest().requests, 6U);
}

TEST_F(StatisticsTest, NoteSecondsThatATickMissed) {
  ends(good());
  ends(good());
  statistics_.tick(kNow + seconds(3));
  EXPECT_EQ(statistics_.highest(Counted::server, 2).requests, 2U);
}

TEST_F(StatisticsTest, ForgetResponsesOfMoreThanAFewMinutesAgo) {
  ends(good());
  auto recent = [this] { return span_quantile(statistics_.recent_responses(2), 1); };
  EXPECT_GT(recent(), Duration{0});
  for (int i = 1; i <= 5; ++i) statistics_.tick(kNow + minutes(i));
  EXPECT_GT(recent(), Duration{0});
  statistics_.tick(kNow + minutes(6));
  EXPECT_EQ(recent(), Duration{0});
}

TEST_F(StatisticsTest, SeeSessionsOfAllWorkersOnce) {
  ExchangeRecord record = good();
  for (int i = 0; i < 20; ++i) {
    record.session = balance::hash_bytes(std::to_string(i));
    ends(record);
    if (i % 2 == 0) other_->exchange_ended(record);
  }
  EXPECT_NEAR(static_cast<double>(statistics_.sessions_seen(2, 15, now_)), 20, 1);
  EXPECT_EQ(statistics_.sessions_seen(2, 15, now_ + minutes(20)), 0U);
}

TEST_F(StatisticsTest, SeeSessionsOfSeveralServersOnce) {
  ExchangeRecord record = good();
  for (int i = 0; i < 20; ++i) {
    record.session = balance::hash_bytes(std::to_string(i));
    record.server_id = 2;
    ends(record);
    record.server_id = 3;
    if (i % 2 == 0) ends(record);
  }
  const std::array<std::size_t, 2> both{2, 3};
  EXPECT_NEAR(static_cast<double>(statistics_.sessions_seen(both, 15, now_)), 20, 1);
}

struct Heard final : proxy::RecordSink {
  void exchange_ended(const ExchangeRecord&) override { all += 'e'; }
  void tunnel_began(const ExchangeRecord&) override { all += 't'; }
  void attempt_failed(const proxy::FailedAttempt&) override { all += 'a'; }
  void connection_accepted(std::size_t, WallTime) override { all += 'c'; }
  void handshake_ended(std::size_t, proxy::Handshake) override { all += 'h'; }
  std::string all;
};

TEST(WorkerStatistics, PassEverythingOn) {
  Heard next;
  Statistics statistics;
  proxy::RecordSink& worker = statistics.add_worker(&next);
  worker.connection_accepted(0, kNow);
  worker.handshake_ended(0, proxy::Handshake::full);
  worker.attempt_failed({1, 2, {}, Next::same_server});
  worker.tunnel_began(good());
  worker.exchange_ended(good());
  EXPECT_EQ(next.all, "chate");
}

// Under TSan this proves that nobody has to wait for anybody.
TEST(Statistics, AreAddedUpWhileWorkersCount) {
  constexpr std::size_t kServers = 100;
  constexpr int kRounds = 20;
  Statistics statistics;
  std::atomic<int> working{2};
  auto work = [&working](proxy::RecordSink* worker) {
    ExchangeRecord record = good();
    for (int round = 0; round < kRounds; ++round) {
      for (record.server_id = 0; record.server_id < kServers; ++record.server_id) {
        record.session = balance::hash_bytes(std::to_string(record.server_id));
        record.accepted += milliseconds(1);
        worker->exchange_ended(record);
      }
    }
    --working;
  };
  std::thread one(work, &statistics.add_worker(nullptr));
  std::thread two(work, &statistics.add_worker(nullptr));
  while (working > 0) {
    statistics.tick(kNow + seconds(1));
    for (std::size_t id = 0; id < kServers; ++id) {
      statistics.totals(Counted::server, id, kNow);
      statistics.recent_responses(id);
    }
    statistics.sessions_seen(0, 15, kNow);
  }
  one.join();
  two.join();
  EXPECT_EQ(statistics.totals(Counted::backend, 1, kNow)[Count::requests], 2U * kRounds * kServers);
  EXPECT_EQ(statistics.totals(Counted::server, kServers - 1, kNow)[Span::total].count(),
            2U * kRounds);
}

}  // namespace
}  // namespace stickler::observe
