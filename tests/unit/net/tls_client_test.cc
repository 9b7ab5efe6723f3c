// SPDX-License-Identifier: MIT
#include "net/tls_client.h"

#include "net/tls_fixture.h"

namespace stickler::net {
namespace {

// Both ends are TlsStreams on one loop.
class TlsClient : public test::TlsTest {
 protected:
  void connect_to_ourselves(const std::string& server_name) {
    open(make_context({{}}));
    ::fcntl(client_->fd(), F_SETFL, O_NONBLOCK);
    ours_ = std::make_unique<TlsStream>(Socket(Fd(::dup(client_->fd()))),
                                        TlsClientContext().new_session(server_name));
    TaskGroup clients;
    clients.start(expect_success());
    EXPECT_TRUE(run(server_->handshake(std::chrono::seconds(10))).ok());
    EXPECT_EQ(clients.running(), 0u);
  }
  Task<> expect_success() {
    HandshakeResult result = co_await ours_->handshake(std::chrono::seconds(10));
    EXPECT_TRUE(result.ok()) << result.reason;
  }

  std::unique_ptr<TlsStream> ours_;
};

TEST_F(TlsClient, TalksToAServerThatNobodyVouchesFor) {
  connect_to_ourselves("server.example");
  const iovec part{const_cast<char*>("hello"), 5};
  EXPECT_EQ(ours_->try_write(std::span(&part, 1)).bytes, 5u);
  EXPECT_EQ(read(), "hello");
}

TEST_F(TlsClient, SendsNamesButNoAddresses) {
  const std::pair<const char*, const char*> kSent[] = {
      {"server.example", "server.example"}, {"10.0.0.1", ""}, {"::1", ""}, {"", ""}};
  for (auto [name, sni] : kSent) {
    connect_to_ourselves(name);
    EXPECT_EQ(server_->sni(), sni);
  }
}

}  // namespace
}  // namespace stickler::net
