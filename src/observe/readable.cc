// SPDX-License-Identifier: MIT
#include "observe/readable.h"

#include <spdlog/fmt/fmt.h>

#include <array>
#include <chrono>
#include <ctime>
#include <string_view>

namespace stickler::observe {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::duration_cast;

// Two digits tell enough below a hundred: "4.1", "41.2", "412".
std::string scaled(double value, std::string_view unit) {
  return value < 99.95 ? fmt::format("{:.1f} {}", value, unit)
                       : fmt::format("{:.0f} {}", value, unit);
}

struct SpanUnit {
  Duration length;
  std::string_view name;
};
constexpr std::array<SpanUnit, 4> kSpanUnits{{{days(1), "d"}, {1h, "h"}, {1min, "min"}, {1s, "s"}}};

std::tm local_parts(WallTime when) {
  const std::time_t second = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  ::localtime_r(&second, &parts);
  return parts;
}

std::string formatted(const char* form, const std::tm& parts) {
  std::array<char, 64> text{};
  return {text.data(), std::strftime(text.data(), text.size(), form, &parts)};
}

}  // namespace

std::string readable_count(std::uint64_t count) {
  constexpr std::uint64_t kPlain = 10'000;
  if (count < kPlain) return std::to_string(count);
  double value = static_cast<double>(count);
  for (const char* unit : {"k", "M", "G"}) {
    value /= 1000;
    if (value < 999.5) return scaled(value, unit);
  }
  return scaled(value / 1000, "T");
}

std::string readable_size(std::uint64_t bytes) {
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes);
  for (const char* unit : {"kB", "MB", "GB", "TB"}) {
    value /= 1024;
    if (value < 999.5) return scaled(value, unit);
  }
  return scaled(value / 1024, "PB");
}

std::string readable_share(std::uint64_t part, std::uint64_t whole) {
  if (whole == 0) return "–";
  if (part == 0) return "0 %";
  const double share = 100 * static_cast<double>(part) / static_cast<double>(whole);
  return share < 0.1 ? "< 0.1 %" : fmt::format("{:.1f} %", share);
}

std::string readable_latency(Duration span) {
  const auto microseconds = static_cast<double>(span.count());
  if (span == 0s) return "0 ms";
  if (span < 50us) return "< 0.1 ms";
  if (span < 10ms) return fmt::format("{:.1f} ms", microseconds / 1e3);
  if (span < 1s) return fmt::format("{:.0f} ms", microseconds / 1e3);
  if (span < 10s) return fmt::format("{:.1f} s", microseconds / 1e6);
  if (span < 2min) return fmt::format("{:.0f} s", microseconds / 1e6);
  return readable_span(span);
}

// The greatest unit, and the next one while it still matters.
std::string readable_span(Duration span) {
  for (std::size_t i = 0; i + 1 < kSpanUnits.size(); ++i) {
    const auto& [length, name] = kSpanUnits[i];
    if (span < length) continue;
    const auto whole = span / length;
    const auto rest = span % length / kSpanUnits[i + 1].length;
    if (whole >= 10 || rest == 0) return fmt::format("{} {}", whole, name);
    return fmt::format("{} {} {} {}", whole, name, rest, kSpanUnits[i + 1].name);
  }
  return fmt::format("{} s", span / Duration{1s});
}

std::string readable_ago(WallTime when, WallTime now) {
  if (now - when < 1s) return "just now";
  return readable_span(now - when) + " ago";
}

std::string clock_text(WallTime when, WallTime now) {
  const std::tm then = local_parts(when);
  const std::tm today = local_parts(now);
  const bool same_day = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  if (same_day) return formatted("%H:%M:%S", then);
  return std::to_string(then.tm_mday) + formatted(" %b %H:%M", then);
}

std::string full_time_text(WallTime when) {
  return formatted("%Y-%m-%d %H:%M:%S %Z", local_parts(when));
}

std::string iso_text(WallTime when) {
  const std::time_t second = std::chrono::system_clock::to_time_t(when);
  std::tm parts{};
  ::gmtime_r(&second, &parts);
  const auto milliseconds = duration_cast<std::chrono::milliseconds>(when.time_since_epoch()) % 1s;
  return formatted("%Y-%m-%dT%H:%M:%S", parts) + fmt::format(".{:03}Z", milliseconds.count());
}

}  // namespace stickler::observe
