// SPDX-License-Identifier: MIT
#include "observe/spans.h"

#include <numeric>

namespace stickler::observe {

void SpanTotals::add(const Spans& spans) {
  for (std::size_t i = 0; i < kSpanBuckets; ++i) buckets[i] += spans.buckets_[i].get();
  sum += Duration(spans.sum_.get());
  longest = std::max(longest, Duration(spans.longest_.get()));
  recent_ += Duration(spans.recent_.get());
  recents_ += static_cast<Duration::rep>(spans.recents_.get());
}

void SpanTotals::add(const SpanTotals& other) {
  for (std::size_t i = 0; i < kSpanBuckets; ++i) buckets[i] += other.buckets[i];
  sum += other.sum;
  longest = std::max(longest, other.longest);
  recent_ += other.recent_;
  recents_ += other.recents_;
}

std::uint64_t SpanTotals::count() const {
  return std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
}

Duration span_quantile(const SpanBuckets& buckets, double share) {
  const auto count = std::accumulate(buckets.begin(), buckets.end(), std::uint64_t{0});
  double left = share * static_cast<double>(count);
  for (std::size_t bucket = 0; bucket < kSpanBounds; ++bucket) {
    const auto here = static_cast<double>(buckets[bucket]);
    if (here > 0 && left <= here) {
      const Duration from = bucket == 0 ? Duration{0} : span_bound(bucket - 1);
      const auto width = static_cast<double>((span_bound(bucket) - from).count());
      return from + Duration(static_cast<Duration::rep>(width * left / here));
    }
    left -= here;
  }
  return count == 0 ? Duration{0} : span_bound(kSpanBounds - 1);
}

}  // namespace stickler::observe
