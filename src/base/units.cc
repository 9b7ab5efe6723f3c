// SPDX-License-Identifier: MIT
#include "base/units.h"

#include <array>
#include <charconv>
#include <limits>

#include "base/strings.h"

namespace stickler {
namespace {

struct DurationUnit {
  std::string_view name;
  std::int64_t microseconds;
};

// Longest first, so that formatting picks the largest unit that divides.
constexpr std::array<DurationUnit, 6> kDurationUnits{{{"d", 86'400'000'000},
                                                      {"h", 3'600'000'000},
                                                      {"m", 60'000'000},
                                                      {"s", 1'000'000},
                                                      {"ms", 1'000},
                                                      {"us", 1}}};

// The number at the front of `text`, which is shortened to what follows it.
std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  if (text.empty() || !is_digit(text.front())) return std::nullopt;
  auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return number;
}

std::optional<std::int64_t> multiply(std::int64_t number, std::int64_t factor) {
  if (number > std::numeric_limits<std::int64_t>::max() / factor) return std::nullopt;
  return number * factor;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  auto number = take_number(text);
  if (!number) return std::nullopt;
  for (const DurationUnit& unit : kDurationUnits) {
    if (text != unit.name) continue;
    auto microseconds = multiply(*number, unit.microseconds);
    if (!microseconds) return std::nullopt;
    return Duration{*microseconds};
  }
  return std::nullopt;
}

std::string format_duration(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const DurationUnit& unit : kDurationUnits) {
    if (duration.count() % unit.microseconds != 0) continue;
    return std::to_string(duration.count() / unit.microseconds).append(unit.name);
  }
  return std::to_string(duration.count()).append("us");
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  auto number = take_number(text);
  if (!number) return std::nullopt;
  if (text.size() > 1 && (text.back() == 'b' || text.back() == 'B')) text.remove_suffix(1);
  int shift = -1;
  if (text.empty()) shift = 0;
  if (equals_ignoring_case(text, "k")) shift = 10;
  if (equals_ignoring_case(text, "m")) shift = 20;
  if (equals_ignoring_case(text, "g")) shift = 30;
  if (shift < 0) return std::nullopt;
  auto bytes = multiply(*number, std::int64_t{1} << shift);
  if (!bytes) return std::nullopt;
  return static_cast<std::uint64_t>(*bytes);
}

std::string format_size(std::uint64_t bytes) {
  constexpr std::array<char, 3> kUnits{'g', 'm', 'k'};
  int shift = 30;
  for (char unit : kUnits) {
    if (bytes != 0 && bytes % (std::uint64_t{1} << shift) == 0) {
      return std::to_string(bytes >> shift) + unit;
    }
    shift -= 10;
  }
  return std::to_string(bytes);
}

}  // namespace stickler
