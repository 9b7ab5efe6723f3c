// SPDX-License-Identifier: MIT
#include "net/tls_stream.h"

#include <gmock/gmock.h>

#include "net/tls_fixture.h"

namespace stickler::net {
namespace {

using test::ClientOptions;

std::string repeated_letters(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
  return text;
}

class TlsHandshake : public test::TlsTest {
 protected:
  void SetUp() override { open(make_context({{}})); }
  HandshakeResult handshake(Duration limit = std::chrono::seconds(10)) {
    return run(server_->handshake(limit));
  }
};

TEST_F(TlsHandshake, TellsWhatWasAgreedOn) {
  ASSERT_TRUE(shake().ok());
  EXPECT_EQ(server_->version(), "TLSv1.3");
  EXPECT_THAT(server_->cipher(), ::testing::StartsWith("TLS_"));
  EXPECT_FALSE(server_->resumed());
}

TEST_F(TlsHandshake, TellsWhenTheClientSpeaksPlainHttp) {
  client_->send_raw("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  HandshakeResult result = handshake();
  EXPECT_EQ(result.end, HandshakeResult::End::failed);
  EXPECT_EQ(result.reason, "http request");
}

TEST_F(TlsHandshake, TellsWhenTheClientSpeaksSomethingElse) {
  client_->send_raw("SSH-2.0-OpenSSH_9.2p1 Debian\r\n");
  EXPECT_EQ(handshake().reason, "wrong version number");
}

TEST_F(TlsHandshake, TellsWhenTheClientGoesAway) {
  client_->finish();
  EXPECT_EQ(handshake().end, HandshakeResult::End::peer_closed);
}

TEST_F(TlsHandshake, TellsWhenTheClientIsSilent) {
  HandshakeResult result = handshake(std::chrono::milliseconds(5));
  EXPECT_EQ(result.end, HandshakeResult::End::timed_out);
  EXPECT_EQ(result.reason, "not done within 5ms");
}

TEST_F(TlsHandshake, TellsWhenNoCipherIsShared) {
  open(make_context({{}}, {.ciphers = "ECDHE-ECDSA-AES256-GCM-SHA384"}),
       {.max_version = TLS1_2_VERSION, .signatures = "RSA+SHA256"});
  EXPECT_EQ(shake().reason, "no shared cipher");
  EXPECT_THAT(client_->failure(), ::testing::HasSubstr("handshake failure"));
}

TEST_F(TlsHandshake, EndsWhenItsWaitIsCancelled) {
  loop_.post([this] { server_->socket().cancel_read(); });
  EXPECT_EQ(handshake().end, HandshakeResult::End::cancelled);
}

TEST_F(TlsHandshake, OutlivesItsContext) {
  std::shared_ptr<const TlsContext> context = make_context({{}});
  std::weak_ptr<const TlsContext> old = context;
  ASSERT_TRUE(connect(std::move(context)).ok());
  EXPECT_TRUE(old.expired());
  EXPECT_EQ(write("still here"), 10u);
  EXPECT_EQ(client_->read(), "still here");
}

class TlsReading : public test::TlsTest {
 protected:
  void SetUp() override { ASSERT_TRUE(connect(make_context({{}})).ok()); }
};

TEST_F(TlsReading, GetsWhatWasWritten) {
  client_->write("hello");
  EXPECT_EQ(read(), "hello");
  // One recv() that got less than it asked for was enough.
  EXPECT_TRUE(server_->socket().maybe_readable());
  EXPECT_TRUE(server_->socket().looks_drained());
  EXPECT_EQ(try_read(), "would block");
}

TEST_F(TlsReading, WaitsForTheLastByteOfARecord) {
  client_->encrypt("hello");
  std::string record = client_->take_ciphertext();
  for (std::size_t i = 0; i + 1 < record.size(); ++i) {
    client_->send_raw(std::string_view(record).substr(i, 1));
    ASSERT_EQ(read(), "would block") << i;
  }
  client_->send_raw(std::string_view(record).substr(record.size() - 1));
  EXPECT_EQ(read(), "hello");
}

TEST_F(TlsReading, FillsALargeBufferWithManyRecords) {
  const std::string body = repeated_letters(60000);
  client_->write(body);
  EXPECT_EQ(read(), body);
}

TEST_F(TlsReading, KeepsWhatASmallBufferLeaves) {
  client_->write("hello world");
  EXPECT_EQ(read(5), "hello");
  EXPECT_TRUE(server_->has_buffered_input());
  EXPECT_EQ(try_read(6), " world");
  EXPECT_FALSE(server_->has_buffered_input());
}

TEST_F(TlsReading, KeepsRecordsThatASmallBufferLeaves) {
  client_->write("one");
  client_->write("two");
  EXPECT_EQ(read(3), "one");
  EXPECT_TRUE(server_->has_buffered_input());
  EXPECT_EQ(try_read(), "two");
}

TEST_F(TlsReading, TakesOnlySoManySmallRecordsAtOnce) {
  const std::string bytes = repeated_letters(150);
  for (char byte : bytes) client_->write({&byte, 1});
  std::string got = read();
  EXPECT_LT(got.size(), bytes.size());
  while (server_->has_buffered_input()) got += try_read();
  EXPECT_EQ(got, bytes);
  EXPECT_EQ(try_read(), "would block");
}

TEST_F(TlsReading, EndsCleanlyWithCloseNotify) {
  client_->write("last");
  client_->close_notify();
  EXPECT_EQ(read(), "last");
  EXPECT_TRUE(server_->has_buffered_input());
  EXPECT_EQ(try_read(), "eof");
  EXPECT_FALSE(server_->truncated());
  EXPECT_FALSE(server_->has_buffered_input());
}

TEST_F(TlsReading, TellsThatAnEndWithoutCloseNotifyIsTruncated) {
  client_->write("last");
  client_->finish();
  EXPECT_EQ(read(), "last");
  EXPECT_EQ(read(), "eof");
  EXPECT_TRUE(server_->truncated());
}

TEST_F(TlsReading, TruncatedOrNotTheOtherDirectionGoesOn) {
  client_->finish();
  EXPECT_EQ(read(), "eof");
  EXPECT_EQ(write("answer"), 6u);
  EXPECT_EQ(client_->read(), "answer");
}

TEST_F(TlsReading, FailsOnAForgedRecordAndTellsThePeer) {
  client_->encrypt("hello");
  std::string record = client_->take_ciphertext();
  record.back() = static_cast<char>(record.back() ^ 1);
  client_->send_raw(record);
  EXPECT_EQ(read(), "failed");
  EXPECT_EQ(write("x"), 0u);
  client_->read();
  EXPECT_THAT(take_openssl_reason(), ::testing::HasSubstr("bad record mac"));
}

TEST_F(TlsReading, FailsWhenTheConnectionIsReset) {
  write("never read");
  client_->go_away();
  EXPECT_EQ(read(), "failed");
  EXPECT_EQ(server_->try_read(nullptr, 0).error, ECONNRESET);
}

TEST_F(TlsReading, AnswersKeyUpdates) {
  SSL_key_update(client_->ssl(), SSL_KEY_UPDATE_REQUESTED);
  client_->write("new keys");
  EXPECT_EQ(read(), "new keys");
  EXPECT_EQ(write("mine, too"), 9u);
  EXPECT_EQ(client_->read(), "mine, too");
}

// Asks for nothing in return: an answer would be limited by what the peer reads.
class TlsKeyUpdates : public test::TlsTest {
 protected:
  void SetUp() override { ASSERT_TRUE(connect(make_context({{}})).ok()); }
  void update_keys(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count; ++i) {
      SSL_key_update(client_->ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
      SSL_do_handshake(client_->ssl());
    }
  }
};

TEST_F(TlsKeyUpdates, AreTakenInBoundedNumber) {
  update_keys(TlsStream::kHandshakeRecords);
  client_->write("still here");
  EXPECT_EQ(read(), "still here");
  update_keys(1);
  client_->write("too many");
  EXPECT_EQ(read(), "failed");
}

TEST_F(TlsKeyUpdates, AreTakenWithoutEndBetweenData) {
  const std::string record = repeated_letters(16384);
  for (std::uint64_t i = 0; i < 3 * TlsStream::kHandshakeRecords; ++i) {
    update_keys(1);
    client_->write(record);
    ASSERT_EQ(read(), record) << i;
  }
}

class TlsWriting : public test::TlsTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(connect(make_context({{}})).ok());
    const int tiny = 4096;
    ::setsockopt(server_->socket().fd(), SOL_SOCKET, SO_SNDBUF, &tiny, sizeof tiny);
  }

  // Offers all of `body` again and again while the peer reads nothing; how much was taken.
  std::size_t write_until_blocked(std::string_view body) {
    std::size_t taken = 0;
    while (std::size_t more = write(body.substr(taken))) taken += more;
    return taken;
  }
  // Each asks the server for one of its own, which the client does not read. With each comes what
  // entitles to the next. Whether all were taken.
  bool request_key_updates(int count) {
    const std::string record = repeated_letters(16384);
    for (int i = 0; i < count; ++i) {
      SSL_key_update(client_->ssl(), SSL_KEY_UPDATE_REQUESTED);
      client_->write(record);
      if (read() != record) return false;
    }
    return true;
  }
  // The client reads until the server has nothing unsent.
  std::string read_until_flushed() {
    std::string text;
    while (server_->flush().blocked()) {
      text += client_->read();
      run(wait_writable());
    }
    return text + client_->read();
  }
};

TEST_F(TlsWriting, GathersPartsIntoOneRecord) {
  std::string head = "head";
  std::string body = "body";
  const iovec parts[] = {{head.data(), 4}, {nullptr, 0}, {body.data(), 4}};
  EXPECT_EQ(server_->try_write(parts).bytes, 8u);
  client_->receive(MSG_DONTWAIT);
  char first_record[16];
  EXPECT_EQ(SSL_read(client_->ssl(), first_record, sizeof first_record), 8);
}

TEST_F(TlsWriting, KeepsTheOrderOfPartsOfAnySize) {
  const std::size_t kSizes[] = {1, 16383, 16384, 16385, 40000};
  for (std::size_t first : kSizes) {
    for (std::size_t second : kSizes) {
      std::string text = repeated_letters(first + second + 3);
      const iovec parts[] = {
          {text.data(), first}, {text.data() + first, second}, {text.data() + first + second, 3}};
      ASSERT_EQ(server_->try_write(parts).bytes, text.size());
      EXPECT_EQ(client_->read() + read_until_flushed(), text) << first << " " << second;
    }
  }
}

TEST_F(TlsWriting, SendsAFlightAtOnce) {
  ASSERT_TRUE(connect(make_context({{}}), {}, SOCK_SEQPACKET).ok());
  const std::string body = repeated_letters(65536);
  EXPECT_EQ(write(body), body.size());
  // A packet is what one send() carried.
  ASSERT_TRUE(client_->receive(MSG_DONTWAIT));
  EXPECT_FALSE(client_->receive(MSG_DONTWAIT));
  EXPECT_EQ(client_->read(), body);
}

TEST_F(TlsWriting, TakesNoMoreThanAFlight) {
  EXPECT_EQ(write(repeated_letters(TlsStream::kFlightMax + 1)), TlsStream::kFlightMax);
}

TEST_F(TlsWriting, HoldsBackABoundedRestFromAPeerThatDoesNotRead) {
  const std::string body = repeated_letters(4 << 20);
  const std::size_t taken = write_until_blocked(body);
  EXPECT_LT(taken, body.size());
  EXPECT_TRUE(server_->flush().blocked());
  EXPECT_EQ(write("more"), 0u);
  EXPECT_EQ(read_until_flushed(), body.substr(0, taken));
  EXPECT_EQ(write("more"), 4u);
  EXPECT_EQ(client_->read(), "more");
}

TEST_F(TlsWriting, GoesOnAfterABlockWithoutAFlush) {
  const std::string body = repeated_letters(1 << 20);
  std::size_t taken = 0;
  std::string received;
  for (int turn = 0; turn < 1000 && taken < body.size(); ++turn) {
    taken += write_until_blocked(std::string_view(body).substr(taken));
    received += client_->read();
    run(wait_writable());
  }
  EXPECT_EQ(received + read_until_flushed(), body);
}

TEST_F(TlsWriting, FailsOnceThePeerIsGone) {
  client_->go_away();
  const iovec part{const_cast<char*>("x"), 1};
  IoResult result = server_->try_write(std::span(&part, 1));
  EXPECT_TRUE(result.failed());
  EXPECT_EQ(result.error, EPIPE);
}

TEST_F(TlsWriting, EndsWithCloseNotifyAndFin) {
  server_->shutdown_write();
  EXPECT_EQ(client_->read(), "");
  EXPECT_TRUE(client_->got_close_notify());
  char byte = 0;
  EXPECT_EQ(::recv(client_->fd(), &byte, 1, MSG_DONTWAIT), 0);
  client_->write("still listening");
  EXPECT_EQ(read(), "still listening");
}

TEST_F(TlsWriting, FinFollowsWhatWasHeldBack) {
  const std::string body = repeated_letters(4 << 20);
  const std::size_t taken = write_until_blocked(body);
  server_->shutdown_write();
  EXPECT_EQ(read_until_flushed(), body.substr(0, taken));
  EXPECT_TRUE(client_->got_close_notify());
}

TEST_F(TlsWriting, AnswersBehindWhatIsUnsent) {
  const std::string body = repeated_letters(4 << 20);
  const std::size_t taken = write_until_blocked(body);
  // As many as make the buffer move what it holds to its beginning.
  ASSERT_TRUE(request_key_updates(600));
  EXPECT_EQ(read_until_flushed(), body.substr(0, taken));
}

TEST_F(TlsWriting, AnswersOnlySoManyRequestsThatThePeerDoesNotRead) {
  write_until_blocked(repeated_letters(4 << 20));
  EXPECT_FALSE(request_key_updates(2000));
}

}  // namespace
}  // namespace stickler::net
