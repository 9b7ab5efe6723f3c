// SPDX-License-Identifier: MIT
#include "cluster/bucket_balancer.h"

#include <algorithm>
#include <utility>

#include "net/event_loop.h"
#include "net/signature.h"

namespace stickler::cluster {
namespace {

using balance::BootClock;

constexpr Duration kSlowestVouchTick = std::chrono::milliseconds(250);
constexpr Duration kHeartbeatRetry = std::chrono::milliseconds(200);

TimePoint loop_now() { return net::EventLoop::current().now(); }

// Nobody else ever has it, this process no second time.
std::string new_id() {
  constexpr std::size_t kBytes = 8;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string id;
  for (const char byte : net::random_key().substr(0, kBytes)) {
    id += kDigits[static_cast<unsigned char>(byte) >> 4];
    id += kDigits[static_cast<unsigned char>(byte) & 15];
  }
  return id;
}

balance::BucketTable::Stage stage_of(Stage stage) {
  using TableStage = balance::BucketTable::Stage;
  if (stage == Stage::unowned) return TableStage::unowned;
  return stage == Stage::serving ? TableStage::serving : TableStage::moving;
}

}  // namespace

BucketBalancer::BucketBalancer(const config::Cluster& settings, ClusterFeed& feed, std::string name,
                               std::size_t workers, WorkerOrders orders)
    : settings_(settings),
      feed_(feed),
      name_(std::move(name)),
      id_(new_id()),
      orders_(std::move(orders)),
      pace_(std::min(settings.term / 3, kSlowestPace)),
      standing_({settings.term, settings.margin}),
      workers_(workers) {}

void BucketBalancer::start() {
  tasks_.start(live());
  tasks_.start(keep_time());
}

void BucketBalancer::stop() {
  stopping_ = true;
  due_.announce();
  ticking_.announce();
}

// ---- The life of a balancer ----

net::Task<> BucketBalancer::live() {
  while (!stopping_) {
    bool entered = co_await enter();
    if (entered) co_await serve();
    if (!stopping_) co_await due_.wait(std::min(kHeartbeatRetry, pace_));
  }
  fall_silent();
  co_await give_back_key();
  ended_ = true;
  ticking_.announce();
}

// Says that it is there, and only then reads what it is going to obey. What ran when it fell silent
// must have ended before: from the first heartbeat on others may believe that it knows better.
net::Task<bool> BucketBalancer::enter() {
  if (!is_quiet()) co_return false;
  bool registered = co_await beat();
  if (!registered) co_return false;
  bool read = co_await feed_.read();
  if (!read || standing_.stage() != BalancerStanding::Stage::registered) co_return false;
  has_read_ = true;
  obey();
  co_return true;
}

// Until it falls silent. Without an assignment it goes on saying that it is there.
net::Task<> BucketBalancer::serve() {
  while (!stopping_ && standing_.stage() != BalancerStanding::Stage::absent) {
    co_await due_.wait(pace_);
    if (stopping_ || standing_.stage() == BalancerStanding::Stage::absent) break;
    bool beaten = co_await beat();
    if (!beaten && !stopping_) co_await due_.wait(std::min(kHeartbeatRetry, pace_));
  }
}

// True if etcd has acknowledged it. Whatever it has not acknowledged did not happen, for us.
net::Task<bool> BucketBalancer::beat() {
  const balance::BootTime sent = BootClock::now();
  const unsigned silences = silences_;
  std::vector<EtcdWrite> write;
  write.push_back({feed_.keys().balancer(id_), balancer_text(key(), ++beats_, settings_.buckets)});
  std::vector<EtcdCompare> compares = still_so();
  auto commit = co_await feed_.commit(std::move(compares), std::move(write));
  if (!commit) co_return false;
  // What was sent before it fell silent is no registration for afterwards.
  co_return silences == silences_&& count(*commit, sent);
}

bool BucketBalancer::count(const EtcdCommit& commit, balance::BootTime sent) {
  const balance::BootTime now = BootClock::now();
  lag_ = now - sent;
  const bool served = standing_.stage() == BalancerStanding::Stage::serving;
  if (commit.succeeded) standing_.acknowledged(sent, now);
  // The assignment that it obeys has vanished, or its time was over.
  const bool lost = served && standing_.stage() != BalancerStanding::Stage::serving;
  if (!commit.succeeded || lost) {
    fall_silent();
    return false;
  }
  if (served) vouching_->until(standing_.until());
  awaited_.push_back({loop_now() + settings_.etcd.timeout, commit.header.revision});
  return standing_.stage() != BalancerStanding::Stage::absent;
}

// Nobody has to wait for it any more.
net::Task<> BucketBalancer::give_back_key() {
  if (beats_ == 0) co_return;
  std::vector<EtcdWrite> removal;
  removal.push_back({feed_.keys().balancer(id_), std::nullopt});
  std::vector<EtcdCompare> always;
  auto removed = co_await feed_.commit(std::move(always), std::move(removal));
}

// ---- What it obeys ----

void BucketBalancer::view_changed() {
  if (!has_read_) return;
  // There was none when it came; the first one has to wait for it.
  if (obeyed_revision_ == 0) return obey();
  if (lost_assignment()) return fall_silent();
  if (feed_.view().assignment_revision > obeyed_revision_) obey();
}

bool BucketBalancer::lost_assignment() const {
  const ClusterView& view = feed_.view();
  return !view.assignment || view.assignment_created != obeyed_created_ ||
         view.assignment->epoch < standing_.obeys();
}

void BucketBalancer::obey() {
  const ClusterView& view = feed_.view();
  if (!view.assignment) return;
  standing_.adopt(view.assignment->epoch, BootClock::now());
  if (standing_.stage() != BalancerStanding::Stage::serving) return fall_silent();
  obeyed_created_ = view.assignment_created;
  obeyed_revision_ = view.assignment_revision;
  vouching_->until(standing_.until());
  auto table = std::make_shared<balance::BucketTable>();
  table->epoch = view.assignment->epoch;
  table->vouching = vouching_;
  for (const BucketState& bucket : view.assignment->buckets) {
    table->buckets.push_back({stage_of(bucket.stage), bucket.owner});
  }
  orders_.adopt(std::move(table));
  if (std::exchange(told_silence_, false)) feed_.say("buckets are served again", false);
  if (view.assignment->moving() > 0) {
    draining_.push_back({loop_now() + settings_.drain, view.assignment->epoch});
    ticking_.announce();
  }
}

void BucketBalancer::etcd_replaced() { fall_silent(); }

void BucketBalancer::fall_silent() {
  ++silences_;
  vouching_->end();
  if (obeyed_revision_ != 0 && !stopping_) {
    orders_.fall_silent();
    told_silence_ = true;
    feed_.say(
        "buckets are not served: etcd has not been heard of for too long, or the assignment has "
        "vanished");
  }
  vouching_ = std::make_shared<balance::Vouching>();
  standing_.fall_silent();
  obeyed_created_ = obeyed_revision_ = 0;
  has_read_ = false;
  draining_.clear();
  awaited_.clear();
  due_.announce();
}

// ---- What the workers say ----

void BucketBalancer::worker_reports(std::size_t worker, std::uint64_t epoch,
                                    std::vector<std::size_t> busy) {
  workers_[worker] = {epoch, {busy.begin(), busy.end()}};
  due_.announce();
}

bool BucketBalancer::is_quiet() const {
  if (stopping_) return true;
  return std::ranges::all_of(
      workers_, [](const Worker& each) { return each.epoch == 0 && each.busy.empty(); });
}

// What all workers obey, and what any has still running.
BalancerKey BucketBalancer::key() const {
  BalancerKey key;
  key.name = name_;
  if (standing_.stage() != BalancerStanding::Stage::serving) return key;
  key.obeys = standing_.obeys();
  for (const Worker& worker : workers_) {
    key.obeys = std::min(key.obeys, worker.epoch);
    key.busy.insert(worker.busy.begin(), worker.busy.end());
  }
  return key;
}

// The assignment is the one obeyed, or a later one; or there is still none.
std::vector<EtcdCompare> BucketBalancer::still_so() const {
  if (!has_read_) return {};
  using What = EtcdCompare::What;
  using How = EtcdCompare::How;
  const std::string key = feed_.keys().assignment();
  // It has read that there is none: whoever writes the first one does not wait for us.
  if (obeyed_revision_ == 0) return {{key, What::create_revision, How::equal, 0}};
  return {{key, What::create_revision, How::equal, obeyed_created_},
          {key, What::mod_revision, How::greater, obeyed_revision_ - 1}};
}

// ---- Time ----

net::Task<> BucketBalancer::keep_time() {
  const Duration tick = std::min(kSlowestVouchTick, settings_.margin / 4);
  while (!ended_) {
    co_await ticking_.wait(tick);
    const bool serving = standing_.stage() == BalancerStanding::Stage::serving;
    if (serving && !vouches()) fall_silent();
    const TimePoint now = loop_now();
    for (const Draining& each : draining_) {
      if (each.until <= now) orders_.end_drain(each.epoch);
    }
    std::erase_if(draining_, [&](const Draining& each) { return each.until <= now; });
    watch_the_watch();
  }
}

// A member that is frozen says nothing; but our own heartbeats have to come back.
void BucketBalancer::watch_the_watch() {
  std::erase_if(awaited_, [&](const Awaited& each) { return each.revision <= feed_.shown(); });
  const TimePoint now = loop_now();
  if (std::ranges::none_of(awaited_, [&](const Awaited& each) { return each.until <= now; }))
    return;
  awaited_.clear();
  feed_.doubt_watch();
}

}  // namespace stickler::cluster
