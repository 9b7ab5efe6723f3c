// SPDX-License-Identifier: MIT
#include "cluster/cluster_feed.h"

#include <algorithm>
#include <utility>

namespace stickler::cluster {
namespace {

// A watch that says nothing for so long may as well be looked after.
constexpr Duration kWatchTurn = std::chrono::seconds(10);
// After a failure.
constexpr Duration kFeedRetry = std::chrono::milliseconds(500);

EtcdSettings settings_of(const config::Etcd& etcd) {
  return {etcd.endpoints,   etcd.user, etcd.password, etcd.ca,
          etcd.certificate, etcd.key,  etcd.timeout};
}

}  // namespace

Result<std::unique_ptr<EtcdClient>, std::string> ClusterFeed::client_for(
    const config::Etcd& settings) {
  return EtcdClient::make(settings_of(settings));
}

ClusterFeed::ClusterFeed(const config::Cluster& settings, std::unique_ptr<EtcdClient> client,
                         Listener listener)
    : keys_{settings.prefix, settings.buckets},
      pause_(std::min(kFeedRetry, settings.term / 10)),
      listener_(std::move(listener)),
      client_(std::move(client)),
      watch_(*client_, settings.prefix) {}

net::Task<bool> ClusterFeed::read() {
  const std::int64_t mark = shown_;
  auto reading = co_await client_->read_prefix(keys_.prefix);
  if (!reading) {
    failed(reading.error());
    co_return false;
  }
  heard(reading->header, mark);
  // The watch may have been faster, or nothing has happened.
  if (reading->header.revision > view_.revision || !read_once_) {
    view_ = read_view(keys_, *reading, view_);
    shown_ = std::max(shown_, view_.revision);
    if (!read_once_) watch_.start_at(view_.revision + 1);
    read_once_ = true;
    tell_unreadable();
    listener_.changed();
  }
  co_return true;
}

net::Task<Result<EtcdCommit, EtcdFailure>> ClusterFeed::commit(std::vector<EtcdCompare> all_of,
                                                               std::vector<EtcdWrite> then) {
  const std::int64_t mark = shown_;
  auto commit = co_await client_->commit(std::move(all_of), std::move(then));
  if (commit) {
    heard(commit->header, mark);
  } else {
    failed(commit.error());
  }
  co_return commit;
}

void ClusterFeed::heard(const EtcdHeader& header, std::int64_t mark) {
  if (!trouble_.empty()) {
    trouble_.clear();
    said_.clear();
    listener_.news("etcd answers again", false);
  }
  const bool other = view_.cluster_id != 0 && header.cluster_id != view_.cluster_id;
  if (!other && header.revision >= mark) return;
  listener_.news(other ? "another etcd answers than before: what was known is forgotten"
                       : "etcd has lost what it knew: so much is forgotten here, too",
                 true);
  view_ = {};
  shown_ = 0;
  read_once_ = false;
  watch_.close();
  listener_.replaced();
}

void ClusterFeed::failed(const EtcdFailure& failure) {
  if (failure.kind == EtcdFailure::Kind::cancelled) return;
  trouble_ = failure.text;
  if (said_.insert(failure.kind).second) listener_.news(failure.text, true);
}

net::Task<> ClusterFeed::watch() {
  while (!stopping_) {
    if (!read_once_) {
      bool read_now = co_await read();
      if (!read_now) co_await rest();
      continue;
    }
    auto batch = co_await watch_.next(kWatchTurn);
    if (stopping_) break;
    if (!batch) {
      failed(batch.error());
      co_await rest();
    } else if (batch->compacted > 0) {
      read_once_ = false;
    } else if (!batch->empty()) {
      take(*batch);
    }
  }
}

net::Task<> ClusterFeed::rest() {
  if (stopping_) co_return;
  co_await ending_.wait(pause_);
}

// What a reading has shown already is passed over.
void ClusterFeed::take(const EtcdBatch& batch) {
  bool changed = false;
  for (const EtcdEvent& event : batch.events) {
    if (event.key.mod_revision <= view_.revision) continue;
    apply(keys_, event, view_);
    changed = true;
  }
  shown_ = std::max(shown_, batch.header.revision);
  if (!changed) return;
  view_.revision = std::max(view_.revision, batch.header.revision);
  tell_unreadable();
  listener_.changed();
}

void ClusterFeed::tell_unreadable() {
  for (const auto& [key, why] : view_.unreadable) {
    if (told_unreadable_[key] == why) continue;
    listener_.news("etcd's key " + key + " " + why + ": it is left alone", true);
  }
  told_unreadable_ = view_.unreadable;
}

void ClusterFeed::doubt_watch() { watch_.close(); }

// Its URL alone.
std::string ClusterFeed::endpoint() const {
  const std::string& text = watch_.endpoint();
  return text.substr(text.rfind(' ') + 1);
}

void ClusterFeed::stop() {
  stopping_ = true;
  client_->cancel();
  ending_.announce();
}

}  // namespace stickler::cluster
