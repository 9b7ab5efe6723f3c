// SPDX-License-Identifier: MIT
#include "observe/statistics_ticker.h"

#include "net/event_loop.h"

namespace stickler::observe {

net::Task<> StatisticsTicker::run() {
  constexpr Duration kSecond = std::chrono::seconds(1);
  for (;;) {
    statistics_.tick(net::EventLoop::current().wall_now());
    net::Wake woke = co_await ending_.wait(kSecond);
    if (woke != net::Wake::timed_out) co_return;
  }
}

}  // namespace stickler::observe
