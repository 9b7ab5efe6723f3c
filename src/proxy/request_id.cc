// SPDX-License-Identifier: MIT
#include "proxy/request_id.h"

#include <algorithm>
#include <array>
#include <random>

#include "base/strings.h"
#include "proxy/snapshot.h"

namespace stickler::proxy {
namespace {

constexpr std::size_t kLongest = 128;
constexpr std::string_view kMarks = "-_.~:;,/+=@|";

// Without those that people take for one another (Crockford's base 32).
constexpr std::string_view kDigits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr unsigned kDigitBits = 5;
constexpr std::size_t kDigitsOfCounter = 12;  // 4 of its 64 bits are left then
constexpr std::uint64_t kWorkerMask = (1U << 11) - 1;

// One to one: neighbours look unlike each other (the last step of splitmix64).
constexpr std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9;
  bits = (bits ^ (bits >> 27)) * 0x94D049BB133111EB;
  return bits ^ (bits >> 31);
}

char take_digit(std::uint64_t& bits) {
  const char digit = kDigits[bits % kDigits.size()];
  bits >>= kDigitBits;
  return digit;
}

std::uint64_t random_bits() {
  std::random_device device;
  return (std::uint64_t{device()} << 32) | device();
}

// Nothing if there are several: then none of them is the request's.
const http::Field* only_field(const http::RequestHead& head, std::string_view name) {
  const http::Field* found = nullptr;
  for (const http::Field& field : head.fields) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (found != nullptr) return nullptr;
    found = &field;
  }
  return found;
}

}  // namespace

RequestIds::RequestIds() : last_(random_bits()), worker_(random_bits() & kWorkerMask) {}

std::string RequestIds::next() {
  std::array<char, kSize> id;
  std::uint64_t bits = mixed(++last_);
  for (std::size_t i = 0; i < kDigitsOfCounter; ++i) id[i] = take_digit(bits);
  bits |= worker_ << 4;
  for (std::size_t i = kDigitsOfCounter; i < kSize; ++i) id[i] = take_digit(bits);
  return {id.data(), id.size()};
}

std::string new_request_id(const config::Listener& listener, RequestIds& ids) {
  return listener.request_id.empty() ? std::string() : ids.next();
}

std::string request_id_of(const http::RequestHead& head, const ConnectionFacts& client,
                          RequestIds& ids) {
  const config::Listener& listener = client.listener->settings;
  if (client.trusted && !listener.request_id.empty()) {
    const http::Field* sent = only_field(head, listener.request_id);
    if (sent != nullptr && is_usable_request_id(sent->value)) return std::string(sent->value);
  }
  return new_request_id(listener, ids);
}

bool is_usable_request_id(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
    bool letter = to_lower(c) >= 'a' && to_lower(c) <= 'z';
    return letter || is_digit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

}  // namespace stickler::proxy
