// SPDX-License-Identifier: MIT
// An exchange's attempts, if the request is about a cluster's bucket: it goes to the node that has
// the bucket, waits while nobody has, and is cut when the bucket leaves.
#include <algorithm>

#include "net/event_loop.h"
#include "proxy/attempts.h"

namespace stickler::proxy {
namespace {

using Standing = BucketGate::Standing;

}  // namespace

// Until somebody has the bucket, for as long as its requests are held.
net::Task<std::optional<Failure>> Attempts::find_bucket() {
  while (!knows_bucket()) {
    const Failure lost = lost_bucket();
    if (lost.why != Why::moving) co_return lost;
    bool changed = co_await bucket_changed();
    if (client_.gone()) co_return Failure{Who::client, Phase::queue, Why::closed};
    if (changed) continue;
    record_.timers.queue = net::now() - began_waiting_;
    co_return lost;
  }
  co_return std::nullopt;
}

// Whether its node is one that this configuration knows, already.
bool Attempts::knows_bucket() {
  const Standing standing = gate_->standing(*question_.mapped.bucket);
  question_.mapped.server.reset();
  if (standing.kind == Standing::Kind::served) {
    question_.mapped.server = backend_.position_of(standing.node);
  }
  if (insist_ != question_.mapped.server) insist_.reset();
  return question_.mapped.server.has_value();
}

Failure Attempts::lost_bucket() const {
  using Kind = balance::Reason::Kind;
  const std::string_view bucket =
      balance::bucket_name(*question_.mapped.bucket, backend_.settings().map->buckets);
  switch (gate_->standing(*question_.mapped.bucket).kind) {
    case Standing::Kind::silent:
      record_.reason = {Kind::silent, bucket, {}};
      return {Who::us, Phase::queue, Why::silent};
    case Standing::Kind::unowned:
      record_.reason = {Kind::bucket_unowned, bucket, {}};
      return {Who::us, Phase::queue, Why::unusable};
    default:
      record_.reason = {Kind::bucket_moves, bucket, {}};
      return {Who::us, Phase::queue, Why::moving};
  }
}

// Whether there is another table before the time is over.
net::Task<bool> Attempts::bucket_changed() {
  const Duration hold = backend_.settings().map->hold;
  if (!held_until_) held_until_ = net::now() + hold;
  const Duration left = *held_until_ - net::now();
  if (left <= Duration{0}) co_return false;
  BucketWaiter waiter;
  gate_->await_change(waiter);
  waiting_in_ = &waiter.changed.slot();
  net::Wake woke = net::Wake::cancelled;
  {
    ClientWatch watch(client_, &waiting_in_);
    if (!client_.gone()) woke = co_await waiter.changed.wait(left);
  }
  waiting_in_ = nullptr;
  co_return woke != net::Wake::timed_out;
}

// The last look at who has the bucket, and at the clock, before anything goes out.
bool Attempts::enter_bucket() {
  const Standing standing = gate_->standing(*question_.mapped.bucket);
  const bool there = standing.kind == Standing::Kind::served &&
                     standing.node == backend_.server(slot_.server()).name();
  if (there) pass_ = gate_->let_in(*question_.mapped.bucket);
  return there;
}

// What a node may have seen of the request is not sent to another one.
Failure Attempts::why_cut(const Failure& failure) const {
  if (failure.who == Who::client) return failure;
  Failure cut{Who::us, failure.phase, Why::moving, Repeat::never};
  if (failure.repeat == Repeat::always) cut.repeat = Repeat::always;
  return cut;
}

void Attempts::let_go() {
  pass_.reset();
  connection_.reset();
  slot_.give_back();
  insist_.reset();
  fresh_only_ = false;
}

}  // namespace stickler::proxy
