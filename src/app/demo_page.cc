// SPDX-License-Identifier: MIT
#include "app/demo_page.h"

namespace stickler::app {

std::string_view demo_page() {
  // A string literal, made of demo_page.html by CMakeLists.txt.
  return
#include "app/demo_page.inc"
      ;
}

}  // namespace stickler::app
