// SPDX-License-Identifier: MIT
#include "net/frame_pool.h"

#include <gtest/gtest.h>

#include <cstring>
#include <thread>
#include <vector>

namespace stickler::net {
namespace {

// Under AddressSanitizer there is no pool, and memory is on purpose not used again soon.
bool is_pooled() {
  void* first = allocate_frame(200);
  free_frame(first, 200);
  void* second = allocate_frame(200);
  free_frame(second, 200);
  return first == second;
}

TEST(FramePool, GivesMemoryOfEverySize) {
  for (std::size_t size = 1; size < 5000; size += 13) {
    void* frame = allocate_frame(size);
    std::memset(frame, 0x5a, size);
    free_frame(frame, size);
  }
}

TEST(FramePool, UsesAFrameAgainForOneOfAboutItsSize) {
  if (!is_pooled()) GTEST_SKIP();
  void* frame = allocate_frame(130);
  free_frame(frame, 130);
  void* other = allocate_frame(64);
  void* same = allocate_frame(144);
  EXPECT_EQ(same, frame);
  EXPECT_NE(other, frame);
  free_frame(other, 64);
  free_frame(same, 144);
}

TEST(FramePool, NeverGivesOneFrameToTwo) {
  std::vector<void*> frames;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 100; ++i) {
      frames.push_back(allocate_frame(100));
      std::memset(frames.back(), i, 100);
    }
    for (std::size_t i = 0; i < frames.size(); ++i) {
      EXPECT_EQ(static_cast<unsigned char*>(frames[i])[99], i);
      free_frame(frames[i], 100);
    }
    frames.clear();
  }
}

TEST(FramePool, FreesWhatNobodyHasNeeded) {
  if (!is_pooled()) GTEST_SKIP();
  constexpr std::size_t kSize = 160;
  free_unneeded_frames();
  free_unneeded_frames();
  EXPECT_EQ(frames_held().idle, 0U);
  void* first = allocate_frame(kSize);
  void* second = allocate_frame(kSize);
  free_frame(first, kSize);
  free_frame(second, kSize);
  free_unneeded_frames();
  EXPECT_EQ(frames_held().idle, 2 * kSize) << "both were needed meanwhile";
  free_frame(allocate_frame(kSize), kSize);
  free_unneeded_frames();
  EXPECT_EQ(frames_held().idle, kSize) << "one was needed meanwhile";
  free_unneeded_frames();
  EXPECT_EQ(frames_held().idle, 0U);
}

TEST(FramePool, EndsWithItsThread) {
  std::thread([] { free_frame(allocate_frame(100), 100); }).join();
}

}  // namespace
}  // namespace stickler::net
