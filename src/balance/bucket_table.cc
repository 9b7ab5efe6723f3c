// SPDX-License-Identifier: MIT
#include "balance/bucket_table.h"

#include <array>

#include "base/assert.h"

namespace stickler::balance {
namespace {

constexpr std::size_t kBase = 16;
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::size_t digits_of(std::size_t buckets) {
  std::size_t digits = 1;
  for (std::size_t covered = kBase; covered < buckets; covered *= kBase) ++digits;
  return digits;
}

std::vector<std::string> all_names(std::size_t digits) {
  std::vector<std::string> names;
  for (std::size_t bucket = 0; bucket < std::size_t{1} << (4 * digits); ++bucket) {
    std::string name(digits, '0');
    std::size_t rest = bucket;
    for (std::size_t i = digits; i-- > 0; rest /= kBase) name[i] = kHexDigits[rest % kBase];
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

std::size_t bucket_of(std::string_view key, std::size_t buckets) {
  const std::size_t digits = digits_of(buckets);
  ASSERT(key.size() >= digits);
  return bucket_named(key.substr(0, digits), buckets);
}

std::string_view bucket_name(std::size_t bucket, std::size_t buckets) {
  static const std::array names = {all_names(1), all_names(2), all_names(3)};
  return names[digits_of(buckets) - 1][bucket];
}

std::size_t bucket_named(std::string_view name, std::size_t buckets) {
  if (name.size() != digits_of(buckets)) return buckets;
  std::size_t bucket = 0;
  for (const char digit : name) {
    const std::size_t value = kHexDigits.find(digit);
    if (value == std::string_view::npos) return buckets;
    bucket = bucket * kBase + value;
  }
  return bucket;
}

}  // namespace stickler::balance
