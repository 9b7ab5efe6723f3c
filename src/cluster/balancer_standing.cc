// SPDX-License-Identifier: MIT
#include "cluster/balancer_standing.h"

#include <algorithm>

#include "base/assert.h"

namespace stickler::cluster {

void BalancerStanding::acknowledged(BootTime sent, BootTime now) {
  if (stage_ != Stage::absent && now >= until()) fall_silent();
  if (now >= sent + terms_.vouched()) return;
  sent_ = stage_ == Stage::absent ? sent : std::max(sent_, sent);
  if (stage_ == Stage::absent) stage_ = Stage::registered;
}

void BalancerStanding::adopt(std::uint64_t epoch, BootTime now) {
  if (stage_ != Stage::absent && now >= until()) fall_silent();
  if (stage_ == Stage::absent) return;
  ASSERT(epoch >= obeys_);
  stage_ = Stage::serving;
  obeys_ = epoch;
}

}  // namespace stickler::cluster
