// SPDX-License-Identifier: MIT
#include "base/units.h"

#include <gtest/gtest.h>

namespace stickler {
namespace {

using namespace std::chrono_literals;

TEST(Units, ReadDurations) {
  const std::pair<std::string_view, Duration> cases[] = {
      {"0s", 0s},   {"250us", 250us}, {"20ms", 20ms}, {"15s", 15s},
      {"1m", 1min}, {"23h", 23h},     {"7d", 168h},   {"007s", 7s},
  };
  for (const auto& [text, duration] : cases) EXPECT_EQ(parse_duration(text), duration) << text;
}

TEST(Units, RefuseWhatIsNoDuration) {
  for (std::string_view text : {"", "5", "s", "5 s", " 5s", "5s ", "-5s", "+5s", "1.5s", "5x", "5S",
                                "1h30m", "5min", "9223372036854775808us", "106751992d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Units, WriteTheShortestExactDuration) {
  const std::pair<Duration, std::string> cases[] = {
      {0s, "0s"},   {1us, "1us"}, {1500us, "1500us"}, {250ms, "250ms"},
      {90s, "90s"}, {60s, "1m"},  {23h, "23h"},       {48h, "2d"},
  };
  for (const auto& [duration, text] : cases) EXPECT_EQ(format_duration(duration), text);
}

TEST(Units, ReadTheDurationsTheyWrite) {
  for (std::int64_t microseconds = 1; microseconds < 400'000'000'000;
       microseconds = microseconds * 3 + 1) {
    EXPECT_EQ(parse_duration(format_duration(Duration(microseconds))), Duration(microseconds));
  }
}

TEST(Units, ReadSizes) {
  const std::pair<std::string_view, std::uint64_t> cases[] = {
      {"0", 0},
      {"512", 512},
      {"64k", 65'536},
      {"64K", 65'536},
      {"1kB", 1024},
      {"1kb", 1024},
      {"50m", 52'428'800},
      {"50MB", 52'428'800},
      {"2g", 2'147'483'648},
      {"2Gb", 2'147'483'648},
      {"8589934591g", 9'223'372'035'781'033'984U},
  };
  for (const auto& [text, bytes] : cases) EXPECT_EQ(parse_size(text), bytes) << text;
}

TEST(Units, RefuseWhatIsNoSize) {
  for (std::string_view text : {"", "k", "-1", "1 k", "1.5k", "1kk", "1b", "1kbb", "1t", "1KiB",
                                "9223372036854775808", "8589934592g"}) {
    EXPECT_FALSE(parse_size(text)) << text;
  }
}

TEST(Units, WriteSizesInTheLargestUnitThatDivides) {
  const std::pair<std::uint64_t, std::string> cases[] = {
      {0, "0"},
      {1, "1"},
      {1536, "1536"},
      {2048, "2k"},
      {52'428'800, "50m"},
      {1ULL << 31, "2g"},
      {(1ULL << 30) + 1024, "1048577k"},
  };
  for (const auto& [bytes, text] : cases) EXPECT_EQ(format_size(bytes), text);
}

}  // namespace
}  // namespace stickler
