// SPDX-License-Identifier: MIT
#include "observe/readable.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "observe/stats_fixture.h"

namespace stickler::observe {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

// 2027-01-15 08:00:00 UTC
using test::kNow;

TEST(Readable, Counts) {
  EXPECT_EQ(readable_count(0), "0");
  EXPECT_EQ(readable_count(9'999), "9999");
  EXPECT_EQ(readable_count(10'000), "10.0 k");
  EXPECT_EQ(readable_count(12'345), "12.3 k");
  EXPECT_EQ(readable_count(123'456), "123 k");
  EXPECT_EQ(readable_count(999'600), "1.0 M");
  EXPECT_EQ(readable_count(4'560'000'000), "4.6 G");
  EXPECT_EQ(readable_count(18'446'744'073'709'551'615U), "18446744 T");
}

TEST(Readable, SizesInPowersOf1024) {
  EXPECT_EQ(readable_size(0), "0 B");
  EXPECT_EQ(readable_size(1023), "1023 B");
  EXPECT_EQ(readable_size(1024), "1.0 kB");
  EXPECT_EQ(readable_size(4'300'000), "4.1 MB");
  EXPECT_EQ(readable_size(50U << 20), "50.0 MB");
  EXPECT_EQ(readable_size(std::uint64_t{3} << 40), "3.0 TB");
}

TEST(Readable, Shares) {
  EXPECT_EQ(readable_share(0, 0), "–");
  EXPECT_EQ(readable_share(0, 5), "0 %");
  EXPECT_EQ(readable_share(3, 1000), "0.3 %");
  EXPECT_EQ(readable_share(1, 100'000), "< 0.1 %");
  EXPECT_EQ(readable_share(5, 5), "100.0 %");
}

TEST(Readable, Latencies) {
  EXPECT_EQ(readable_latency(0us), "0 ms");
  EXPECT_EQ(readable_latency(49us), "< 0.1 ms");
  EXPECT_EQ(readable_latency(440us), "0.4 ms");
  EXPECT_EQ(readable_latency(38'400us), "38 ms");
  EXPECT_EQ(readable_latency(2'140ms), "2.1 s");
  EXPECT_EQ(readable_latency(72s), "72 s");
  EXPECT_EQ(readable_latency(10min), "10 min");
}

TEST(Readable, Spans) {
  EXPECT_EQ(readable_span(0s), "0 s");
  EXPECT_EQ(readable_span(59'999ms), "59 s");
  EXPECT_EQ(readable_span(60s), "1 min");
  EXPECT_EQ(readable_span(125s), "2 min 5 s");
  EXPECT_EQ(readable_span(13min + 5s), "13 min");
  EXPECT_EQ(readable_span(76h), "3 d 4 h");
  EXPECT_EQ(readable_span(days(12) + 5h), "12 d");
}

TEST(Readable, Agos) {
  EXPECT_EQ(readable_ago(kNow, kNow), "just now");
  EXPECT_EQ(readable_ago(kNow + 5s, kNow), "just now") << "clocks may be set back";
  EXPECT_EQ(readable_ago(kNow - 2min, kNow), "2 min ago");
}

// The zone of the test, and the one before behind it.
class LocalTimes : public testing::Test {
 protected:
  ~LocalTimes() override {
    before_.empty() ? ::unsetenv("TZ") : ::setenv("TZ", before_.c_str(), 1);
    ::tzset();
  }
  static void set(const char* zone) {
    ::setenv("TZ", zone, 1);
    ::tzset();
  }

 private:
  const std::string before_ = std::getenv("TZ") == nullptr ? "" : std::getenv("TZ");
};

TEST_F(LocalTimes, AreThoseOfTheMachine) {
  set("XYZ-1");
  EXPECT_EQ(clock_text(kNow, kNow), "09:00:00");
  EXPECT_EQ(clock_text(kNow - 10h, kNow), "14 Jan 23:00");
  EXPECT_EQ(full_time_text(kNow), "2027-01-15 09:00:00 XYZ");
  EXPECT_EQ(iso_text(kNow + 7ms), "2027-01-15T08:00:00.007Z");
}

}  // namespace
}  // namespace stickler::observe
