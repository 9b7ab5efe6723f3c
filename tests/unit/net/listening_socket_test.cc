// SPDX-License-Identifier: MIT
#include "net/listening_socket.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "net/test_loop.h"

namespace stickler::net {
namespace {

class ListeningSocketTest : public testing::Test {
 protected:
  // The port of a socket that was open a moment ago: free, as far as one can know.
  static std::string free_port() {
    auto sockets = open_listening_sockets("127.0.0.1:0", 1);
    return std::to_string(test::bound_address(sockets->front().get()).port());
  }
  static std::string failure(const std::string& text) {
    auto sockets = open_listening_sockets(text, 1);
    return sockets ? "none" : sockets.error();
  }
  static bool connects(const Address& address) {
    Fd fd(::socket(address.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::connect(fd.get(), address.data(), address.size()) == 0;
  }
  std::string unix_path() const { return directory_ + "/socket"; }
  std::string unix_text() const { return "unix:" + unix_path(); }

  void SetUp() override { ASSERT_NE(::mkdtemp(directory_.data()), nullptr); }
  void TearDown() override {
    ::unlink(unix_path().c_str());
    ::rmdir(directory_.c_str());
  }
  std::string directory_ = "/tmp/stickler-listen-XXXXXX";
};

TEST_F(ListeningSocketTest, SharesAPortBetweenWorkers) {
  std::string text = "127.0.0.1:" + free_port();
  auto sockets = open_listening_sockets(text, 3);
  ASSERT_TRUE(sockets.ok()) << sockets.error();
  EXPECT_EQ(sockets->size(), 3U);
  for (const Fd& fd : *sockets) EXPECT_EQ(test::bound_address(fd.get()).text(), text);
  EXPECT_TRUE(connects(*Address::parse(text)));
}

TEST_F(ListeningSocketTest, DoesNotShareAPortWithAnotherProcess) {
  std::string text = "127.0.0.1:" + free_port();
  auto first = open_listening_sockets(text, 2);
  EXPECT_EQ(failure(text), "cannot listen on " + text + ": another process does already");
}

TEST_F(ListeningSocketTest, ListensOnBothFamiliesWithoutAHost) {
  std::string port = free_port();
  auto sockets = open_listening_sockets(":" + port, 1);
  ASSERT_TRUE(sockets.ok()) << sockets.error();
  EXPECT_TRUE(connects(*Address::parse("127.0.0.1:" + port)));
  bool has_ipv6 = test::bound_address(sockets->front().get()).family() == AF_INET6;
  EXPECT_EQ(connects(*Address::parse("[::1]:" + port)), has_ipv6);
}

TEST_F(ListeningSocketTest, SaysWhyItCannot) {
  EXPECT_EQ(failure("192.0.2.1:80"),
            "cannot listen on 192.0.2.1:80: no interface of this host has that address");
  EXPECT_NE(failure("nonsense").find("cannot listen on nonsense: "), std::string::npos);
  EXPECT_NE(failure("no such name.invalid:1").find("no such name.invalid"), std::string::npos);
}

TEST_F(ListeningSocketTest, GivesEveryWorkerTheSameUnixSocket) {
  auto sockets = open_listening_sockets(unix_text(), 2);
  ASSERT_TRUE(sockets.ok()) << sockets.error();
  EXPECT_EQ(sockets->size(), 2U);
  EXPECT_TRUE(connects(*Address::parse(unix_text())));
  Fd accepted(::accept4(sockets->back().get(), nullptr, nullptr, SOCK_NONBLOCK));
  EXPECT_TRUE(static_cast<bool>(accepted));
}

TEST_F(ListeningSocketTest, ReplacesAUnixSocketThatADeadProcessLeft) {
  {
    auto dead = open_listening_sockets(unix_text(), 1);
  }
  auto sockets = open_listening_sockets(unix_text(), 1);
  ASSERT_TRUE(sockets.ok()) << sockets.error();
  EXPECT_TRUE(connects(*Address::parse(unix_text())));
}

TEST_F(ListeningSocketTest, LeavesALivingProcessItsUnixSocket) {
  auto alive = open_listening_sockets(unix_text(), 1);
  EXPECT_EQ(failure(unix_text()),
            "cannot listen on " + unix_text() + ": another process does already");
  EXPECT_TRUE(connects(*Address::parse(unix_text())));
}

TEST_F(ListeningSocketTest, DoesNotWaitForALivingProcessThatIsBusy) {
  Address address = *Address::parse(unix_text());
  Fd busy(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::bind(busy.get(), address.data(), address.size()), 0);
  EXPECT_EQ(::listen(busy.get(), 0), 0);
  Fd queued(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(::connect(queued.get(), address.data(), address.size()), 0);
  EXPECT_NE(failure(unix_text()), "none");
  EXPECT_EQ(::access(unix_path().c_str(), F_OK), 0);
}

TEST_F(ListeningSocketTest, LeavesAFileThatIsNoSocket) {
  Fd file(::open(unix_path().c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  EXPECT_NE(failure(unix_text()), "none");
  EXPECT_EQ(::access(unix_path().c_str(), F_OK), 0);
}

TEST_F(ListeningSocketTest, HandsNoSocketToChildren) {
  for (const std::string& text : {std::string("127.0.0.1:0"), unix_text()}) {
    auto sockets = open_listening_sockets(text, 2);
    for (const Fd& fd : *sockets) EXPECT_NE(::fcntl(fd.get(), F_GETFD) & FD_CLOEXEC, 0) << text;
  }
}

}  // namespace
}  // namespace stickler::net
