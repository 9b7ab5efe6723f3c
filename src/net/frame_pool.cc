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

constexpr std::size_t kStep = 64;
constexpr std::size_t kLargest = 4096;  // larger frames do not exist on the data path

struct FreeFrame {
  FreeFrame* next;
};

struct FramePool {
  std::array<FreeFrame*, kLargest / kStep + 1> free{};

  ~FramePool() {
    for (FreeFrame* frame : free) {
      while (frame != nullptr) {
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
  FreeFrame*& head = pool.free[size_class(size)];
  if (head == nullptr) return ::operator new(size_class(size) * kStep);
  FreeFrame* frame = head;
  head = frame->next;
  return frame;
}

void free_frame(void* frame, std::size_t size) {
  if (!kPooled || size > kLargest) {
    ::operator delete(frame);
    return;
  }
  auto* freed = static_cast<FreeFrame*>(frame);
  freed->next = pool.free[size_class(size)];
  pool.free[size_class(size)] = freed;
}

}  // namespace stickler::net
