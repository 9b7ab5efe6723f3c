// SPDX-License-Identifier: MIT
#include "backend/monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backend/intervals.h"
#include "backend/log_lines.h"
#include "backend/scripted_server.h"

namespace stickler::backend {
namespace {

using balance::Availability;
using test::kNever;
using test::kOften;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::SizeIs;

// A server whose status may change.
class Instance {
 public:
  explicit Instance(unsigned status)
      : status_(status), server_([this](test::Peer& peer) { test::says_status(status_)(peer); }) {}
  void set_status(unsigned status) { status_ = status; }
  std::string address() const { return server_.address().text(); }
  int checks() const { return server_.connections(); }

 private:
  std::atomic<unsigned> status_;
  test::ScriptedServer server_;
};

// Names and their addresses, as a resolver sees them.
class Names {
 public:
  void set(const std::string& name, std::vector<std::string> addresses) {
    std::lock_guard lock(mutex_);
    addresses_[name] = std::move(addresses);
  }
  Resolution look_up(const net::HostPort& name) {
    std::lock_guard lock(mutex_);
    Resolution resolution;
    for (const std::string& address : addresses_[name.host]) {
      resolution.addresses.push_back(*net::Address::parse(address));
    }
    if (resolution.addresses.empty()) resolution.error = "unknown";
    return resolution;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::vector<std::string>> addresses_;
};

class Monitor : public testing::Test {
 protected:
  Monitor() {
    settings_.name = "b";
    config::Check& check = settings_.check;
    check.timeout = std::chrono::seconds(10);
    check.interval = check.fast_interval = check.down_interval = kOften;
  }
  ~Monitor() override { end(); }

  config::Server& add_server(const std::string& address) {
    config::Server& server = settings_.servers.emplace_back();
    server.name = server.cookie = "s" + std::to_string(settings_.servers.size());
    server.address = address;
    return server;
  }

  void start() {
    backend_ = std::make_unique<Backend>(settings_);
    auto look_up = [this](const net::HostPort& name) { return names_.look_up(name); };
    monitor_ = std::make_unique<HealthMonitor>(std::vector<Backend*>{backend_.get()},
                                               std::make_unique<Resolver>(loop_, look_up, kOften));
    monitor_->start([this] { loop_.stop(); });
  }
  void start_and_finish_first_round() {
    start();
    while (!monitor_->first_round_done()) loop_.run();
  }
  void end() {
    monitor_->stop();
    ending_.start(wait_for_end());
    while (ending_.running() > 0) loop_.run();
  }
  void run_until_logged(const std::string& part, std::size_t times = 1) {
    log_.on_line([this] { loop_.stop(); });
    while (log_.with(part).size() < times) loop_.run();
    log_.on_line({});
  }

  Availability availability(std::size_t server) const {
    return backend_->server(server).view().availability;
  }

  net::EventLoop loop_;
  stickler::test::LogLines log_;
  Names names_;
  config::Backend settings_;
  std::unique_ptr<Backend> backend_;
  std::unique_ptr<HealthMonitor> monitor_;

 private:
  net::Task<> wait_for_end() {
    co_await monitor_->stopped(kNoLimit);
    loop_.stop();
  }
  net::TaskGroup ending_;
};

TEST_F(Monitor, ServersAreUnknownUntilTheirFirstCheckIsOver) {
  Instance good(200);
  add_server(good.address());
  start();
  EXPECT_EQ(availability(0), Availability::unknown);
  EXPECT_FALSE(monitor_->first_round_done());
}

TEST_F(Monitor, FirstRoundDecidesEachServerAtOnceAndSaysSo) {
  Instance good(200);
  Instance bad(503);
  add_server(good.address());
  add_server(bad.address());
  settings_.check.interval = settings_.check.down_interval = kNever;
  start_and_finish_first_round();
  EXPECT_TRUE(monitor_->first_round_done());
  EXPECT_EQ(availability(0), Availability::up);
  EXPECT_EQ(availability(1), Availability::down);
  EXPECT_THAT(log_.with("s1"),
              ElementsAre(MatchesRegex("info: server b/s1 is UP: HEAD /status: 200 in [0-9]+ ms")));
  EXPECT_THAT(
      log_.with("s2"),
      ElementsAre(MatchesRegex("warning: server b/s2 is DOWN: HEAD /status: 503 in [0-9]+ ms")));
}

TEST_F(Monitor, AServerGoesDownAfterSomeFailuresAndTheLogSaysWhoIsLeft) {
  Instance first(200);
  Instance second(200);
  add_server(first.address());
  add_server(second.address()).backup = true;
  start_and_finish_first_round();
  first.set_status(503);
  run_until_logged("is DOWN");
  EXPECT_EQ(availability(0), Availability::down);
  EXPECT_THAT(log_.all().back(),
              MatchesRegex("warning: server b/s1 is DOWN: HEAD /status: 503 in [0-9]+ ms "
                           "\\(3 of 3 failed\\); 0 active and 1 backup servers left"));
}

TEST_F(Monitor, AServerComesBackAfterSomeSuccesses) {
  Instance instance(503);
  add_server(instance.address());
  start_and_finish_first_round();
  instance.set_status(200);
  run_until_logged("is UP");
  EXPECT_EQ(availability(0), Availability::up);
  EXPECT_THAT(log_.all().back(),
              MatchesRegex("info: server b/s1 is UP: HEAD /status: 200 in [0-9]+ ms "
                           "\\(2 of 2 passed\\); 1 active and 0 backup servers up"));
}

TEST_F(Monitor, FailuresOfAServerThatIsDownAreNotLoggedAgain) {
  Instance bad(503);
  Instance other(200);
  add_server(bad.address());
  add_server(other.address());
  start_and_finish_first_round();
  while (bad.checks() < 5) {
    other.set_status(503);
    run_until_logged("s2 is DOWN", log_.with("s2 is DOWN").size() + 1);
    other.set_status(200);
    run_until_logged("s2 is UP", log_.with("s2 is UP").size() + 1);
  }
  EXPECT_THAT(log_.with("s1"), SizeIs(1));
}

TEST_F(Monitor, SaysOnceThatNoServerIsUsable) {
  Instance first(503);
  Instance second(503);
  add_server(first.address());
  add_server(second.address());
  start_and_finish_first_round();
  EXPECT_THAT(log_.with("no usable"), ElementsAre("error: backend b has no usable server"));
  first.set_status(200);
  run_until_logged("s1 is UP");
  EXPECT_THAT(log_.with("no usable"), SizeIs(1));
  first.set_status(503);
  run_until_logged("no usable", 2);
}

TEST_F(Monitor, AServerThatHasYetToAnswerMayBeUsable) {
  Instance bad(503);
  test::ScriptedServer silent(test::stays_silent());
  add_server(bad.address());
  add_server(silent.address().text());
  start();
  run_until_logged("s1 is DOWN");
  EXPECT_THAT(log_.with("no usable"), IsEmpty());
}

TEST_F(Monitor, RequestsThatWaitAreWokenWhenAServerComes) {
  struct Request {
    static net::Task<> wait(std::shared_ptr<Ticket> ticket, net::EventLoop& loop) {
      co_await ticket->woken(kNoLimit);
      loop.stop();
    }
  };
  Instance good(200);
  add_server(good.address());
  start();
  std::shared_ptr<Ticket> ticket = backend_->queue().enter({});
  net::TaskGroup request;
  request.start(Request::wait(ticket, loop_));
  while (request.running() > 0) loop_.run();
  EXPECT_EQ(availability(0), Availability::up);
  backend_->queue().leave(ticket);
}

TEST_F(Monitor, AServerOfWeightZeroDrains) {
  Instance good(200);
  add_server(good.address()).weight = 0;
  start_and_finish_first_round();
  EXPECT_TRUE(backend_->server(0).view().serves_sessions());
  EXPECT_FALSE(backend_->server(0).view().accepts_new_sessions());
}

TEST_F(Monitor, WithoutChecksAServerIsUpAtOnce) {
  settings_.check.kind = config::Check::Kind::off;
  add_server("127.0.0.1:1");
  start();
  EXPECT_EQ(availability(0), Availability::up);
  EXPECT_TRUE(monitor_->first_round_done());
}

TEST_F(Monitor, EndsAtOnceThoughAServerIsSilent) {
  test::ScriptedServer silent([this](test::Peer& peer) {
    peer.read_head();
    loop_.stop();
    peer.wait_for_end();
  });
  settings_.check.timeout = kNever;
  add_server(silent.address().text());
  start();
  loop_.run();
  end();
}

// ---- Names ----

TEST_F(Monitor, AServerWhoseNameDoesNotResolveIsDownAndNotAsked) {
  add_server("app-1:80");
  start_and_finish_first_round();
  EXPECT_EQ(availability(0), Availability::down);
  EXPECT_THAT(log_.with("s1"),
              ElementsAre("warning: server b/s1 is DOWN: name 'app-1' does not resolve yet "
                          "(unknown)"));
}

TEST_F(Monitor, AServerComesUpOnceItsNameResolves) {
  Instance good(200);
  add_server("app-1:80");
  start_and_finish_first_round();
  names_.set("app-1", {good.address()});
  run_until_logged("is UP");
  EXPECT_THAT(log_.with("name"), SizeIs(2));
  EXPECT_EQ(log_.with("name").back(), "info: server b/s1: name 'app-1' is " + good.address());
}

TEST_F(Monitor, FollowsANameToItsNewAddress) {
  Instance before(200);
  Instance after(200);
  add_server("app-1:80");
  names_.set("app-1", {before.address()});
  start_and_finish_first_round();
  names_.set("app-1", {after.address()});
  run_until_logged("no longer");
  EXPECT_EQ(log_.all().back(), "info: server b/s1: name 'app-1' is " + after.address() +
                                   ", no longer " + before.address());
  EXPECT_EQ(backend_->server(0).address()->text(), after.address());
}

// Names are asked in the order of their servers, so the second one's news end a round.
class TwoNames : public Monitor {
 protected:
  TwoNames() {
    add_server("app-1:80");
    add_server("app-2:80");
    names_.set("app-1", {"127.0.0.1:1"});
    start_and_finish_first_round();
  }
  void finish_a_round() {
    for (std::string port : {"2", "3"}) {
      names_.set("app-2", {"127.0.0.1:" + port});
      run_until_logged("name 'app-2' is 127.0.0.1:" + port);
    }
  }
};

TEST_F(TwoNames, AServerKeepsItsAddressWhileTheNameStillHasItAmongOthers) {
  names_.set("app-1", {"127.0.0.1:4", "127.0.0.1:1"});
  finish_a_round();
  EXPECT_THAT(log_.with("name 'app-1'"),
              ElementsAre("info: server b/s1: name 'app-1' is 127.0.0.1:1"));
}

TEST_F(TwoNames, AServerKeepsTheLastAddressOfANameThatStopsResolving) {
  names_.set("app-1", {});
  run_until_logged("any more");
  EXPECT_EQ(log_.all().back(),
            "warning: server b/s1: name 'app-1' does not resolve any more (unknown); it stays at "
            "127.0.0.1:1");
  finish_a_round();
  EXPECT_THAT(log_.with("any more"), SizeIs(1));
}

TEST_F(Monitor, WithoutChecksANamedServerIsUpOnceItsNameResolves) {
  settings_.check.kind = config::Check::Kind::off;
  add_server("app-1:80");
  start();
  EXPECT_EQ(availability(0), Availability::unknown);
  loop_.run();
  EXPECT_EQ(availability(0), Availability::down);
  names_.set("app-1", {"127.0.0.1:1"});
  run_until_logged("is UP");
  EXPECT_EQ(availability(0), Availability::up);
}

}  // namespace
}  // namespace stickler::backend
