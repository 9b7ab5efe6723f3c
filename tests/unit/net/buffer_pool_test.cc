// SPDX-License-Identifier: MIT
#include "net/buffer_pool.h"

#include <gtest/gtest.h>

#include <cstring>

namespace stickler::net {
namespace {

TEST(BufferPool, LendsTheSmallestSizeThatIsEnough) {
  BufferPool pool;
  std::size_t before = 0;
  for (std::size_t size : BufferPool::kSizes) {
    EXPECT_EQ(pool.lease(size).size(), size);
    EXPECT_EQ(pool.lease(before + 1).size(), size);
    before = size;
  }
}

TEST(BufferPool, LendsWhatIsLargerThanAllSizes) {
  BufferPool pool;
  BufferLease lease = pool.lease(1'000'000);
  EXPECT_EQ(lease.size(), 1'000'000U);
  std::memset(lease.data(), 1, lease.size());
}

TEST(BufferPool, LendsAReturnedBufferAgain) {
  BufferPool pool;
  BufferLease lease = pool.lease(16384);
  char* memory = lease.data();
  lease.reset();
  EXPECT_FALSE(lease);
  EXPECT_EQ(pool.lease(16000).data(), memory);
}

TEST(BufferPool, KeepsForASecondWhatNobodyNeeds) {
  BufferPool pool;
  constexpr std::size_t kSize = BufferPool::kSizes[2];
  pool.free_unneeded();
  {
    BufferLease one = pool.lease(kSize);
    BufferLease two = pool.lease(kSize);
    BufferLease three = pool.lease(kSize);
  }
  pool.free_unneeded();
  EXPECT_EQ(pool.idle(), 3 * kSize) << "all were needed meanwhile";
  pool.lease(kSize).reset();
  pool.free_unneeded();
  EXPECT_EQ(pool.idle(), kSize) << "one was needed meanwhile";
  pool.free_unneeded();
  EXPECT_EQ(pool.idle(), 0U);
}

TEST(BufferPool, NeverLendsABufferTwice) {
  BufferPool pool;
  BufferLease one = pool.lease(100);
  BufferLease two = pool.lease(100);
  EXPECT_NE(one.data(), two.data());
}

TEST(BufferLease, MovesAndReturnsWhatItHeldBefore) {
  BufferPool pool;
  BufferLease one = pool.lease(100);
  BufferLease two = pool.lease(100);
  char* first = one.data();
  char* second = two.data();
  one = std::move(two);
  EXPECT_EQ(one.data(), second);
  EXPECT_FALSE(two);
  EXPECT_EQ(pool.lease(100).data(), first);
}

}  // namespace
}  // namespace stickler::net
