// SPDX-License-Identifier: MIT
#include "observe/utf8_text.h"

#include <cstdint>

namespace stickler::observe {
namespace {

// The least code point that needs a sequence of so many bytes; shorter forms are forbidden.
constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};

}  // namespace

// RFC 3629 §4.
std::size_t utf8_sequence(std::string_view text) {
  auto lead = static_cast<unsigned char>(text.front());
  std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  std::uint32_t point = lead & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    auto byte = static_cast<unsigned char>(text[i]);
    if ((byte & 0xc0) != 0x80) return 0;
    point = point << 6 | (byte & 0x3fU);
  }
  bool surrogate = point >= 0xd800 && point <= 0xdfff;
  return point >= kLeast[size] && point <= 0x10ffff && !surrogate ? size : 0;
}

}  // namespace stickler::observe
