// SPDX-License-Identifier: MIT
#include "observe/html.h"

#include <gtest/gtest.h>

namespace stickler::observe {
namespace {

TEST(HtmlText, LeavesWhatIsHarmless) {
  EXPECT_EQ(html_text(""), "");
  EXPECT_EQ(html_text("GET /a?b=c;d HTTP/1.1"), "GET /a?b=c;d HTTP/1.1");
  EXPECT_EQ(html_text("two\nlines"), "two\nlines");
  EXPECT_EQ(html_text("Grüße, 世界 🙂"), "Grüße, 世界 🙂");
}

TEST(HtmlText, EscapesWhatCouldEndATextOrAnAttribute) {
  EXPECT_EQ(html_text("<b>&\"'</b>"), "&lt;b&gt;&amp;&quot;&#39;&lt;/b&gt;");
  EXPECT_EQ(html_text("&lt;"), "&amp;lt;");
}

TEST(HtmlText, ShowsWhatCannotBeSeen) {
  EXPECT_EQ(html_text(std::string("a\0b", 3)), "a\\x00b");
  EXPECT_EQ(html_text("\x1b[31m\r\t\x7f"), "\\x1b[31m\\x0d\\x09\\x7f");
}

TEST(HtmlText, ShowsWhatIsNoUtf8) {
  EXPECT_EQ(html_text("caf\xe9"), "caf\\xe9");
  EXPECT_EQ(html_text("\xc0\xbcscript>"), "\\xc0\\xbcscript&gt;") << "an overlong '<'";
  EXPECT_EQ(html_text("\xe2\x80"), "\\xe2\\x80");
  EXPECT_EQ(html_text("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80");
}

TEST(HtmlText, ShowsWhatTurnsTheDirectionOfWriting) {
  EXPECT_EQ(html_text("a\u202eb\u2066c\u061cd\u2028e"), "a\\u202eb\\u2066c\\u061cd\\u2028e");
}

TEST(Html, KeepsMarkupAndEscapesTheRest) {
  Html html;
  html.mark("<td title=\"").text("\" onload=\"x").mark("\">").text("<i>").mark("</td>");
  EXPECT_EQ(html.take(), "<td title=\"&quot; onload=&quot;x\">&lt;i&gt;</td>");
}

}  // namespace
}  // namespace stickler::observe
