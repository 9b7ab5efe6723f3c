// SPDX-License-Identifier: MIT
#include "proxy/repeat_policy.h"

namespace stickler::proxy {
namespace {

bool may_move(const Attempted& attempted, const config::Retry& retry) {
  if (attempted.fixed || !attempted.others_usable) return false;
  switch (retry.redispatch) {
    case config::Retry::Redispatch::never:
      return false;
    case config::Retry::Redispatch::last:
      return attempted.retries + 1 == retry.attempts;
    case config::Retry::Redispatch::always:
      return true;
  }
  return false;
}

}  // namespace

Next next_after(const Failure& failure, const Attempted& attempted, const config::Retry& retry) {
  if (failure.repeat == Repeat::never || !attempted.body_held) return Next::answer;
  if (failure.repeat == Repeat::if_idempotent) {
    return attempted.reused && attempted.idempotent ? Next::fresh : Next::answer;
  }
  // The end of a kept connection says nothing of the server: not one of the configured retries.
  if (attempted.reused) return Next::fresh;
  if (attempted.retries >= retry.attempts) return Next::answer;
  return may_move(attempted, retry) ? Next::other_server : Next::same_server;
}

}  // namespace stickler::proxy
