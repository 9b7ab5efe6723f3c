// SPDX-License-Identifier: MIT
// Messages at random, from a grammar whose words are mostly sound, with a few bytes spoilt now and
// then. The same seed gives the same messages.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace stickler::http::testing {

class MessageGenerator {
 public:
  explicit MessageGenerator(std::uint64_t seed) : random_(seed) {}

  std::string request();
  std::string response();
  std::size_t below(std::size_t bound) { return random_() % bound; }

 private:
  using Words = std::vector<std::string_view>;

  bool one_in(std::size_t n) { return below(n) == 0; }
  std::string_view any(const Words& words) { return words[below(words.size())]; }
  void add_line(std::string_view a, std::string_view b = "", std::string_view c = "");
  void add_fields();
  void add_field(const Words& names, const Words& values);
  void add_body();
  void add_chunks();
  std::string finish();
  void spoil();

  std::mt19937_64 random_;
  std::string text_;
  bool chunked_ = false;
  std::size_t length_ = 0;
};

}  // namespace stickler::http::testing
