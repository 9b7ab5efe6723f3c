// SPDX-License-Identifier: MIT
// What a connection holds while nothing is in flight.
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>

#include "net/tls_fixture.h"

namespace stickler::net {
namespace {

std::atomic<std::size_t> openssl_bytes = 0;

void* counted_malloc(std::size_t size, const char*, int) {
  void* memory = std::malloc(size);
  openssl_bytes += ::malloc_usable_size(memory);
  return memory;
}
void counted_free(void* memory, const char*, int) {
  openssl_bytes -= ::malloc_usable_size(memory);
  std::free(memory);
}
void* counted_realloc(void* memory, std::size_t size, const char*, int) {
  openssl_bytes -= ::malloc_usable_size(memory);
  void* moved = std::realloc(memory, size);
  openssl_bytes += ::malloc_usable_size(moved);
  return moved;
}

// Before OpenSSL's first allocation, hence before main().
const bool kCounted = CRYPTO_set_mem_functions(counted_malloc, counted_realloc, counted_free) == 1;

class TlsMemory : public test::TlsTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(kCounted);
    ASSERT_TRUE(connect(context_).ok());
    write("x");
    client_->read();
  }

  // What the server's side has more than now after `work` (the client's side allocates nothing).
  template <typename Work>
  long growth(Work work) {
    const std::size_t before = openssl_bytes;
    work();
    return static_cast<long>(openssl_bytes) - static_cast<long>(before);
  }
  // The pool lends the buffer last given back, so this is the same if all were.
  static char* next_lease(std::size_t size) { return BufferPool::local().lease(size).data(); }

  const std::shared_ptr<const TlsContext> context_ = make_context({{}});
};

constexpr long kRecordBuffers = 32768;  // OpenSSL's, one per direction

TEST_F(TlsMemory, RestGivesRecordBuffersBackUntilWork) {
  EXPECT_LT(growth([this] { server_->rest(); }), -kRecordBuffers / 2);
  client_->encrypt("heartbeat");
  std::string record = client_->take_ciphertext();
  EXPECT_EQ(growth([&] {
              client_->send_raw(record);
              EXPECT_EQ(read(), "heartbeat");
              EXPECT_EQ(write("answer"), 6u);
            }),
            0);
}

TEST_F(TlsMemory, WakeKeepsRecordBuffers) {
  server_->rest();
  server_->wake();
  client_->encrypt("request");
  std::string record = client_->take_ciphertext();
  EXPECT_GT(growth([&] {
              client_->send_raw(record);
              EXPECT_EQ(read(), "request");
              EXPECT_EQ(write("answer"), 6u);
            }),
            kRecordBuffers);
}

TEST_F(TlsMemory, RestKeepsWhatHasBeenReceived) {
  client_->write("two parts");
  EXPECT_EQ(read(4), "two ");
  server_->rest();
  EXPECT_EQ(try_read(), "parts");
}

TEST_F(TlsMemory, StageIsHeldOnlyWhileCiphertextIsUnread) {
  char* const stage = next_lease(65536);
  client_->write("one");
  client_->write("two");
  EXPECT_EQ(read(3), "one");
  EXPECT_NE(next_lease(65536), stage);
  EXPECT_EQ(try_read(), "two");
  EXPECT_EQ(next_lease(65536), stage);
}

TEST_F(TlsMemory, OutputIsHeldOnlyWhileCiphertextIsUnsent) {
  EXPECT_EQ(write("answer"), 6u);
  char* const output = next_lease(4096);
  server_.reset();  // would give a buffer back that comes first from then on
  EXPECT_EQ(next_lease(4096), output);
}

TEST_F(TlsMemory, RestSendsTheTicketThatWaits) {
  ASSERT_TRUE(connect(context_).ok());
  EXPECT_FALSE(client_->receive(MSG_DONTWAIT));
  server_->rest();
  EXPECT_TRUE(client_->receive(MSG_DONTWAIT));
}

TEST_F(TlsMemory, SilentClientTakesNoRecordBuffers) {
  const std::size_t before = openssl_bytes;
  open(context_);
  const std::size_t client = openssl_bytes - before;
  EXPECT_EQ(run(server_->handshake(std::chrono::milliseconds(5))).end,
            HandshakeResult::End::timed_out);
  EXPECT_LT(openssl_bytes - before - client, 4096u);
}

TEST_F(TlsMemory, IdleConnectionTakesNoMoreThanOpenSslNeeds) {
  server_->rest();
  const std::size_t with = openssl_bytes;
  server_.reset();
  const std::size_t bytes = with - openssl_bytes;
  EXPECT_LT(bytes, 16384u);
}

}  // namespace
}  // namespace stickler::net
