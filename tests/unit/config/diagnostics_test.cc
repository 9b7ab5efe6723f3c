// SPDX-License-Identifier: MIT
#include "config/diagnostics.h"

#include <gtest/gtest.h>

namespace stickler::config {
namespace {

class Diagnostics : public testing::Test {
 protected:
  std::string rendered(const std::string& line, int column, int length, bool colour = false) {
    int file = sources_.add("a.conf", "\n" + line + "\n");
    Report report(sources_);
    report.error({.file = file, .line = 2, .column = column, .length = length}, "what", "do this");
    return render(report.take_sorted().at(0), colour);
  }

  Sources sources_;
};

TEST_F(Diagnostics, TheCaretStandsUnderTheWord) {
  EXPECT_EQ(rendered("ab = cde;", 6, 3),
            "a.conf:2: error: what\n    2 | ab = cde;\n      |      ^~~  do this\n");
}

TEST_F(Diagnostics, TabsStayTabs) {
  EXPECT_EQ(rendered("\tab;", 2, 2),
            "a.conf:2: error: what\n    2 | \tab;\n      | \t^~  do this\n");
}

TEST_F(Diagnostics, ALetterOfSeveralBytesIsOneColumn) {
  EXPECT_EQ(rendered("\"\xC3\xA9\" = \"\xC3\xA9\xC3\xA9\";", 8, 6),
            "a.conf:2: error: what\n    2 | \"\xC3\xA9\" = \"\xC3\xA9\xC3\xA9\";\n      |       "
            "^~~~  do this\n");
}

TEST_F(Diagnostics, ACaretBeyondTheLineDoesNoHarm) {
  EXPECT_EQ(rendered("a", 9, 5), "a.conf:2: error: what\n    2 | a\n      |  ^  do this\n");
}

TEST_F(Diagnostics, ColourOnlyWhenAsked) {
  EXPECT_EQ(rendered("a", 1, 1).find('\x1b'), std::string::npos);
  EXPECT_NE(rendered("a", 1, 1, true).find("\x1b[1;31merror"), std::string::npos);
}

TEST_F(Diagnostics, AreSortedByPlaceAndSaidOnce) {
  int file = sources_.add("a.conf", "x\ny\n");
  Report report(sources_);
  report.warning({.file = file, .line = 2, .column = 1, .length = 1}, "second");
  report.error({.file = file, .line = 1, .column = 1, .length = 1}, "first");
  report.error({.file = file, .line = 1, .column = 1, .length = 1}, "first");
  std::vector<Diagnostic> sorted = report.take_sorted();
  ASSERT_EQ(sorted.size(), 2u);
  EXPECT_EQ(sorted[0].message, "first");
  EXPECT_EQ(count_findings(sorted), "1 error, 1 warning");
}

TEST_F(Diagnostics, CountsAreEnglish) {
  EXPECT_EQ(counted(1, "error"), "1 error");
  EXPECT_EQ(counted(0, "error"), "0 errors");
  EXPECT_EQ(count_findings({}), "");
}

}  // namespace
}  // namespace stickler::config
