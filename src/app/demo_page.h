// SPDX-License-Identifier: MIT
// The demo's page as it lies in demo_page.html: complete, nothing else is fetched for it.
#pragma once

#include <string_view>

namespace stickler::app {

std::string_view demo_page();

}  // namespace stickler::app
