// SPDX-License-Identifier: MIT
// Cookies lie in order within the field's value, and one that was cut is gone.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/cookie.h"

namespace {

using namespace stickler::http;

void demand(bool holds) {
  if (!holds) std::abort();
}

bool contains(std::string_view value, std::string_view name) {
  CookieReader reader(value);
  while (const auto pair = reader.next()) {
    if (pair->name == name) return true;
  }
  return false;
}

void cut(std::string_view value, std::string_view name) {
  std::string left;
  demand(append_without_cookie(value, name, left) == !left.empty());
  demand(!contains(left, name));
  demand(left.size() <= value.size() + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  CookieReader reader(value);
  std::size_t end = 0;
  while (const auto pair = reader.next()) {
    demand(end <= pair->begin && pair->begin <= pair->end && pair->end <= value.size());
    demand(value.substr(pair->begin, pair->name.size()) == pair->name);
    demand(value.substr(0, pair->end).ends_with(pair->value));
    end = pair->end;
    cut(value, pair->name);
  }
  std::string same;
  append_without_cookie(value, "no such name", same);
  demand(contains(value, "no such name") || same == value);
  set_cookie_name(value);
  return 0;
}
