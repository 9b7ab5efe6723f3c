// SPDX-License-Identifier: MIT
// Memory of coroutine frames: per-thread free lists by size, because malloc per request is
// measurable and frames are few in size. Under AddressSanitizer every frame comes from malloc, so
// that a use after the end is seen.
#pragma once

#include <cstddef>

namespace stickler::net {

// A task's frame is freed by the thread that allocated it.
void* allocate_frame(std::size_t size);
void free_frame(void* frame, std::size_t size);

// Frees what none of this thread's tasks has needed since it was called last.
void free_unneeded_frames();
// Bytes kept for this thread's next tasks.
std::size_t idle_frames();

}  // namespace stickler::net
