// SPDX-License-Identifier: MIT
// Memory of coroutine frames: per-thread free lists by size, because malloc per request is
// measurable and frames are few in size. Under AddressSanitizer every frame comes from malloc, so
// that a use after the end is seen.
#pragma once

#include <array>
#include <cstddef>

namespace stickler::net {

namespace internal {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool kFramesPooled = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool kFramesPooled = false;
#else
inline constexpr bool kFramesPooled = true;
#endif
#else
inline constexpr bool kFramesPooled = true;
#endif

inline constexpr std::size_t kFrameStep = 16;
inline constexpr std::size_t kLargestFrame = 4096;  // larger ones do not exist on the data path

// What is kept per size: enough for the ups and downs of a busy worker, and little after a crowd.
inline constexpr unsigned kFramesKept = 128;

struct FreeFrame {
  FreeFrame* next;
};

struct FrameList {
  FreeFrame* head = nullptr;
  unsigned idle = 0;
  unsigned unneeded = 0;   // the fewest that were idle since the last free_unneeded_frames()
  unsigned allocated = 0;  // idle or in use
};

using FrameLists = std::array<FrameList, kLargestFrame / kFrameStep + 1>;

// By size. Without a destructor, which each use would have to see to.
extern constinit thread_local FrameLists frame_lists;

constexpr bool is_pooled(std::size_t size) { return kFramesPooled && size <= kLargestFrame; }
constexpr std::size_t frame_class(std::size_t size) { return (size + kFrameStep - 1) / kFrameStep; }

void* allocate_new_frame(std::size_t size);
void free_surplus_frame(void* frame, std::size_t size);

}  // namespace internal

// A task's frame is freed by the thread that allocated it. In line, since a coroutine knows the
// size of its frame: what is left of both then is a few instructions, a dozen times per request.
inline void* allocate_frame(std::size_t size) {
  if (!internal::is_pooled(size)) return internal::allocate_new_frame(size);
  internal::FrameList& list = internal::frame_lists[internal::frame_class(size)];
  internal::FreeFrame* frame = list.head;
  if (frame == nullptr) [[unlikely]] {
    return internal::allocate_new_frame(size);
  }
  list.head = frame->next;
  if (--list.idle < list.unneeded) list.unneeded = list.idle;
  return frame;
}

inline void free_frame(void* frame, std::size_t size) {
  if (!internal::is_pooled(size)) return internal::free_surplus_frame(frame, size);
  internal::FrameList& list = internal::frame_lists[internal::frame_class(size)];
  if (list.idle == internal::kFramesKept) [[unlikely]] {
    return internal::free_surplus_frame(frame, size);
  }
  auto* freed = static_cast<internal::FreeFrame*>(frame);
  freed->next = list.head;
  list.head = freed;
  ++list.idle;
}

// Frees what none of this thread's tasks has needed since it was called last.
void free_unneeded_frames();

// What this thread's pool has at the moment, in bytes: frames of tasks, memory kept for the next
// ones, and the largest of either.
struct FramesHeld {
  std::size_t used = 0;
  std::size_t idle = 0;
  std::size_t largest = 0;
};
FramesHeld frames_held();

}  // namespace stickler::net
