// SPDX-License-Identifier: MIT
#include "balance/cookie_stamp.h"

#include <array>
#include <cstdint>

namespace stickler::balance {
namespace {

constexpr std::string_view kBase64Digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::size_t kLength = 5;
constexpr int kBitsPerDigit = 6;
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::size_t i = 0; i < kBase64Digits.size(); ++i) {
    values[static_cast<unsigned char>(kBase64Digits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr std::array<std::uint8_t, 256> kDigitValues = digit_values();

}  // namespace

void append_stamp(std::time_t seconds, std::string& out) {
  std::uint64_t units = (static_cast<std::uint64_t>(seconds) + 3) / 4;
  for (std::size_t i = kLength; i-- > 0;) {
    out.push_back(kBase64Digits[units >> (kBitsPerDigit * i) & 0x3f]);
  }
}

std::optional<std::time_t> parse_stamp(std::string_view text) {
  if (text.size() < kLength) return {};
  std::time_t units = 0;
  for (char c : text.substr(0, kLength)) {
    std::uint8_t digit = kDigitValues[static_cast<unsigned char>(c)];
    if (digit == kNoDigit) return {};
    units = units << kBitsPerDigit | digit;
  }
  if (units == 0) return {};
  return units * 4;
}

}  // namespace stickler::balance
