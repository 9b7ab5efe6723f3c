// SPDX-License-Identifier: MIT
#include "backend/server_connection.h"

#include <gtest/gtest.h>

#include "backend/connection_pool.h"
#include "backend/scripted_server.h"
#include "net/test_loop.h"

namespace stickler::backend {
namespace {

using http::Method;
using net::test::kPlenty;
using net::test::kSoon;
using test::kHello;

class ServerConnectionTest : public testing::Test, protected net::test::TestLoop {
 protected:
  ServerConnectionTest() { connect(net::test::local_connection()); }

  void connect(net::test::Connection connection) {
    server_.emplace(std::move(connection.peer));
    connection_ = std::make_unique<ServerConnection>(std::move(connection.ours), 0);
    connection_->begin({});
  }
  Received head(Method method = Method::get, Duration limit = kPlenty) {
    return result_of(connection_->read_head(method, limit));
  }
  // The whole body of an answer whose head has been read; '!' behind it if it does not end well.
  std::string body(std::size_t step = 100'000) {
    std::string all;
    std::string memory(step, '\0');
    connection_->begin_body();
    while (!connection_->body_ended()) {
      BodyPart part = result_of(connection_->read_body(memory.data(), memory.size(), kSoon));
      all.append(part.payload);
      if (part.result != Received::done) return all + "!";
    }
    return all;
  }
  // An answer from head to body.
  std::string answer(std::string_view text, Method method = Method::get) {
    server_->send(text);
    EXPECT_EQ(head(method), Received::done);
    return body();
  }

  std::optional<net::test::Peer> server_;
  std::unique_ptr<ServerConnection> connection_;
};

constexpr std::string_view kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n";

TEST_F(ServerConnectionTest, ReadsAnAnswerAndIsReadyForTheNext) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(answer(kHello), "hello");
    EXPECT_EQ(connection_->reused(), i > 0);
    EXPECT_TRUE(connection_->finish());
    connection_->begin({});
  }
}

TEST_F(ServerConnectionTest, ReadsAnAnswerThatComesByteByByte) {
  for (std::string_view text : {kHello, kChunked}) {
    std::optional<Received> received;
    start(store(connection_->read_head(Method::get, kPlenty), received));
    std::size_t sent = 0;
    while (!received) {
      server_->send(text.substr(sent++, 1));
      settle();
    }
    server_->send(text.substr(sent));
    EXPECT_EQ(body(1), "hello");
    EXPECT_TRUE(connection_->finish());
    connection_->begin({});
  }
}

TEST_F(ServerConnectionTest, HasTheTrailersOfAChunkedAnswer) {
  EXPECT_EQ(answer(kChunked), "hello");
  EXPECT_EQ(connection_->trailers(), "A: b\r\n");
  EXPECT_TRUE(connection_->finish());
}

TEST_F(ServerConnectionTest, ReadsUntilTheEndWithoutALength) {
  server_->send("HTTP/1.1 200 OK\r\n\r\nhello");
  server_->finish();
  EXPECT_EQ(head(), Received::done);
  EXPECT_EQ(body(), "hello");
  EXPECT_FALSE(connection_->finish());
}

TEST_F(ServerConnectionTest, TellsABodyCutShortFromAWholeOne) {
  for (std::string_view text : {kHello, kChunked}) {
    connect(net::test::local_connection());
    server_->send(text.substr(0, text.size() - 2));
    server_->finish();
    EXPECT_EQ(head(), Received::done);
    EXPECT_TRUE(body().ends_with('!'));
    EXPECT_FALSE(connection_->finish());
  }
}

TEST_F(ServerConnectionTest, KeepsInterimAndFinalHeadsApart) {
  server_->send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + std::string(kHello));
  EXPECT_EQ(head(), Received::done);
  EXPECT_EQ(connection_->head().status, 103U);
  connection_->next_head();
  EXPECT_EQ(head(), Received::done);
  EXPECT_EQ(connection_->head().status, 200U);
  EXPECT_EQ(body(), "hello");
  EXPECT_TRUE(connection_->finish());
}

TEST_F(ServerConnectionTest, KnowsThatAnswersToHeadHaveNoBody) {
  std::string_view head_only = kHello.substr(0, kHello.size() - 5);
  EXPECT_EQ(answer(head_only, Method::head), "");
  EXPECT_TRUE(connection_->finish());
}

TEST_F(ServerConnectionTest, DoesNotTrustAServerThatSaysMoreThanItWasAsked) {
  for (std::string_view text : {kHello, kChunked}) {
    connect(net::test::local_connection());
    EXPECT_EQ(answer(std::string(text) + "HTTP/1.1 200 OK\r\n"), "hello");
    EXPECT_FALSE(connection_->finish());
  }
}

TEST_F(ServerConnectionTest, NoticesUnaskedBytesThatComeWithTheBodysEnd) {
  std::string_view head_only = kHello.substr(0, kHello.size() - 5);
  server_->send(head_only);
  EXPECT_EQ(head(), Received::done);
  server_->send("hellomore");
  EXPECT_EQ(body(), "hello");
  EXPECT_FALSE(connection_->finish());
}

TEST_F(ServerConnectionTest, IsNotUsedAgainWhenTheServerSaysSo) {
  for (std::string_view text : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
                                "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"}) {
    connect(net::test::local_connection());
    EXPECT_EQ(answer(text), "");
    EXPECT_FALSE(connection_->finish());
  }
}

TEST_F(ServerConnectionTest, SaysHowAWaitForTheHeadEnded) {
  EXPECT_EQ(head(Method::get, kSoon), Received::timed_out);
  EXPECT_FALSE(connection_->answered());
  server_->send("HTTP/1.1 2");
  EXPECT_EQ(head(Method::get, kSoon), Received::timed_out);
  EXPECT_TRUE(connection_->answered());
  server_->finish();
  EXPECT_EQ(head(), Received::closed);
  connect(net::test::local_connection());
  server_->send("SSH-2.0-OpenSSH\r\n");
  EXPECT_EQ(head(), Received::invalid);
  EXPECT_STRNE(connection_->parse_error().what, "");
}

TEST_F(ServerConnectionTest, CanBeCancelledAndGoesOnWhereItWas) {
  server_->send("HTTP/1.1 200 OK\r\n");
  std::optional<Received> received;
  start(store(connection_->read_head(Method::get, kPlenty), received));
  settle();
  connection_->socket().cancel_read();
  finish();
  EXPECT_EQ(received, Received::cancelled);
  server_->send("Content-Length: 0\r\n\r\n");
  EXPECT_EQ(head(), Received::done);
}

TEST_F(ServerConnectionTest, SeesAReset) {
  connect(net::test::tcp_connection());
  server_->reset();
  EXPECT_EQ(head(), Received::closed);
}

TEST_F(ServerConnectionTest, AcceptsAHeadUpToItsLimitOnly) {
  std::string head_text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: " + std::string(50'000, 'x');
  server_->send(head_text + "\r\n\r\n");
  EXPECT_EQ(head(), Received::done);
  connect(net::test::local_connection());
  connection_->begin({20'000, 20'000, 100});
  server_->send(head_text + "\r\n\r\n");
  EXPECT_EQ(head(), Received::invalid);
}

class ConnectionPoolTest : public ServerConnectionTest {
 protected:
  // Puts a fresh connection to `server` into the pool, its other end into peers_.
  ServerConnection* add(ConnectionPool& pool, std::size_t server) {
    net::test::Connection made = net::test::local_connection();
    peers_.push_back(std::move(made.peer));
    auto connection = std::make_unique<ServerConnection>(std::move(made.ours), server);
    connection->socket().drained();
    ServerConnection* raw = connection.get();
    pool.give_back(std::move(connection));
    return raw;
  }
  static net::Task<net::Wake> pause(Duration duration) {
    net::WaitSlot slot = nullptr;
    net::Wake woke = co_await net::pause(duration, slot);
    co_return woke;
  }

  std::vector<net::test::Peer> peers_;
  ConnectionPool pool_{2, kPlenty, 2};
};

TEST_F(ConnectionPoolTest, LendsTheConnectionOfThatServerThatWasUsedLast) {
  ServerConnection* first = add(pool_, 0);
  ServerConnection* last = add(pool_, 0);
  add(pool_, 1);
  std::unique_ptr<ServerConnection> one = pool_.borrow(0);
  std::unique_ptr<ServerConnection> two = pool_.borrow(0);
  EXPECT_EQ(one.get(), last);
  EXPECT_EQ(two.get(), first);
  EXPECT_EQ(pool_.borrow(0), nullptr);
  EXPECT_EQ(pool_.idle(1), 1U);
}

TEST_F(ConnectionPoolTest, KeepsTheYoungestWhenThereAreTooMany) {
  add(pool_, 0);
  ServerConnection* second = add(pool_, 0);
  ServerConnection* third = add(pool_, 0);
  EXPECT_EQ(pool_.idle(0), 2U);
  EXPECT_EQ(pool_.borrow(0).get(), third);
  EXPECT_EQ(pool_.borrow(0).get(), second);
  EXPECT_TRUE(peers_[0].ended());
}

TEST_F(ConnectionPoolTest, KeepsNoneIfNoneMayBeKept) {
  ConnectionPool none(1, kPlenty, 0);
  add(none, 0);
  EXPECT_EQ(none.idle(0), 0U);
  EXPECT_TRUE(peers_[0].ended());
}

TEST_F(ConnectionPoolTest, DropsAConnectionThatIsClosedOrSpeaksUnasked) {
  add(pool_, 0);
  add(pool_, 1);
  peers_[0].finish();
  peers_[1].send("unasked");
  settle();
  EXPECT_EQ(pool_.idle(0), 0U);
  EXPECT_EQ(pool_.idle(1), 0U);
}

TEST_F(ConnectionPoolTest, DropsAConnectionWhoseTimeIsOver) {
  ConnectionPool shortly(1, kSoon, 2);
  add(shortly, 0);
  EXPECT_EQ(result_of(pause(2 * kSoon)), net::Wake::timed_out);
  EXPECT_EQ(shortly.idle(0), 0U);
}

TEST_F(ConnectionPoolTest, DoesNotKeepWhatWasClosedMeanwhile) {
  net::test::Connection made = net::test::local_connection();
  auto connection = std::make_unique<ServerConnection>(std::move(made.ours), 0);
  connection->socket().drained();
  made.peer.finish();
  settle();
  pool_.give_back(std::move(connection));
  EXPECT_EQ(pool_.idle(0), 0U);
}

TEST_F(ConnectionPoolTest, DoesNotLendWhatIsKnownToBeClosedThoughNotYetDropped) {
  add(pool_, 0);
  peers_[0].finish();
  std::unique_ptr<ServerConnection> borrowed;
  // Posted functions run between an event and its waiter.
  loop().post([&] { borrowed = pool_.borrow(0); });
  settle();
  EXPECT_EQ(borrowed, nullptr);
}

TEST_F(ConnectionPoolTest, ClosesAllOfOneServer) {
  add(pool_, 0);
  add(pool_, 0);
  add(pool_, 1);
  pool_.clear(0);
  EXPECT_EQ(pool_.idle(0), 0U);
  EXPECT_EQ(pool_.idle(1), 1U);
}

TEST_F(ConnectionPoolTest, NoLongerWatchesWhatItHasLent) {
  add(pool_, 0);
  std::unique_ptr<ServerConnection> lent = pool_.borrow(0);
  peers_[0].send("answer");
  settle();
  EXPECT_TRUE(lent->socket().maybe_readable());
  EXPECT_EQ(lent->socket().read_slot(), nullptr);
}

}  // namespace
}  // namespace stickler::backend
