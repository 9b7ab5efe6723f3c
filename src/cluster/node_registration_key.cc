// SPDX-License-Identifier: MIT
// What is done with the node's key in etcd: put, confirmed, given up.
#include <algorithm>
#include <utility>

#include "cluster/node_registration.h"

namespace stickler::cluster {
namespace {

using balance::BootClock;

constexpr Duration kKeyRetry = std::chrono::milliseconds(500);

}  // namespace

net::Task<> NodeRegistration::keep() {
  while (!ending_) {
    rules_.tick(BootClock::now());
    follow();
    Progress progress = co_await next_step();
    follow();
    if (!ending_) co_await etcd_due_.wait(pause_after(progress));
  }
}

Duration NodeRegistration::pause_after(Progress progress) const {
  if (progress == Progress::again) return std::min(kKeyRetry, cluster_.lease / 12);
  if (progress == Progress::done && !rules_.may_have_key()) return kNoLimit;
  return cluster_.lease / 3;
}

net::Task<NodeRegistration::Progress> NodeRegistration::next_step() {
  const Stage stage = rules_.stage();
  if (claims()) co_return co_await claim();
  if (stage == Stage::releasing) co_return co_await release();
  if (rules_.may_have_key()) co_return co_await confirm();
  co_return Progress::done;
}

// The key is to be put, or a predecessor's taken over.
bool NodeRegistration::claims() const {
  return rules_.stage() == Stage::arriving || rules_.stage() == Stage::registering;
}

net::Task<NodeRegistration::Progress> NodeRegistration::claim() {
  std::string key = key_;
  auto reading = co_await client_->read(std::move(key));
  if (!reading) {
    failed(reading.error());
    co_return Progress::again;
  }
  answered();
  if (!claims()) co_return Progress::done;
  const EtcdKey none;
  const EtcdKey& seen = reading->keys.empty() ? none : reading->keys.front();
  // A write without an answer was done.
  if (lease_ != 0 && seen.lease == lease_) {
    rules_.written(BootClock::now());
    co_return Progress::done;
  }
  const std::string owner = reading->keys.empty() ? "" : owner_of(seen);
  const bool own = owner.empty() && !reading->keys.empty();
  if (own) rules_.found_own();
  if (own || (owner.empty() && rules_.stage() == Stage::registering)) {
    foreign_.clear();
    co_return co_await put(seen.mod_revision);
  }
  rules_.found_none(owner.empty() ? KeyLoss::lease : KeyLoss::overwritten);
  co_await drop_lease();
  if (owner.empty()) co_return Progress::done;
  if (foreign_ != owner) {
    say(Weight::error, "another node has this name: etcd's key " + key_ + " " + owner +
                           ". It is left alone; this node gets no buckets");
  }
  foreign_ = owner;
  co_return Progress::later;
}

std::string NodeRegistration::owner_of(const EtcdKey& key) const {
  const auto urls = read_node(key.value);
  if (!urls) return urls.error();
  const auto url = config::parse_url(urls->local_node_url);
  if (url && !url->tls && url->authority() == address_) return "";
  return "says " + urls->local_node_url;
}

net::Task<NodeRegistration::Progress> NodeRegistration::put(std::int64_t seen_revision) {
  const bool first = !rules_.may_have_key();
  if (first) {
    bool obtained = co_await obtain_lease();
    if (!obtained) co_return Progress::again;
  }
  rules_.writing(lease_asked_);
  std::vector<EtcdCompare> unchanged;
  unchanged.push_back(
      {key_, EtcdCompare::What::mod_revision, EtcdCompare::How::equal, seen_revision});
  std::vector<EtcdWrite> write;
  write.push_back({key_, node_text(urls_), lease_});
  auto commit = co_await client_->commit(std::move(unchanged), std::move(write));
  if (commit && commit->succeeded) {
    rules_.written(BootClock::now());
    co_return Progress::done;
  }
  if (!commit) failed(commit.error());
  if (first && (commit || !commit.error().outcome_unknown)) {
    rules_.not_written();
    co_await drop_lease();
  }
  co_return Progress::again;
}

// One of which there is enough left to begin with; none if it is not wanted any more.
net::Task<bool> NodeRegistration::obtain_lease() {
  lease_asked_ = BootClock::now();
  auto granted = co_await client_->grant_lease(cluster_.lease);
  if (!granted) {
    failed(granted.error());
    co_return false;
  }
  lease_ = *granted;
  const bool fresh = BootClock::now() < lease_asked_ + cluster_.lease / 2;
  if (fresh && claims() && !ending_) co_return true;
  co_await drop_lease();
  co_return false;
}

// A lease may be alive and its key be gone.
net::Task<NodeRegistration::Progress> NodeRegistration::confirm() {
  const balance::BootTime asked = BootClock::now();
  auto alive = co_await client_->keep_alive(lease_);
  if (!alive) {
    failed(alive.error());
    co_return Progress::again;
  }
  if (!*alive) {
    answered();
    lease_ = 0;
    rules_.gone(KeyLoss::lease);
    co_return Progress::done;
  }
  std::string key = key_;
  auto reading = co_await client_->read(std::move(key));
  if (!reading) {
    failed(reading.error());
    co_return Progress::again;
  }
  answered();
  const Progress progress = look_at(*reading, asked);
  if (!rules_.may_have_key()) co_await drop_lease();
  co_return progress;
}

NodeRegistration::Progress NodeRegistration::look_at(const EtcdReading& reading,
                                                     balance::BootTime asked) {
  if (reading.keys.empty()) {
    rules_.gone(KeyLoss::deleted);
  } else if (reading.keys.front().lease == lease_) {
    rules_.confirmed(asked, BootClock::now());
  } else if (!owner_of(reading.keys.front()).empty()) {
    rules_.gone(KeyLoss::overwritten);
  } else {
    listener_.replaced();
    return Progress::later;
  }
  return Progress::done;
}

net::Task<NodeRegistration::Progress> NodeRegistration::release() {
  auto revoked = co_await client_->revoke(lease_);
  if (!revoked) {
    failed(revoked.error());
    co_return Progress::again;
  }
  answered();
  lease_ = 0;
  rules_.released();
  co_return Progress::done;
}

// One with which nothing was written, or not any more. If it cannot be revoked it ends by itself.
net::Task<> NodeRegistration::drop_lease() {
  if (lease_ == 0) co_return;
  const std::int64_t lease = std::exchange(lease_, 0);
  auto revoked = co_await client_->revoke(lease);
  if (!revoked) failed(revoked.error());
}

}  // namespace stickler::cluster
