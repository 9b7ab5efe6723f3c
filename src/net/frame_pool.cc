// SPDX-License-Identifier: MIT
#include "net/frame_pool.h"

#include <algorithm>
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

constexpr std::size_t kStep = 16;
constexpr std::size_t kLargest = 4096;  // larger frames do not exist on the data path

// What is kept per size: enough for the ups and downs of a busy worker, and little after a crowd.
constexpr unsigned kKeptOfEach = 128;

struct FreeFrame {
  FreeFrame* next;
};

struct FreeList {
  FreeFrame* head = nullptr;
  unsigned size = 0;
  unsigned unneeded = 0;  // the fewest that there were since the last free_unneeded_frames()

  FreeFrame* pop() {
    FreeFrame* frame = head;
    head = frame->next;
    --size;
    unneeded = std::min(unneeded, size);
    return frame;
  }
};

// By size. Without a destructor, which each use would have to see to.
constinit thread_local std::array<FreeList, kLargest / kStep + 1> pool{};

struct PoolEnd {
  ~PoolEnd() {
    for (FreeList& list : pool) {
      while (list.head != nullptr) ::operator delete(list.pop());
    }
  }
};

// What has never been allocated need not be freed at the thread's end.
[[gnu::cold, gnu::noinline]] void* allocate_new_frame(std::size_t size) {
  thread_local PoolEnd end;
  return ::operator new(size);
}

constexpr std::size_t size_class(std::size_t size) { return (size + kStep - 1) / kStep; }

}  // namespace

void* allocate_frame(std::size_t size) {
  if (!kPooled || size > kLargest) return ::operator new(size);
  FreeList& list = pool[size_class(size)];
  if (list.head == nullptr) return allocate_new_frame(size_class(size) * kStep);
  return list.pop();
}

void free_frame(void* frame, std::size_t size) {
  if (!kPooled || size > kLargest) {
    ::operator delete(frame);
    return;
  }
  FreeList& list = pool[size_class(size)];
  if (list.size == kKeptOfEach) {
    ::operator delete(frame);
    return;
  }
  auto* freed = static_cast<FreeFrame*>(frame);
  freed->next = list.head;
  list.head = freed;
  ++list.size;
}

void free_unneeded_frames() {
  for (FreeList& list : pool) {
    for (unsigned left = list.unneeded; left > 0; --left) ::operator delete(list.pop());
    list.unneeded = list.size;
  }
}

std::size_t idle_frames() {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < pool.size(); ++i) bytes += pool[i].size * i * kStep;
  return bytes;
}

}  // namespace stickler::net
