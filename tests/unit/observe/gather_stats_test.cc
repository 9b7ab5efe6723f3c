// SPDX-License-Identifier: MIT
#include "observe/gather_stats.h"

#include <optional>

#include "net/event_loop.h"
#include "observe/explain_fixture.h"

namespace stickler::observe {
namespace {

constexpr WallTime kTime{std::chrono::seconds(1'800'000'000)};

class GatherStats : public ExplainTest {
 protected:
  StatsSnapshot gathered() {
    monitor_.emplace(std::vector<backend::Backend*>{&backend()}, loop_);
    return gather_stats({*snapshot_, *monitor_, statistics_, events_}, kTime);
  }
  // An exchange of listener and backend 0 with this server.
  proxy::ExchangeRecord exchange(std::size_t position) {
    proxy::ExchangeRecord record;
    record.accepted = kTime;
    record.listener_id = snapshot_->listeners[0]->id;
    record.backend_id = backend().id();
    record.server_id = backend().server(position).id();
    record.status = 200;
    record.bytes_to_client = 1000;
    return record;
  }

  net::EventLoop loop_;
  Statistics statistics_;
  proxy::RecordSink* worker_ = &statistics_.add_worker(nullptr);
  Events events_;
  std::optional<backend::HealthMonitor> monitor_;
};

TEST_F(GatherStats, KnowsListenersBackendsAndServersByName) {
  given("", "balance = \"leastconn\"; cookie = { name = \"N\"; };");
  const StatsSnapshot stats = gathered();
  ASSERT_EQ(stats.listeners.size(), 1U);
  EXPECT_EQ(stats.listeners[0].name, "web");
  EXPECT_EQ(stats.listeners[0].binds, std::vector<std::string>{":80"});
  ASSERT_EQ(stats.backends.size(), 1U);
  EXPECT_EQ(stats.backends[0].cookie, "N");
  EXPECT_EQ(stats.backends[0].balance, config::Backend::Balance::leastconn);
  ASSERT_EQ(stats.backends[0].servers.size(), 3U);
  const ServerStats& two = stats.backends[0].servers[1];
  EXPECT_EQ(two.name, "two");
  EXPECT_EQ(two.cookie, "two");
  EXPECT_EQ(two.address, "10.0.0.2:80");
  EXPECT_TRUE(two.checked);
  EXPECT_EQ(two.rise, 2U);
}

TEST_F(GatherStats, CountsWhatHasHappened) {
  given("", "");
  worker_->exchange_ended(exchange(1));
  worker_->exchange_ended(exchange(1));
  worker_->exchange_ended(exchange(2));
  const StatsSnapshot stats = gathered();
  EXPECT_EQ(stats.process.totals[Count::requests], 3U);
  EXPECT_EQ(stats.listeners[0].totals[Count::bytes_out], 3000U);
  EXPECT_EQ(stats.backends[0].totals[Count::requests], 3U);
  EXPECT_EQ(stats.backends[0].servers[0].totals[Count::requests], 0U);
  EXPECT_EQ(stats.backends[0].servers[1].totals[Count::requests], 2U);
}

TEST_F(GatherStats, TellsTheMostThatWereThereAtOnce) {
  given("", "");
  proxy::ExchangeRecord record = exchange(0);
  record.server_active = 4;
  record.backend_active = 7;
  worker_->exchange_ended(record);
  backend().server(1).view().active = 9;
  const BackendStats stats = gathered().backends[0];
  EXPECT_EQ(stats.servers[0].most_active, 5U);
  EXPECT_EQ(stats.servers[1].most_active, 9U);
  EXPECT_EQ(stats.active, 9U);
  EXPECT_EQ(stats.most_active, 9U);
}

TEST_F(GatherStats, OnlyServersThatTakeNewSessionsAreUsable) {
  given("", "");
  server(0) = balance::Availability::drain;
  server(1) = balance::Availability::down;
  backend().server(2).view().weight = 5;
  BackendStats stats = gathered().backends[0];
  EXPECT_TRUE(stats.usable());
  EXPECT_TRUE(stats.takes_new_sessions());
  EXPECT_EQ(stats.usable_servers(false), 1U);
  EXPECT_EQ(stats.usable_weight(), 5U);
  backend().server(2).view().weight = 0;
  stats = gathered().backends[0];
  EXPECT_TRUE(stats.usable()) << "for sessions that are there";
  EXPECT_FALSE(stats.takes_new_sessions());
  server(0) = server(2) = balance::Availability::maint;
  stats = gathered().backends[0];
  EXPECT_FALSE(stats.usable());
  EXPECT_EQ(stats.usable_weight(), 0U);
}

TEST_F(GatherStats, BringsTheLastEvents) {
  given("", "");
  events_.note(Event{kTime, Event::Weight::info, "one"});
  events_.note(Event{kTime, Event::Weight::info, "two"});
  EXPECT_EQ(gathered().events.front().text, "two");
}

}  // namespace
}  // namespace stickler::observe
