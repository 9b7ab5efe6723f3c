// SPDX-License-Identifier: MIT
#include "proxy/upload.h"

#include "proxy/test_house.h"

namespace stickler::proxy {
namespace {

using test::body_in;
using test::kOk;
using test::kSoon;
using test::pattern;
using test::status_in;

constexpr std::string_view kPost10 = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n";
constexpr std::string_view kPostChunked =
    "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

class UploadTest : public test::House {
 protected:
  // As much as is taken while nobody reads at the other end.
  std::size_t push(std::size_t most) {
    const std::string bytes = pattern(64 * 1024);
    std::size_t sent = 0;
    for (int tries = 0; tries < 20 && sent < most; ++tries) {
      std::size_t taken = client().send(std::string_view(bytes).substr(0, most - sent));
      sent += taken;
      if (taken > 0) tries = 0;
      settle();
    }
    return sent;
  }
  static net::Task<> pause(Duration duration, net::WaitSlot& slot) {
    co_await net::pause(duration, slot);
  }
};

TEST_F(UploadTest, SendsABodyPieceByPiece) {
  ask(kPost10);
  accept();
  request();
  for (std::string_view piece : {"01", "2345", "6789"}) {
    ask(piece);
    EXPECT_EQ(request(), piece);
  }
  reply(kOk);
  EXPECT_EQ(answer(), kOk);
  EXPECT_EQ(record().bytes_from_client, 10U);
  EXPECT_EQ(pool().idle(0), 1U);
  close_up();
}

TEST_F(UploadTest, SendsChunksAndTrailers) {
  ask(kPostChunked);
  accept();
  request();
  ask("3\r\nab");
  ask("c\r\n0\r\nA: b\r\n\r\n");
  EXPECT_EQ(request(), "2\r\nab\r\n1\r\nc\r\n0\r\nA: b\r\n\r\n");
  reply(kOk);
  EXPECT_EQ(answer(), kOk);
  close_up();
}

TEST_F(UploadTest, SendsMuchUnchangedThroughLittleMemory) {
  const std::string body = pattern(1'000'000);
  ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  accept();
  request();
  std::string received;
  for (std::size_t sent = 0; received.size() < body.size();) {
    sent += client().send(std::string_view(body).substr(sent));
    received += request();
  }
  EXPECT_EQ(received, body);
  reply(kOk);
  EXPECT_EQ(answer(), kOk);
  close_up();
}

TEST_F(UploadTest, ReadsNoFasterThanTheServerTakes) {
  ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
  accept();
  EXPECT_LT(push(100'000'000), 1'500'000U);
  close_up();
}

TEST_F(UploadTest, BlamesAClientThatStalls) {
  listener().timeouts.body = kSoon;
  ask(std::string(kPost10) + "01");
  accept();
  finish();
  EXPECT_EQ(status_in(client().receive()), "408");
  EXPECT_EQ(flags(), "cH--");
  EXPECT_NE(record().failure.find("timeouts.body"), std::string::npos);
}

TEST_F(UploadTest, BlamesAServerThatTakesNothing) {
  backend_settings().timeouts.server = kSoon;
  ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
  accept();
  push(1'000'000);
  finish();
  EXPECT_EQ(status_in(client().receive()), "504");
  EXPECT_EQ(flags(), "sH--");
}

TEST_F(UploadTest, EndsWhenTheClientGoesAway) {
  ask(std::string(kPost10) + "01");
  accept();
  client().leave();
  settle();
  request();
  EXPECT_TRUE(server().ended());
  EXPECT_EQ(flags(), "CH--");
  close_up();
}

TEST_F(UploadTest, RefusesABadChunkAndGoesNoFurther) {
  ask(std::string(kPostChunked) + "2\r\nab\r\n");
  accept();
  request();
  ask("nonsense\r\n");
  EXPECT_EQ(status_in(answer()), "400");
  EXPECT_TRUE(server().ended());
  close_up();
}

TEST_F(UploadTest, RefusesABodyThatGrowsBeyondItsLimit) {
  listener().max_body = 4;
  ask(std::string(kPostChunked) + "2\r\nab\r\n");
  accept();
  ask("3\r\ncde\r\n0\r\n\r\n");
  EXPECT_EQ(status_in(answer()), "413");
  EXPECT_EQ(flags(), "PH--");
  close_up();
}

TEST_F(UploadTest, WaitsForPermissionWithoutBlamingTheClient) {
  listener().timeouts.body = kSoon;
  ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  accept();
  net::WaitSlot slot = nullptr;
  start(pause(2 * kSoon, slot));
  while (running() > 1) settle();
  EXPECT_EQ(answer(), "");
  reply("HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(answer(), "HTTP/1.1 100 Continue\r\n\r\n");
  ask("ab");
  EXPECT_TRUE(request().ends_with("ab"));
  reply(kOk);
  EXPECT_EQ(answer(), kOk);
  close_up();
}

TEST_F(UploadTest, LetsAnEarlyAnswerThroughAndThrowsTheRestAway) {
  ask(std::string(kPost10) + "01");
  accept();
  reply("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(status_in(answer()), "413");
  ask("23456789");
  EXPECT_EQ(pool().idle(0), 0U);
  ask(test::kGet);
  accept();
  reply(kOk);
  EXPECT_EQ(answer(), kOk);
  close_up();
}

TEST_F(UploadTest, EndsWithAnEarlyAnswerThoughTheServerTakesNoMore) {
  ask("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n");
  accept();
  push(100'000);
  // Both sides speak in the same turn of the loop: the upload goes on once more, and gets stuck.
  server().send("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
  client().send(pattern(200'000));
  finish();
  EXPECT_EQ(status_in(client().receive()), "413");
  EXPECT_EQ(backend().active(), 0U);
}

TEST_F(UploadTest, NeverKeepsAConnectionWhoseServerDidNotGetTheWholeRequest) {
  listener().max_body = 4;
  ask(std::string(kPostChunked) + "2\r\nab\r\n");
  accept();
  server().send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
  settle();
  ask("3\r\ncde\r\n0\r\n\r\n");
  reply("k");
  EXPECT_EQ(answer(), kOk);
  EXPECT_EQ(pool().idle(0), 0U);
  close_up();
}

}  // namespace
}  // namespace stickler::proxy
