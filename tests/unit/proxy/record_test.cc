// SPDX-License-Identifier: MIT
// What a record tells those who count (observe/worker_statistics.h).
#include <gtest/gtest.h>

#include "proxy/test_house.h"

namespace stickler::proxy {
namespace {

using test::kGet;
using test::kOk;

class RecordTest : public test::House {
 protected:
  explicit RecordTest(std::size_t servers = 1) : House(servers) {
    backend_settings().cookie.emplace().name = "SRV";
  }
  void exchange(std::string_view asked) {
    const bool kept = !records().all.empty();
    ask(asked);
    if (!kept) accept();
    request();
    reply(kOk);
    answer();
  }
};

TEST_F(RecordTest, HasTheSizeOfTheHeadAndWhetherTheConnectionWasKept) {
  exchange(kGet);
  EXPECT_EQ(record().head_bytes, kGet.size());
  EXPECT_FALSE(record().reused);
  exchange(kGet);
  EXPECT_TRUE(record().reused);
  close_up();
}

TEST_F(RecordTest, NamesTheSessionThatItsServerHas) {
  exchange(kGet);
  EXPECT_EQ(record().session, 0U) << "it has not returned its cookie yet";
  exchange("GET / HTTP/1.1\r\nHost: h\r\nCookie: SRV=s1; a=1\r\n\r\n");
  const std::uint64_t session = record().session;
  EXPECT_NE(session, 0U);
  exchange("GET /other HTTP/1.1\r\nHost: h\r\nCookie: SRV=s1; a=1\r\n\r\n");
  EXPECT_EQ(record().session, session);
  exchange("GET / HTTP/1.1\r\nHost: h\r\nCookie: SRV=s9; a=1\r\n\r\n");
  EXPECT_EQ(record().session, 0U);
  close_up();
}

TEST_F(RecordTest, SaysWhoIsAtFault) {
  ask("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  accept();
  reply("nonsense\r\n\r\n");
  EXPECT_EQ(record().at_fault, Who::server);
  ask("nonsense\r\n\r\n");
  EXPECT_EQ(record().at_fault, Who::client);
  EXPECT_EQ(record().head_bytes, 0U);
  close_up();
}

TEST_F(RecordTest, OfATunnelIsToldWhenItBegins) {
  ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  accept();
  reply("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  ASSERT_EQ(records().tunnels.size(), 1U);
  EXPECT_EQ(records().tunnels[0].status, 101U);
  EXPECT_TRUE(records().tunnels[0].tunnel);
  EXPECT_TRUE(records().all.empty());
  close_up();
  EXPECT_TRUE(record().tunnel);
}

class RecordByTwo : public RecordTest {
 protected:
  RecordByTwo() : RecordTest(2) {}
};

TEST_F(RecordByTwo, TriesThatFailAreToldOneByOne) {
  backend_settings().retry.attempts = 2;
  backend_settings().retry.redispatch = config::Retry::Redispatch::last;
  refuse(0);
  ask("GET / HTTP/1.1\r\nHost: h\r\nCookie: SRV=s1\r\n\r\n");
  accept(1);
  reply(kOk);
  ASSERT_EQ(records().attempts.size(), 2U);
  for (const FailedAttempt& attempt : records().attempts) {
    EXPECT_EQ(attempt.server_id, backend().server(0).id());
    EXPECT_EQ(attempt.backend_id, backend().id());
    EXPECT_EQ(attempt.failure.phase, Phase::connect);
  }
  EXPECT_EQ(records().attempts[0].next, Next::same_server);
  EXPECT_EQ(records().attempts[1].next, Next::other_server);
  EXPECT_EQ(record().server_id, backend().server(1).id());
  close_up();
}

TEST(ConnectionCount, RemembersTheMost) {
  ConnectionCount count;
  count.opened();
  count.opened();
  count.closed();
  count.opened();
  EXPECT_EQ(count.open(), 2U);
  EXPECT_EQ(count.most(), 2U);
}

}  // namespace
}  // namespace stickler::proxy
