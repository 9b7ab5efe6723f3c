// SPDX-License-Identifier: MIT
#include "observe/spans.h"

#include <gtest/gtest.h>

#include <chrono>

namespace stickler::observe {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

SpanTotals totals_of(const Spans& spans) {
  SpanTotals totals;
  totals.add(spans);
  return totals;
}

TEST(Spans, PutEachSpanIntoTheBucketWhoseBoundItDoesNotExceed) {
  for (std::size_t bucket = 0; bucket < kSpanBounds; ++bucket) {
    EXPECT_EQ(span_bucket(span_bound(bucket)), bucket);
    EXPECT_EQ(span_bucket(span_bound(bucket) + Duration{1}), bucket + 1);
  }
  EXPECT_EQ(span_bucket(Duration{0}), 0U);
  EXPECT_EQ(span_bucket(hours(23)), kSpanBounds);
}

TEST(Spans, SumWhatTheyAreGiven) {
  Spans spans;
  for (int i : {1, 2, 9}) spans.add(milliseconds(i));
  SpanTotals totals = totals_of(spans);
  EXPECT_EQ(totals.count(), 3U);
  EXPECT_EQ(totals.sum, milliseconds(12));
  EXPECT_EQ(totals.longest, milliseconds(9));
  EXPECT_EQ(totals.recent_mean(), milliseconds(4));
}

TEST(Spans, KeepTheMeanOfTheLastOnes) {
  Spans spans;
  for (int i = 0; i < 1024; ++i) spans.add(milliseconds(100));
  EXPECT_EQ(totals_of(spans).recent_mean(), milliseconds(100));
  // As in HAProxy's, each one counts for a 1024th: after so many, 1 - 1/e of the way is done.
  for (int i = 0; i < 1024; ++i) spans.add(milliseconds(200));
  EXPECT_NEAR(static_cast<double>(totals_of(spans).recent_mean().count()), 163'200, 1000);
  for (int i = 0; i < 10'240; ++i) spans.add(milliseconds(200));
  EXPECT_NEAR(static_cast<double>(totals_of(spans).recent_mean().count()), 200'000, 2000);
}

TEST(Spans, WeighWorkersMeansByHowManyTheySaw) {
  Spans busy;
  Spans idle;
  for (int i = 0; i < 999; ++i) busy.add(milliseconds(1));
  idle.add(milliseconds(1001));
  SpanTotals totals = totals_of(busy);
  totals.add(idle);
  EXPECT_EQ(totals.recent_mean(), milliseconds(2));
}

TEST(Spans, OfNoneHaveNoMeanAndNoQuantile) {
  EXPECT_EQ(SpanTotals().recent_mean(), Duration{0});
  EXPECT_EQ(span_quantile({}, 0.5), Duration{0});
}

TEST(Spans, QuantilesLieInTheBucketOfTheSpanTheyStandFor) {
  Spans spans;
  for (int i = 1; i <= 100; ++i) spans.add(milliseconds(i));
  const SpanBuckets buckets = totals_of(spans).buckets;
  EXPECT_NEAR(static_cast<double>(span_quantile(buckets, 0.5).count()), 50'000, 10'000);
  EXPECT_NEAR(static_cast<double>(span_quantile(buckets, 0.99).count()), 99'000, 30'000);
  EXPECT_LE(span_quantile(buckets, 0.1), span_quantile(buckets, 0.9));
  spans.add(hours(1));
  EXPECT_EQ(span_quantile(totals_of(spans).buckets, 1), span_bound(kSpanBounds - 1));
}

}  // namespace
}  // namespace stickler::observe
