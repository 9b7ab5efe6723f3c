// SPDX-License-Identifier: MIT
#include "balance/bucket_table.h"

#include <gtest/gtest.h>

namespace stickler::balance {
namespace {

constexpr std::size_t kCounts[] = {16, 256, 4096};

TEST(BucketTable, AKeyIsInTheBucketOfItsFirstDigits) {
  const std::string key = "7fa19c0d8e4b4c55a2b1000000000000";
  EXPECT_EQ(bucket_of(key, 16), 0x7U);
  EXPECT_EQ(bucket_of(key, 256), 0x7fU);
  EXPECT_EQ(bucket_of(key, 4096), 0x7faU);
  EXPECT_EQ(bucket_of("00", 256), 0U);
  EXPECT_EQ(bucket_of("ff", 256), 255U);
}

TEST(BucketTable, EveryBucketIsFoundByItsName) {
  for (const std::size_t count : kCounts) {
    for (std::size_t bucket = 0; bucket < count; ++bucket) {
      ASSERT_EQ(bucket_named(bucket_name(bucket, count), count), bucket);
    }
  }
}

TEST(BucketTable, NamesHaveAsManyDigitsAsTheCountNeeds) {
  EXPECT_EQ(bucket_name(10, 16), "a");
  EXPECT_EQ(bucket_name(10, 256), "0a");
  EXPECT_EQ(bucket_name(10, 4096), "00a");
  EXPECT_EQ(bucket_name(4095, 4096), "fff");
}

TEST(BucketTable, WhatIsNoNameNamesNoBucket) {
  for (const std::string_view name :
       {"", "7", "07f", "7F", "g0", "0x", " 7", "-1", "7f ", "\xff"}) {
    EXPECT_EQ(bucket_named(name, 256), 256U) << name;
  }
}

}  // namespace
}  // namespace stickler::balance
