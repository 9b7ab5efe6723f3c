// SPDX-License-Identifier: MIT
// Makes an object as new where it lies. To assign a new one is to write it twice, and the second
// time to read in large pieces what was just written in small ones, for which processors wait.
#pragma once

#include <memory>

namespace stickler {

template <typename T>
void renew(T& object) {
  std::destroy_at(&object);
  std::construct_at(&object);
}

}  // namespace stickler
