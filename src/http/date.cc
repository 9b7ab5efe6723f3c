// SPDX-License-Identifier: MIT
#include "http/date.h"

#include <algorithm>
#include <chrono>

namespace stickler::http {
namespace {

constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";
constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kTemplate = "DDD, dd MMM yyyy hh:mm:ss GMT";

// The years that have four digits.
constexpr std::time_t kYear0 = -62167219200;
constexpr std::time_t kYear10000 = 253402300800;

void put_number(char* out, int digits, unsigned number) {
  for (int i = digits - 1; i >= 0; --i, number /= 10) {
    out[i] = static_cast<char>('0' + number % 10);
  }
}

void put_name(char* out, std::string_view names, unsigned index) {
  std::copy_n(names.data() + index * 3, 3, out);
}

}  // namespace

// Not strftime: its names depend on the locale.
std::array<char, 29> format_http_date(std::time_t seconds) {
  using std::chrono::floor;
  const std::chrono::sys_seconds time{
      std::chrono::seconds(std::clamp(seconds, kYear0, kYear10000 - 1))};
  const auto day = floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);

  std::array<char, 29> text{};
  std::copy(kTemplate.begin(), kTemplate.end(), text.begin());
  put_name(&text[0], kWeekdays, std::chrono::weekday(day).c_encoding());
  put_number(&text[5], 2, static_cast<unsigned>(date.day()));
  put_name(&text[8], kMonths, static_cast<unsigned>(date.month()) - 1);
  put_number(&text[12], 4, static_cast<unsigned>(static_cast<int>(date.year())));
  put_number(&text[17], 2, static_cast<unsigned>(clock.hours().count()));
  put_number(&text[20], 2, static_cast<unsigned>(clock.minutes().count()));
  put_number(&text[23], 2, static_cast<unsigned>(clock.seconds().count()));
  return text;
}

}  // namespace stickler::http
