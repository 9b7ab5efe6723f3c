// SPDX-License-Identifier: MIT
// Spans of time of one kind (waiting, connecting, …): how many were how long, their sum, the
// longest, and the mean of the last ones. Written by one thread, read by any.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/units.h"
#include "observe/counter.h"

namespace stickler::observe {

// Each bucket's bound is twice the one before, from a quarter of a millisecond to a quarter of an
// hour; one more holds what is longer.
inline constexpr std::size_t kSpanBounds = 23;
inline constexpr std::size_t kSpanBuckets = kSpanBounds + 1;
using SpanBuckets = std::array<std::uint64_t, kSpanBuckets>;

// The bound of a bucket but the last; it belongs to the bucket.
constexpr Duration span_bound(std::size_t bucket) { return Duration{250} * (1LL << bucket); }

constexpr std::size_t span_bucket(Duration span) {
  const auto whole = static_cast<std::uint64_t>(std::max<Duration::rep>(span.count() - 1, 0)) / 250;
  return std::min<std::size_t>(static_cast<std::size_t>(std::bit_width(whole)), kSpanBounds);
}

// HAProxy's window for qtime, ctime, rtime and ttime.
inline constexpr std::uint64_t kRecentSpans = 1024;

class Spans {
 public:
  // The writer.
  void add(Duration span) {
    const auto microseconds = static_cast<std::uint64_t>(std::max(span, Duration{0}).count());
    buckets_[span_bucket(span)].add();
    sum_.add(microseconds);
    longest_.raise_to(microseconds);
    // Once the window is full each span displaces a mean one, as in HAProxy's swrate_add().
    const bool full = recents_.get() == kRecentSpans;
    recent_.add(microseconds - (full ? recent_.get() / kRecentSpans : 0));
    if (!full) recents_.add();
  }

 private:
  friend struct SpanTotals;
  std::array<Counter, kSpanBuckets> buckets_;
  Counter sum_;
  Counter longest_;
  Counter recent_;   // sum of the last ones
  Counter recents_;  // how many these are, up to kRecentSpans
};

// Several workers' spans, added up.
struct SpanTotals {
  SpanBuckets buckets{};
  Duration sum{0};
  Duration longest{0};

  void add(const Spans& spans);
  void add(const SpanTotals& other);
  std::uint64_t count() const;
  // Of about the last 1024 of each worker; zero if there was none.
  Duration recent_mean() const { return recents_ == 0 ? Duration{0} : recent_ / recents_; }

 private:
  Duration recent_{0};
  Duration::rep recents_ = 0;
};

// The span that this share (0 to 1) of all did not exceed, interpolated within its bucket: off by
// less than a factor of two. Zero if there is none.
Duration span_quantile(const SpanBuckets& buckets, double share);

}  // namespace stickler::observe
