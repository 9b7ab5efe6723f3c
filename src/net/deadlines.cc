// SPDX-License-Identifier: MIT
#include "net/deadlines.h"

#include <algorithm>

#include "base/assert.h"

namespace stickler::net {

void DeadlineList::append(Waiter& waiter) {
  ASSERT(waiter.list == nullptr);
  waiter.list = this;
  waiter.earlier = newest;
  waiter.later = nullptr;
  (newest == nullptr ? oldest : newest->later) = &waiter;
  newest = &waiter;
}

void DeadlineList::remove(Waiter& waiter) {
  ASSERT(waiter.list == this);
  (waiter.earlier == nullptr ? oldest : waiter.earlier->later) = waiter.later;
  (waiter.later == nullptr ? newest : waiter.later->earlier) = waiter.earlier;
  waiter.list = nullptr;
}

void Deadlines::start(Waiter& waiter, Duration limit, TimePoint now) {
  if (limit == kNoLimit) return;
  waiter.expires = now + limit;
  list_of(limit).append(waiter);
}

void Deadlines::expire(TimePoint now) {
  for (const auto& list : lists_) {
    while (list->oldest != nullptr && list->oldest->expires <= now) {
      ready_.wake(*list->oldest, Wake::timed_out);
    }
  }
}

TimePoint Deadlines::next() const {
  TimePoint soonest = TimePoint::max();
  for (const auto& list : lists_) {
    if (list->oldest != nullptr) soonest = std::min(soonest, list->oldest->expires);
  }
  return soonest;
}

DeadlineList& Deadlines::list_of(Duration limit) {
  for (const auto& list : lists_) {
    if (list->limit == limit) return *list;
  }
  // Limits of the last configuration leave empty lists behind; they are few, and used again here.
  for (const auto& list : lists_) {
    if (list->oldest != nullptr) continue;
    list->limit = limit;
    return *list;
  }
  lists_.push_back(std::make_unique<DeadlineList>());
  lists_.back()->limit = limit;
  return *lists_.back();
}

}  // namespace stickler::net
