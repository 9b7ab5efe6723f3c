// SPDX-License-Identifier: MIT
#include "balance/vouching.h"

#include <ctime>

namespace stickler::balance {

BootTime BootClock::now() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return BootTime(std::chrono::seconds(now.tv_sec) +
                  std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(now.tv_nsec)));
}

}  // namespace stickler::balance
