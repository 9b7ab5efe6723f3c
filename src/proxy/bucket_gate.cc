// SPDX-License-Identifier: MIT
#include "proxy/bucket_gate.h"

#include <sys/socket.h>

#include <utility>

#include "base/assert.h"
#include "net/event_loop.h"

namespace stickler::proxy {
namespace {

using Stage = balance::BucketTable::Stage;

void shut(net::Stream* stream) {
  if (stream != nullptr) ::shutdown(stream->socket().fd(), SHUT_RDWR);
}

}  // namespace

// ---- the pass ----

BucketPass::BucketPass(BucketGate& gate, std::size_t bucket, std::uint64_t epoch)
    : gate_(gate), bucket_(bucket), epoch_(epoch), vouching_(gate.table_->vouching) {}

BucketPass::~BucketPass() {
  if (server_ != nullptr) server_->guard_writes(nullptr);
  leave();
  gate_.ended(bucket_);
}

bool BucketPass::may_write() const { return !cut_ && vouching_->holds(balance::BootClock::now()); }

void BucketPass::runs_on(net::PlainStream* server) {
  if (server_ != nullptr) server_->guard_writes(nullptr);
  server_ = server;
  if (server_ != nullptr) server_->guard_writes(this);
}

// A bucket that has left meanwhile takes its tunnels with it, those just begun as well.
void BucketPass::becomes_tunnel(net::Stream& client, net::PlainStream& server) {
  runs_on(&server);
  client_ = &client;
  waiting_in_ = nullptr;
  if (cut_ || gate_.running_[bucket_].left != 0) cut();
}

void BucketPass::cut() {
  cut_ = true;
  shut(client_);
  shut(server_);
  if (waiting_in_ == nullptr || *waiting_in_ == nullptr) return;
  net::EventLoop::current().ready().wake_slot(**waiting_in_, net::Wake::cancelled);
}

// ---- the gate ----

void BucketGate::adopt(Table table) {
  ASSERT(table->buckets.size() == running_.size());
  begun_ = true;
  for (std::size_t bucket = 0; bucket < running_.size(); ++bucket) {
    Running& running = running_[bucket];
    const balance::BucketTable::Bucket& now = table->buckets[bucket];
    const bool stays = now.stage == Stage::serving && table_ != nullptr &&
                       table_->buckets[bucket].node == now.node;
    if (stays) running.left = 0;
    if (stays || running.count == 0) continue;
    if (running.left == 0) running.left = table->epoch;
    running.passes.for_each([](BucketPass& pass) {
      if (pass.is_tunnel()) pass.cut();
    });
  }
  table_ = std::move(table);
  report();
  announce();
}

void BucketGate::end_drain(std::uint64_t epoch) {
  for (Running& running : running_) {
    if (running.left == 0 || running.left > epoch) continue;
    running.passes.for_each([](BucketPass& pass) { pass.cut(); });
  }
}

void BucketGate::fall_silent() {
  for (Running& running : running_) {
    running.passes.for_each([](BucketPass& pass) { pass.cut(); });
  }
  table_.reset();
  report();
  announce();
}

BucketGate::Standing BucketGate::standing(std::size_t bucket) const {
  using Kind = Standing::Kind;
  // Whoever has just begun will know in a moment.
  if (table_ == nullptr) return {begun_ ? Kind::silent : Kind::moves, {}};
  if (!table_->vouching->holds(balance::BootClock::now())) return {Kind::silent, {}};
  const balance::BucketTable::Bucket& found = table_->buckets[bucket];
  switch (found.stage) {
    case Stage::serving:
      // What was cut on its way to where the bucket was before is still ending.
      return {running_[bucket].left == 0 ? Kind::served : Kind::moves, found.node};
    case Stage::moving:
      return {Kind::moves, found.node};
    case Stage::unowned:
      return {Kind::unowned, {}};
  }
  ASSERT(false);
  return {};
}

std::unique_ptr<BucketPass> BucketGate::let_in(std::size_t bucket) {
  auto pass = std::make_unique<BucketPass>(*this, bucket, table_->epoch);
  Running& running = running_[bucket];
  running.passes.join(*pass);
  ++running.count;
  return pass;
}

void BucketGate::ended(std::size_t bucket) {
  Running& running = running_[bucket];
  ASSERT(running.count > 0);
  if (--running.count > 0) return;
  const bool awaited = running.left != 0 || table_ == nullptr;
  running.left = 0;
  if (!awaited) return;
  report();
  announce();
}

void BucketGate::announce() {
  waiters_.for_each([](BucketWaiter& waiter) { waiter.changed.announce(); });
}

void BucketGate::report() const {
  if (!reader_) return;
  Report now;
  if (table_ != nullptr) now.epoch = table_->epoch;
  for (std::size_t bucket = 0; bucket < running_.size(); ++bucket) {
    const Running& running = running_[bucket];
    if (running.count > 0 && (running.left != 0 || table_ == nullptr)) now.busy.push_back(bucket);
  }
  reader_(std::move(now));
}

}  // namespace stickler::proxy
