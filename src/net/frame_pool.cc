// SPDX-License-Identifier: MIT
#include "net/frame_pool.h"

#include <array>
#include <new>

namespace stickler::net {
namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kPooled = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kPooled = false;
#else
constexpr bool kPooled = true;
#endif
#else
constexpr bool kPooled = true;
#endif

constexpr std::size_t kStep = 32;
constexpr std::size_t kLargest = 4096;  // larger frames do not exist on the data path

// What is kept per size: enough for the ups and downs of a busy worker, and little after a crowd.
constexpr unsigned kKeptOfEach = 128;

struct FreeFrame {
  FreeFrame* next;
};

struct FreeList {
  FreeFrame* head = nullptr;
  unsigned size = 0;
};

struct FramePool {
  std::array<FreeList, kLargest / kStep + 1> free{};

  ~FramePool() {
    for (const FreeList& list : free) {
      for (FreeFrame* frame = list.head; frame != nullptr;) {
        FreeFrame* next = frame->next;
        ::operator delete(frame);
        frame = next;
      }
    }
  }
};

thread_local FramePool pool;

constexpr std::size_t size_class(std::size_t size) { return (size + kStep - 1) / kStep; }

}  // namespace

void* allocate_frame(std::size_t size) {
  if (!kPooled || size > kLargest) return ::operator new(size);
  FreeList& list = pool.free[size_class(size)];
  if (list.head == nullptr) return ::operator new(size_class(size) * kStep);
  FreeFrame* frame = list.head;
  list.head = frame->next;
  --list.size;
  return frame;
}

void free_frame(void* frame, std::size_t size) {
  if (!kPooled || size > kLargest) {
    ::operator delete(frame);
    return;
  }
  FreeList& list = pool.free[size_class(size)];
  if (list.size == kKeptOfEach) {
    ::operator delete(frame);
    return;
  }
  auto* freed = static_cast<FreeFrame*>(frame);
  freed->next = list.head;
  list.head = freed;
  ++list.size;
}

}  // namespace stickler::net
