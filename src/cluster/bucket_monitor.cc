// SPDX-License-Identifier: MIT
#include "cluster/bucket_monitor.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "balance/bucket_table.h"
#include "net/event_loop.h"

namespace stickler::cluster {
namespace {

using balance::BootClock;
using What = EtcdCompare::What;
using How = EtcdCompare::How;

constexpr Duration kSlowestLook = std::chrono::milliseconds(250);
constexpr Duration kFastestLook = std::chrono::milliseconds(50);
constexpr Duration kAtOnce = std::chrono::milliseconds(1);

MonitorTerms terms_of(const config::Cluster& settings) {
  MonitorTerms terms;
  terms.buckets = settings.buckets;
  terms.terms = {settings.term, settings.margin};
  terms.lease = settings.lease;
  terms.grace = settings.grace;
  terms.linger = settings.linger;
  terms.by_call = !settings.unload.path.empty();
  terms.unload_wait = settings.unload.wait;
  terms.unload_limit = settings.unload.timeout;
  terms.bootstrap = settings.bootstrap;
  terms.level_on_join = settings.rebalance_on_join;
  return terms;
}

// So that an assignment that is begun anew comes after all that nodes may remember: milliseconds,
// since an assignment may be written several times a second.
std::uint64_t first_epoch() {
  using std::chrono::milliseconds;
  const auto now = net::EventLoop::current().wall_now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(now).count());
}

std::string unload_text(const MonitorRules::Call& call, std::size_t buckets) {
  nlohmann::json names = nlohmann::json::array();
  for (const std::size_t bucket : call.buckets) {
    names.push_back(balance::bucket_name(bucket, buckets));
  }
  return nlohmann::json{{"buckets", names}, {"epoch", call.epoch}}.dump();
}

}  // namespace

BucketMonitor::BucketMonitor(const config::Cluster& settings, ClusterFeed& feed, std::string id,
                             std::string name)
    : settings_(settings),
      feed_(feed),
      terms_(terms_of(settings)),
      pace_(std::min(settings.term / 3, kSlowestPace)),
      rules_(terms_) {
  self_.id = std::move(id);
  self_.name = std::move(name);
}

void BucketMonitor::stop() {
  stopping_ = true;
  for (backend::HttpCall* call : calls_) call->cancel();
  news_.announce();
}

void BucketMonitor::etcd_replaced() {
  depose();
  begin_anew();
}

// A first start is one before which there was nothing, as far as this process knows.
void BucketMonitor::begin_anew() {
  MonitorTerms terms = terms_;
  terms.bootstrap = terms_.bootstrap && !knew_assignment_;
  rules_ = MonitorRules(terms);
}

net::Task<> BucketMonitor::live() {
  while (!stopping_) {
    bool elected = co_await run_for_office();
    if (elected) co_await reign();
    const Duration pause = is_elected() ? kFastestLook : pace_;
    if (!stopping_) co_await news_.wait(pause);
  }
  co_await called_.all_ended(kNoLimit);
  co_await give_back_office();
}

// ---- Election ----

net::Task<bool> BucketMonitor::run_for_office() {
  bool read = co_await feed_.read();
  if (!read || stopping_) co_return false;
  const std::optional<MonitorKey>& holder = feed_.view().monitor;
  if (holder && holder->id == self_.id) {
    // An election whose answer was lost.
    created_ = holder->created;
    co_return true;
  }
  if (holder) {
    bool removed = co_await remove_predecessor();
    if (!removed) co_return false;
  }
  std::vector<EtcdCompare> vacant;
  vacant.push_back({feed_.keys().monitor(), What::create_revision, How::equal, 0});
  std::vector<EtcdWrite> take;
  take.push_back({feed_.keys().monitor(), monitor_text(self_, ++beats_)});
  auto commit = co_await feed_.commit(std::move(vacant), std::move(take));
  if (!commit) co_return false;
  if (commit->succeeded) created_ = commit->header.revision;
  co_return commit->succeeded;
}

// True if the office is vacant now: who held it has not been heard of for as long as it takes for
// a balancer to be gone, by our own clock.
net::Task<bool> BucketMonitor::remove_predecessor() {
  const MonitorKey holder = *feed_.view().monitor;
  const balance::BootTime now = BootClock::now();
  if (seen_revision_ != holder.revision) {
    seen_revision_ = holder.revision;
    seen_since_ = now;
  }
  if (now < seen_since_ + terms_.terms.awaited()) co_return false;
  feed_.say("monitor " + holder.name + " has not been heard of for too long");
  std::vector<EtcdCompare> unchanged;
  unchanged.push_back({feed_.keys().monitor(), What::mod_revision, How::equal, holder.revision});
  std::vector<EtcdWrite> removal;
  removal.push_back({feed_.keys().monitor(), std::nullopt});
  auto commit = co_await feed_.commit(std::move(unchanged), std::move(removal));
  co_return commit.ok() && commit->succeeded;
}

void BucketMonitor::depose() {
  if (std::exchange(created_, 0) != 0) feed_.say("another process is the cluster's monitor", false);
}

bool BucketMonitor::is_still_elected() const {
  const std::optional<MonitorKey>& holder = feed_.view().monitor;
  return is_elected() && holder && holder->created == created_;
}

net::Task<> BucketMonitor::give_back_office() {
  if (!is_elected()) co_return;
  std::vector<EtcdCompare> ours = fence(false);
  std::vector<EtcdWrite> removal;
  removal.push_back({feed_.keys().monitor(), std::nullopt});
  auto commit = co_await feed_.commit(std::move(ours), std::move(removal));
}

// ---- In office ----

// What it has seen before somebody else was elected is worth nothing: it counts anew.
net::Task<> BucketMonitor::reign() {
  feed_.say("this process is the cluster's monitor", false);
  begin_anew();
  last_beat_ = BootClock::now();
  while (!stopping_ && is_elected()) {
    if (unknown_ || BootClock::now() >= last_beat_ + pace_) {
      bool beaten = co_await beat();
      if (!is_elected()) break;
      if (!beaten && unknown_) {
        co_await news_.wait(kSlowestLook);
        continue;
      }
    }
    bool done = co_await step();
    if (stopping_ || !is_elected()) break;
    start_calls();
    const Duration pause = done ? until_next_look() : kSlowestLook;
    co_await news_.wait(pause);
  }
}

// True if etcd has acknowledged it. A write of before whose outcome is unknown cannot happen any
// more then: it is fenced by the heartbeat before.
net::Task<bool> BucketMonitor::beat() {
  last_beat_ = BootClock::now();
  std::vector<EtcdCompare> ours = fence(false);
  std::vector<EtcdWrite> put;
  put.push_back({feed_.keys().monitor(), monitor_text(self_, ++beats_)});
  auto commit = co_await feed_.commit(std::move(ours), std::move(put));
  if (!commit) co_return false;
  unknown_ = false;
  if (!commit->succeeded) depose();
  co_return commit->succeeded;
}

// False if etcd did not answer.
net::Task<bool> BucketMonitor::step() {
  const balance::BootTime asked = BootClock::now();
  bool read = co_await feed_.read();
  if (!read) co_return false;
  if (!is_still_elected()) {
    depose();
    co_return true;
  }
  const ClusterView& view = feed_.view();
  if (view.assignment_revision != 0 && !view.assignment) co_return true;
  knew_assignment_ = knew_assignment_ || view.assignment.has_value();
  rules_.see(view, asked, BootClock::now());
  std::erase_if(failures_, [&](const auto& failure) {
    return !rules_.memory().failing.contains(failure.first);
  });
  std::optional<Assignment> next = rules_.next(view, first_epoch());
  if (next) co_return co_await write(std::move(*next));
  co_await tidy_up();
  co_return true;
}

net::Task<bool> BucketMonitor::write(Assignment next) {
  std::vector<EtcdCompare> unchanged = fence(true);
  std::vector<EtcdWrite> put;
  put.push_back({feed_.keys().assignment(), assignment_text(next)});
  if (feed_.view().wish) put.push_back({feed_.keys().wish(), std::nullopt});
  auto commit = co_await feed_.commit(std::move(unchanged), std::move(put));
  if (!commit) {
    unknown_ = commit.error().outcome_unknown;
    co_return false;
  }
  // What comes of it shows at the next look, also if somebody else was faster.
  news_.announce();
  co_return true;
}

// Keys of balancers that ended without a word, long after anybody waited for them.
net::Task<> BucketMonitor::tidy_up() {
  for (const auto& [id, balancer] : feed_.view().balancers) {
    if (!rules_.is_long_gone(id)) continue;
    std::vector<EtcdCompare> unchanged;
    unchanged.push_back(
        {feed_.keys().balancer(id), What::mod_revision, How::equal, balancer.revision});
    std::vector<EtcdWrite> removal;
    removal.push_back({feed_.keys().balancer(id), std::nullopt});
    auto commit = co_await feed_.commit(std::move(unchanged), std::move(removal));
    co_return;  // one at a time: the view may be another one now
  }
}

// Of a write of the assignment also by our last heartbeat: where there is no assignment, its
// revision says the same before one is made and after it has vanished again.
std::vector<EtcdCompare> BucketMonitor::fence(bool assignment) const {
  std::vector<EtcdCompare> fence;
  fence.push_back({feed_.keys().monitor(), What::create_revision, How::equal, created_});
  if (!assignment) return fence;
  const ClusterView& view = feed_.view();
  fence.push_back({feed_.keys().monitor(), What::mod_revision, How::equal, view.monitor->revision});
  fence.push_back(
      {feed_.keys().assignment(), What::mod_revision, How::equal, view.assignment_revision});
  return fence;
}

// While something is under way time matters; else only news does.
Duration BucketMonitor::until_next_look() const {
  const ClusterView& view = feed_.view();
  const bool under_way = !view.assignment || view.assignment->moving() > 0 ||
                         std::ranges::any_of(view.assignment->nodes, [&](const auto& node) {
                           return !view.nodes.contains(node.first);
                         });
  if (!under_way) return pace_;
  const Duration look =
      std::clamp(std::min(settings_.linger, settings_.margin) / 2, kFastestLook, kSlowestLook);
  const auto end = rules_.lingers_until();
  return end ? std::clamp(*end - BootClock::now(), kAtOnce, look) : look;
}

// ---- Nodes ----

void BucketMonitor::start_calls() {
  for (MonitorRules::Call& call : rules_.calls(feed_.view())) {
    if (calling_.contains(call.node)) continue;
    calling_.insert(call.node);
    called_.start(call_node(std::move(call)));
  }
}

net::Task<> BucketMonitor::call_node(MonitorRules::Call call) {
  const std::optional<config::Url> place = config::parse_url(urls_of(call.node));
  bool unreachable = true;
  std::string trouble = "no URL to call it by is known";
  if (place && !place->tls) {
    backend::HttpCall http(*place, nullptr);
    calls_.push_back(&http);
    backend::HttpRequest request;
    request.method = settings_.unload.method;
    request.path = settings_.unload.path;
    request.fields.emplace_back("Content-Type", "application/json");
    request.fields.emplace_back("X-Stickler-Epoch", std::to_string(call.epoch));
    request.body = unload_text(call, settings_.buckets);
    auto answer = co_await http.run(std::move(request), settings_.unload.timeout);
    std::erase(calls_, &http);
    unreachable = !answer;
    trouble = answer ? "" : answer.error().text;
    if (answer && answer->status / 100 != 2)
      trouble = "it answers " + std::to_string(answer->status);
  }
  calling_.erase(call.node);
  if (trouble.empty()) {
    rules_.unloaded(call);
    failures_.erase(call.node);
  } else if (!stopping_) {
    rules_.failed(call, unreachable, BootClock::now());
    tell_failure(call.node, trouble);
  }
  news_.announce();
}

std::string BucketMonitor::urls_of(const std::string& node) const {
  const ClusterView& view = feed_.view();
  const auto registered = view.nodes.find(node);
  if (registered != view.nodes.end()) return registered->second.local_node_url;
  if (!view.assignment) return "";
  const auto known = view.assignment->nodes.find(node);
  return known == view.assignment->nodes.end() ? "" : known->second.local_node_url;
}

void BucketMonitor::tell_failure(const std::string& node, const std::string& why) {
  if (std::exchange(failures_[node], why) == why) return;
  feed_.say("node " + node + " does not unload its buckets: " + why);
}

}  // namespace stickler::cluster
