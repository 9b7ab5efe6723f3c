// SPDX-License-Identifier: MIT
// The pages that the program makes of itself.
#include "app/program.h"
#include "observe/stats_page.h"

namespace stickler::app {

void Program::offer_pages() {
  using Kind = observe::Pages::Kind;
  pages_.add(Kind::stats, [this](const proxy::PageRequest& request) {
    return observe::stats_page(stats(), request);
  });
  pages_.add_slow(Kind::cluster, [this](proxy::PageRequest request) {
    return clusters_.page(std::move(request));
  });
}

}  // namespace stickler::app
