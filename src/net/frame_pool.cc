// SPDX-License-Identifier: MIT
#include "net/frame_pool.h"

#include <new>

namespace stickler::net {
namespace internal {

constinit thread_local FrameLists frame_lists{};

namespace {

void free_first(FrameList& list) {
  FreeFrame* frame = list.head;
  list.head = frame->next;
  --list.idle;
  --list.allocated;
  ::operator delete(frame);
}

struct PoolEnd {
  ~PoolEnd() {
    for (FrameList& list : frame_lists) {
      while (list.head != nullptr) free_first(list);
    }
  }
};

}  // namespace

// What has never been allocated need not be freed at the thread's end.
[[gnu::cold, gnu::noinline]] void* allocate_new_frame(std::size_t size) {
  if (!is_pooled(size)) return ::operator new(size);
  thread_local PoolEnd end;
  ++frame_lists[frame_class(size)].allocated;
  return ::operator new(frame_class(size) * kFrameStep);
}

[[gnu::cold, gnu::noinline]] void free_surplus_frame(void* frame, std::size_t size) {
  if (is_pooled(size)) --frame_lists[frame_class(size)].allocated;
  ::operator delete(frame);
}

}  // namespace internal

void free_unneeded_frames() {
  for (internal::FrameList& list : internal::frame_lists) {
    for (unsigned left = list.unneeded; left > 0; --left) internal::free_first(list);
    list.unneeded = list.idle;
  }
}

FramesHeld frames_held() {
  FramesHeld held;
  for (std::size_t i = 0; i < internal::frame_lists.size(); ++i) {
    const internal::FrameList& list = internal::frame_lists[i];
    const std::size_t size = i * internal::kFrameStep;
    held.used += (list.allocated - list.idle) * size;
    held.idle += list.idle * size;
    if (list.allocated > 0) held.largest = size;
  }
  return held;
}

}  // namespace stickler::net
