// SPDX-License-Identifier: MIT
// A held port: refused while nobody listens, ours all the time.
#include "app/held_port.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "net/address.h"
#include "net/listening_socket.h"

namespace stickler::app {
namespace {

class HeldPortTest : public testing::Test {
 protected:
  // 0, or why connecting failed.
  int connect() const {
    net::Fd client(::socket(AF_INET, SOCK_STREAM, 0));
    auto address = net::Address::parse(text());
    return ::connect(client.get(), address->data(), address->size()) == 0 ? 0 : errno;
  }
  std::string text() const { return "127.0.0.1:" + std::to_string(port_.number()); }

  HeldPort port_ = std::move(HeldPort::hold(1)->front());
};

TEST_F(HeldPortTest, RefusesConnectionsWhileNobodyListens) { EXPECT_EQ(connect(), ECONNREFUSED); }

TEST_F(HeldPortTest, AcceptsWheneverSomebodyListens) {
  for (int i = 0; i < 3; ++i) {
    net::Fd listening = port_.listen();
    EXPECT_EQ(connect(), 0);
    listening.reset();
    EXPECT_EQ(connect(), ECONNREFUSED);
  }
}

TEST_F(HeldPortTest, IsNobodyElsesWhileNobodyListens) {
  EXPECT_FALSE(net::open_listening_sockets(text(), 1).ok());
}

}  // namespace
}  // namespace stickler::app
