// SPDX-License-Identifier: MIT
#include "cluster/shared_table.h"

#include <algorithm>
#include <utility>

namespace stickler::cluster {
namespace {

// Entries are renewed every tenth of their life: one that is used must not be missing meanwhile.
constexpr int kSlack = 5;
constexpr Duration kLeastSlack = std::chrono::seconds(1);

std::int64_t seconds_of(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

Duration with_slack(Duration span) { return span + std::max(span / kSlack, kLeastSlack); }

}  // namespace

void SharedTable::serve(std::shared_ptr<balance::StickyTable> table, TimePoint now) {
  if (table_ == table) return;
  if (table_ != nullptr) {
    stop_waiting(now);
    table_->share(nullptr, now);
  }
  table_ = std::move(table);
  if (table_ != nullptr) table_->share(this, now);
}

balance::Agreement SharedTable::agreement_of(const EntryText& entry, WallTime wall) const {
  balance::Agreement agreement;
  agreement.version = entry.version;
  if (!entry.server.empty()) agreement.server = tables_.number_of(entry.server);
  const std::int64_t age = std::max<std::int64_t>(seconds_of(wall) - entry.since, 0);
  agreement.age = std::chrono::seconds(age);
  return agreement;
}

void SharedTable::settle(const std::string& key, std::optional<EntryText> entry, TimePoint now,
                         WallTime wall) {
  if (table_ == nullptr) return;
  if (entry) {
    table_->settle(key, agreement_of(*entry, wall), now);
  } else {
    table_->stand_alone(key, now);
  }
  call_waiting(key);
}

void SharedTable::hear(const KeyNews& news, TimePoint now, WallTime wall) {
  if (table_ == nullptr) return;
  table_->hear(news.key, agreement_of(news.entry, wall), now);
  const std::string key(news.key);
  if (!table_->is_asked(key, now)) call_waiting(key);
}

void SharedTable::hear(const ForgetNews& news) {
  if (table_ == nullptr) return;
  std::optional<balance::ServerNumber> server;
  if (!news.server.empty()) server = tables_.number_of(news.server);
  table_->hear_forgotten(server);
}

void SharedTable::add_waiting(std::string key, std::function<void()> call, TimePoint now) {
  if (table_ == nullptr || !table_->is_asked(key, now)) return call();
  waiting_[std::move(key)].push_back(std::move(call));
}

void SharedTable::call_waiting(const std::string& key) {
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return;
  const auto calls = std::exchange(found->second, {});
  waiting_.erase(found);
  for (const auto& call : calls) call();
}

void SharedTable::stop_waiting(TimePoint now) {
  const auto waiting = std::exchange(waiting_, {});
  for (const auto& [key, calls] : waiting) {
    if (table_ != nullptr) table_->stand_alone(key, now);
    for (const auto& call : calls) call();
  }
}

Duration SharedTable::life(Duration age) const {
  if (table_ == nullptr) return kLeastSlack;
  const balance::StickyLimits limits = table_->limits();
  Duration life = limits.idle == kNoLimit ? kNoLimit : with_slack(limits.idle);
  if (limits.max_age == kNoLimit) return life;
  const Duration left = std::max(limits.max_age - age, Duration{0}) + kLeastSlack;
  return life == kNoLimit ? left : std::min(life, left);
}

}  // namespace stickler::cluster
