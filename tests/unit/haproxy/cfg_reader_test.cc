// SPDX-License-Identifier: MIT
// Lines are cut into words as HAProxy 2.6 cuts them.
#include "haproxy/cfg_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stickler::haproxy {
namespace {

using testing::ElementsAre;

Environment environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    if (name == "FOO") return "bar";
    return name == "TWO" ? std::optional<std::string>("a b") : std::nullopt;
  };
}

Line first(const std::string& text) {
  std::deque<Line> lines = read_lines(text, environment());
  return lines.empty() ? Line{} : lines.front();
}

std::vector<std::string> words(const std::string& text) { return first(text).words; }
std::string fault(const std::string& text) { return first(text).fault; }

TEST(CfgReader, WordsAreSeparatedByBlanks) {
  EXPECT_THAT(words("  timeout\tclient   5s \r\n"), ElementsAre("timeout", "client", "5s"));
}

TEST(CfgReader, WeakQuotesKeepBlanksAndReadEscapes) {
  EXPECT_THAT(words(R"(a "b \"c\" #" d)"), ElementsAre("a", "b \"c\" #", "d"));
}

TEST(CfgReader, StrongQuotesKeepEverything) {
  EXPECT_THAT(words(R"(a 'b \"c\x41' $FOO)"), ElementsAre("a", R"(b \"c\x41)", "$FOO"));
}

TEST(CfgReader, QuotesMayStandInsideAWord) {
  EXPECT_THAT(words(R"(a"b c"d'e f' "")"), ElementsAre("ab cde f", ""));
}

TEST(CfgReader, ABackslashEscapesOrStays) {
  EXPECT_THAT(words(R"(a\ b\#c\\ \x41\t\q)"), ElementsAre("a b#c\\", "A\t\\q"));
}

TEST(CfgReader, CommentsEndALineOutsideOfQuotes) {
  EXPECT_THAT(words("a b # c"), ElementsAre("a", "b"));
  EXPECT_THAT(words("a 'b # c'"), ElementsAre("a", "b # c"));
}

TEST(CfgReader, VariablesStandInWeakQuotesOnly) {
  EXPECT_THAT(words(R"("$FOO/${FOO}." $FOO '${FOO}' "\$FOO")"),
              ElementsAre("bar/bar.", "$FOO", "${FOO}", "$FOO"));
}

TEST(CfgReader, AVariableMayHaveADefault) {
  EXPECT_THAT(words(R"("${FOO-x}" "${NOPE-x}" "${NOPE-}")"), ElementsAre("bar", "x", ""));
}

TEST(CfgReader, AVariableOfSeveralWordsIsOneWord) {
  EXPECT_THAT(words(R"(a "$TWO" b)"), ElementsAre("a", "a b", "b"));
}

TEST(CfgReader, AVariableThatIsNotSetIsAFault) {
  EXPECT_THAT(fault(R"(a "${NOPE}")"), testing::HasSubstr("NOPE is not set here"));
}

TEST(CfgReader, TheFileItselfMaySetVariables) {
  std::deque<Line> lines =
      read_lines("setenv A 1\npresetenv A 2\npresetenv B 3\nx \"$A$B\"\nunsetenv A\nx \"$A\"\n",
                 environment());
  EXPECT_EQ(lines[3].word(1), "13");
  EXPECT_NE(lines[5].fault, "");
}

struct Faulty {
  std::string text;
  std::string why;
};
class FaultyLine : public testing::TestWithParam<Faulty> {};
TEST_P(FaultyLine, IsNotTrusted) {
  EXPECT_THAT(fault(GetParam().text), testing::HasSubstr(GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(
    Reader, FaultyLine,
    testing::Values(Faulty{"a \"b", "quote \" opened in it is never closed"},
                    Faulty{"a 'b", "quote ' opened"}, Faulty{"a \\xZZ", "two hexadecimal digits"},
                    Faulty{"a \"$1\"", "cannot be read"}, Faulty{"a \"${FOO\"", "cannot be read"},
                    Faulty{"a \"${FOO[*]}\"", "cannot be read"}, Faulty{"a \\x00", "NUL"},
                    Faulty{[] {
                             std::string words;
                             for (int i = 0; i < 65; ++i) words += "w ";
                             return words;
                           }(),
                           "more than 64 words"}));

TEST(CfgReader, RemarksBelongToTheLineBelowThem) {
  std::deque<Line> lines = read_lines("# one\n#two\na\n# three\n\nb # four\nc", environment());
  EXPECT_THAT(lines[0].remarks, ElementsAre("one", "two"));
  EXPECT_THAT(lines[1].remarks, ElementsAre());
  EXPECT_THAT(lines[2].remarks, ElementsAre());
}

TEST(CfgReader, NumbersAndTextsAreThoseOfTheFile) {
  std::deque<Line> lines = read_lines("\n  a  b\n\n# c\n d", environment());
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].number, 2);
  EXPECT_EQ(lines[0].text, "a  b");
  EXPECT_EQ(lines[1].number, 5);
}

}  // namespace
}  // namespace stickler::haproxy
