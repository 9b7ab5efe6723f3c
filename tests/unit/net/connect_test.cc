// SPDX-License-Identifier: MIT
#include "net/connect.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <array>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>

#include "net/event_loop.h"
#include "net/task_group.h"

namespace stickler::net {
namespace {

constexpr Duration kTimeLimit = std::chrono::seconds(10);
constexpr Duration kShort = std::chrono::milliseconds(30);

// A listening socket that nobody accepts from: the kernel alone answers, up to its backlog.
class Listener {
 public:
  explicit Listener(const Address& wanted, int backlog = 8)
      : fd_(::socket(wanted.family(), SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(::bind(fd_.get(), wanted.data(), wanted.size()), 0);
    EXPECT_EQ(::listen(fd_.get(), backlog), 0);
    sockaddr_storage bound{};
    socklen_t size = sizeof bound;
    ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&bound), &size);
    address_ = Address(reinterpret_cast<sockaddr*>(&bound), size);
  }
  const Address& address() const { return address_; }
  void accept_one() { Fd(::accept(fd_.get(), nullptr, nullptr)); }

 private:
  Fd fd_;
  Address address_;
};

Address any_port() { return *Address::parse("127.0.0.1:0"); }

class Connect : public testing::Test {
 protected:
  // Connects; `meanwhile` runs once the attempt has to wait.
  ConnectResult connect(const Address& address, Duration limit,
                        const std::function<void(WaitSlot)>& meanwhile = {}) {
    group_.start(run(address, limit));
    if (waiting_in_ != nullptr && meanwhile) meanwhile(*waiting_in_);
    loop_.run();
    EXPECT_EQ(waiting_in_, nullptr);
    return std::move(*result_);
  }

  // One more than a Unix backlog of zero takes.
  void fill_backlog(const Address& address) {
    for (ConnectResult& each : waiting_) each = connect(address, kShort);
    EXPECT_EQ(waiting_.back().error, ETIMEDOUT);
  }

  std::string unix_path() const { return directory_ + "/socket"; }
  Address unix_address() const { return *Address::parse("unix:" + unix_path()); }

  void SetUp() override { ASSERT_NE(::mkdtemp(directory_.data()), nullptr); }
  void TearDown() override {
    ::unlink(unix_path().c_str());
    ::rmdir(directory_.c_str());
  }

 private:
  Task<> run(const Address& address, Duration limit) {
    ConnectResult result = co_await connect_to(address, limit, &waiting_in_);
    result_ = std::move(result);
    loop_.stop();
  }

  std::string directory_ = "/tmp/stickler-connect-XXXXXX";
  EventLoop loop_;
  TaskGroup group_;
  WaitSlot* waiting_in_ = nullptr;
  std::optional<ConnectResult> result_;
  std::array<ConnectResult, 3> waiting_;
};

TEST_F(Connect, ReachesAListener) {
  Listener listener(any_port());
  ConnectResult result = connect(listener.address(), kTimeLimit);
  EXPECT_TRUE(result.ok());
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  EXPECT_EQ(::getpeername(result.socket.fd(), reinterpret_cast<sockaddr*>(&peer), &size), 0);
}

TEST_F(Connect, SendsSmallFlightsAtOnce) {
  Listener listener(any_port());
  ConnectResult result = connect(listener.address(), kTimeLimit);
  int no_delay = 0;
  socklen_t size = sizeof no_delay;
  ::getsockopt(result.socket.fd(), IPPROTO_TCP, TCP_NODELAY, &no_delay, &size);
  EXPECT_EQ(no_delay, 1);
}

TEST_F(Connect, TellsARefusal) {
  Address closed = Listener(any_port()).address();
  ConnectResult result = connect(closed, kTimeLimit);
  EXPECT_EQ(result.error, ECONNREFUSED);
  EXPECT_FALSE(result.socket.open());
}

TEST_F(Connect, ReachesAUnixSocketAtOnce) {
  Listener listener(unix_address());
  EXPECT_TRUE(connect(unix_address(), kTimeLimit).ok());
}

TEST_F(Connect, TellsThatAUnixSocketIsMissing) {
  EXPECT_EQ(connect(unix_address(), kTimeLimit).error, ENOENT);
}

TEST_F(Connect, GivesUpOnAFullUnixBacklogWhenTheLimitHasPassed) {
  Listener listener(unix_address(), 0);
  fill_backlog(unix_address());
  EXPECT_EQ(connect(unix_address(), kShort).error, ETIMEDOUT);
}

TEST_F(Connect, GetsThroughAUnixBacklogThatHasRoomAgain) {
  Listener listener(unix_address(), 0);
  fill_backlog(unix_address());
  ConnectResult result =
      connect(unix_address(), kTimeLimit, [&](WaitSlot) { listener.accept_one(); });
  EXPECT_TRUE(result.ok());
}

TEST_F(Connect, GivesUpOnAFullTcpBacklogWhenTheLimitHasPassed) {
  Listener listener(any_port(), 0);
  fill_backlog(listener.address());
  ConnectResult result = connect(listener.address(), kShort);
  EXPECT_EQ(result.error, ETIMEDOUT);
  EXPECT_FALSE(result.cancelled);
}

TEST_F(Connect, CanBeCancelledWhileItWaits) {
  Listener listener(any_port(), 0);
  fill_backlog(listener.address());
  ConnectResult result = connect(listener.address(), kTimeLimit, [](WaitSlot slot) {
    EventLoop::current().ready().wake_slot(slot, Wake::cancelled);
  });
  EXPECT_TRUE(result.cancelled);
  EXPECT_EQ(result.error, ECANCELED);
}

}  // namespace
}  // namespace stickler::net
