// SPDX-License-Identifier: MIT
#include "observe/prometheus_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>

namespace stickler::observe {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using Type = PrometheusText::Type;

TEST(PrometheusText, HelpAndTypeStandOnceBeforeAFamilysSamples) {
  PrometheusText out;
  out.family("requests_total", Type::counter, "Requests.");
  out.sample(Labels().with("proxy", "a"), 1);
  out.sample(Labels().with("proxy", "b").with("server", "s1"), 2U);
  out.family("up", Type::gauge, "Whether.");
  out.sample({}, true);
  EXPECT_EQ(out.take(),
            "# HELP requests_total Requests.\n"
            "# TYPE requests_total counter\n"
            "requests_total{proxy=\"a\"} 1\n"
            "requests_total{proxy=\"b\",server=\"s1\"} 2\n"
            "# HELP up Whether.\n"
            "# TYPE up gauge\n"
            "up 1\n");
}

TEST(PrometheusText, AFamilyWithoutSamplesIsNotWritten) {
  PrometheusText out;
  out.family("nothing", Type::gauge, "Nothing.");
  EXPECT_EQ(out.take(), "");
}

std::string written(Number number) {
  PrometheusText out;
  out.family("n", Type::gauge, "N.");
  out.sample({}, number);
  const std::string text = out.take();
  const std::size_t last = text.rfind(' ') + 1;
  return text.substr(last, text.size() - last - 1);
}

TEST(PrometheusText, NumbersAreWrittenWithoutExponents) {
  EXPECT_EQ(written(0), "0");
  EXPECT_EQ(written(-1), "-1");
  EXPECT_EQ(written(std::uint64_t{9'007'199'254'740'991}), "9007199254740991");
  EXPECT_EQ(written(microseconds(1)), "0.000001");
  EXPECT_EQ(written(microseconds(1'500'000)), "1.5");
  EXPECT_EQ(written(Number(WallTime(seconds(1'800'000'000)))), "1800000000");
  EXPECT_EQ(written(std::numeric_limits<double>::quiet_NaN()), "NaN");
  EXPECT_EQ(written(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(written(std::numeric_limits<double>::max()).size(), 309U);
  EXPECT_GT(written(std::numeric_limits<double>::denorm_min()).size(), 300U);
}

std::string label(std::string_view value) { return std::string(Labels().with("l", value).text()); }

TEST(PrometheusText, LabelsAreEscaped) {
  EXPECT_EQ(label(""), R"(l="")");
  EXPECT_EQ(label("a\\b\"c\nd"), R"(l="a\\b\"c\nd")");
  EXPECT_EQ(label("mü€𝄞"), R"(l="mü€𝄞")");
}

TEST(PrometheusText, WhatIsNoUtf8IsReplaced) {
  EXPECT_EQ(label("a\xff"
                  "b"),
            "l=\"a\uFFFDb\"");
  EXPECT_EQ(label("\xc3"), "l=\"\uFFFD\"");
  EXPECT_EQ(label("\xed\xa0\x80"), "l=\"\uFFFD\uFFFD\uFFFD\"");
}

TEST(PrometheusText, AHistogramIsCumulativeAndItsLastBucketIsItsCount) {
  Spans spans;
  for (auto span : {microseconds(250), microseconds(251), microseconds(251), microseconds(9000)}) {
    spans.add(span);
  }
  spans.add(std::chrono::hours(1));
  SpanTotals totals;
  totals.add(spans);
  PrometheusText out;
  out.family("h_seconds", Type::histogram, "H.");
  out.histogram(Labels().with("proxy", "a"), totals);
  const std::string text = out.take();
  EXPECT_THAT(text, HasSubstr("# TYPE h_seconds histogram\n"
                              "h_seconds_bucket{proxy=\"a\",le=\"0.00025\"} 1\n"
                              "h_seconds_bucket{proxy=\"a\",le=\"0.0005\"} 3\n"
                              "h_seconds_bucket{proxy=\"a\",le=\"0.001\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("h_seconds_bucket{proxy=\"a\",le=\"1048.576\"} 4\n"
                              "h_seconds_bucket{proxy=\"a\",le=\"+Inf\"} 5\n"
                              "h_seconds_sum{proxy=\"a\"} 3600.009752\n"
                              "h_seconds_count{proxy=\"a\"} 5\n"));
}

}  // namespace
}  // namespace stickler::observe
