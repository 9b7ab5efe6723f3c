// SPDX-License-Identifier: MIT
#include "observe/growing_array.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "observe/counter.h"

namespace stickler::observe {
namespace {

TEST(GrowingArray, HasNothingBeforeItIsWritten) {
  GrowingArray<Counter> array;
  EXPECT_EQ(array.size(), 0U);
  EXPECT_EQ(array.find(0), nullptr);
}

TEST(GrowingArray, GivesEachIndexAPlaceOfItsOwn) {
  GrowingArray<Counter> array;
  for (std::size_t i = 0; i < 1000; ++i) array[i].add(i + 1);
  EXPECT_EQ(array.size(), 1000U);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_EQ(array.find(i)->get(), i + 1);
}

TEST(GrowingArray, NeverMovesWhatItHolds) {
  GrowingArray<Counter> array;
  const Counter* first = &array[0];
  array[100'000].add();
  EXPECT_EQ(array.find(0), first);
  EXPECT_EQ(array.size(), 100'001U);
}

TEST(GrowingArray, GrowsWhileAnotherThreadAddsItUp) {
  constexpr std::size_t kElements = 3000;
  GrowingArray<Counter> array;
  std::thread writer([&array] {
    for (std::size_t i = 0; i < kElements; ++i) array[i].add();
  });
  std::uint64_t sum = 0;
  while (sum < kElements) {
    std::uint64_t now = 0;
    for (std::size_t i = 0; i < array.size(); ++i) now += array.find(i)->get();
    EXPECT_GE(now, sum);
    sum = now;
  }
  writer.join();
  EXPECT_EQ(sum, kElements);
}

}  // namespace
}  // namespace stickler::observe
