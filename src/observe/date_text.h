// SPDX-License-Identifier: MIT
// Dates as logs write them. The text of a second is made once: a log asks for the same second
// thousands of times.
#pragma once

#include <array>
#include <ctime>
#include <string>
#include <string_view>

#include "base/units.h"

namespace stickler::observe {

enum class Zone : bool { local, utc };

// One of these for each thread and form.
class DateText {
 public:
  // `form` is strftime's, and static.
  constexpr DateText(const char* form, Zone zone) : form_(form), zone_(zone) {}

  // Good until the next call.
  std::string_view of(WallTime time) {
    std::time_t second = std::chrono::system_clock::to_time_t(time);
    if (second != second_ || size_ == 0) format(second);
    return {text_.data(), size_};
  }

 private:
  void format(std::time_t second) {
    std::tm parts{};
    zone_ == Zone::utc ? ::gmtime_r(&second, &parts) : ::localtime_r(&second, &parts);
    size_ = std::strftime(text_.data(), text_.size(), form_, &parts);
    second_ = second;
  }

  const char* form_;
  Zone zone_;
  std::time_t second_ = 0;
  std::size_t size_ = 0;
  std::array<char, 32> text_{};
};

// The three digits behind the second.
inline std::array<char, 3> milliseconds_of(WallTime time) {
  auto digits = time.time_since_epoch().count() / 1000 % 1000;
  return {static_cast<char>('0' + digits / 100), static_cast<char>('0' + digits / 10 % 10),
          static_cast<char>('0' + digits % 10)};
}

// "21/Nov/2026:02:01:23.123", local time: for who writes a date now and then.
inline std::string log_date(WallTime time) {
  DateText seconds("%d/%b/%Y:%H:%M:%S", Zone::local);
  const std::array<char, 3> milliseconds = milliseconds_of(time);
  return std::string(seconds.of(time)) + "." + std::string(milliseconds.data(), 3);
}

}  // namespace stickler::observe
