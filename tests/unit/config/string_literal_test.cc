// SPDX-License-Identifier: MIT
#include "config/string_literal.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "config/lexer.h"

namespace stickler::config {
namespace {

// What a file with nothing but this literal says; nothing if that is not one text.
std::string read_back(const std::string& literal) {
  Sources sources;
  Report report(sources);
  const int file = sources.add("stickler.conf", literal);
  const LexResult read = lex(sources, file, report);
  const bool one = read.tokens.size() == 2 && read.tokens[0].kind == TokenKind::string;
  return one ? read.tokens[0].text : std::string();
}

TEST(StringLiteral, IsReadBackAsItWas) {
  for (int byte = 1; byte < 256; ++byte) {
    const std::string text = {'a', static_cast<char>(byte), '1'};
    EXPECT_EQ(read_back(string_literal(text)), text) << byte;
  }
}

TEST(StringLiteral, HoldsNothingThatATerminalWouldObey) {
  std::string all;
  for (int byte = 1; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string literal = string_literal(all);
  EXPECT_TRUE(std::ranges::none_of(literal, [](char c) {
    const auto code = static_cast<unsigned char>(c);
    return code < 0x20 || code == 0x7f;
  }));
}

TEST(StringLiteral, LeavesAloneWhatNeedsNoEscape) {
  EXPECT_EQ(string_literal("Zürich: /a b?c='d'"), "\"Zürich: /a b?c='d'\"");
  EXPECT_EQ(string_literal("\\d\"\n\t"), "\"\\\\d\\\"\\n\\t\"");
}

}  // namespace
}  // namespace stickler::config
