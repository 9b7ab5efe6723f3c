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

}  // namespace stickler::net
