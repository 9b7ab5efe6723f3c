// SPDX-License-Identifier: MIT
#include "config/error_pages.h"

#include "config/config_files.h"
#include "config/forms.h"

namespace stickler::config {
namespace {

class ErrorPages : public ConfigFiles {
 protected:
  // The folder's files stand for a listener's setting: "503 FOLDER/a.html" for "503 a.html".
  std::string setting(const std::vector<std::string>& files) const {
    std::string text;
    for (const std::string& file : files) {
      std::size_t blank = file.find(' ');
      std::string status = blank == file.npos ? "" : file.substr(0, blank + 1);
      std::string name = blank == file.npos ? file : file.substr(blank + 1);
      text += (text.empty() ? "\"" : ", \"") + status + (folder_ / name).string() + "\"";
    }
    return "error_pages = [" + text + "];";
  }
  std::string wrong(const std::vector<std::string>& files) const {
    return findings(in_listener(setting(files)));
  }
  // Each page as "503 text/html…: body", by status.
  std::string pages(const std::string& text) const {
    Config config = good(text);
    std::string all;
    if (config.listeners.empty()) return all;
    for (const ErrorPage& page : config.listeners[0].error_pages) {
      all += std::to_string(page.status) + " " + page.content_type + ": " + page.body + "\n";
    }
    return all;
  }
  std::string pages_of(const std::vector<std::string>& files) const {
    return pages(in_listener(setting(files)));
  }
};

TEST_F(ErrorPages, AreOfTheKindThatTheirNameSays) {
  write("e/502.html", "<p>a");
  write("e/503.TXT", "b");
  write("e/504.json", "{}");
  EXPECT_EQ(pages_of({"e"}),
            "502 text/html; charset=utf-8: <p>a\n503 text/plain; charset=utf-8: b\n"
            "504 application/json: {}\n");
}

TEST_F(ErrorPages, OfAFolderAreThoseWithANumberForAName) {
  write("e/503.html", "a");
  for (const char* name : {"logo.png", "503.css", "5030.html", "x503.html", "503.html.bak", "404"})
    write(std::string("e/") + name, "b");
  EXPECT_EQ(pages_of({"e/"}), "503 text/html; charset=utf-8: a\n");
}

TEST_F(ErrorPages, MayBeNamedOneByOneBeforeAFolder) {
  write("e/502.html", "folder");
  write("e/503.html", "folder");
  write("503.htm", "by its name");
  write("gone.html", "by number");
  EXPECT_EQ(pages_of({"e", "502 gone.html", "503.htm", "408 gone.html"}),
            "502 text/html; charset=utf-8: by number\n503 text/html; charset=utf-8: by its name\n"
            "408 text/html; charset=utf-8: by number\n");
}

TEST_F(ErrorPages, OfTheFileAreThoseOfListenersThatHaveNone) {
  write("all/502.html", "all");
  write("all/503.html", "all");
  write("own/503.html", "own");
  EXPECT_EQ(pages(in_listener(setting({"own"})) + setting({"all"})),
            "503 text/html; charset=utf-8: own\n502 text/html; charset=utf-8: all\n");
}

// ---- whole answers ----

TEST_F(ErrorPages, MayBeWholeAnswersAsHAProxyReadsThem) {
  write("503.http",
        "HTTP/1.0 503 Service Unavailable\r\nCache-Control: no-cache\r\nConnection: close\r\n"
        "Content-Type:  text/plain \r\nContent-Length: 3\r\n\r\na\r\n\r\nb");
  EXPECT_EQ(pages_of({"503.http"}), "503 text/plain: a\r\n\r\nb\n");
  write("lf.html", "HTTP/1.1 502 X\n\nbody");
  EXPECT_EQ(pages_of({"502 lf.html"}), "502 text/html; charset=utf-8: body\n");
  write("empty.http", "HTTP/1.0 408\r\n\r\n");
  EXPECT_EQ(pages_of({"408 empty.http"}), "408 text/html; charset=utf-8: \n");
}

TEST_F(ErrorPages, SayWhatOfAWholeAnswerIsNotSent) {
  write("503.http", "HTTP/1.0 503 X\r\nRetry-After: 9\r\nX-B: c\r\n\r\n");
  EXPECT_EQ(wrong({"503.http"}),
            "1:warning: listeners.web.error_pages: 503.http: its field Retry-After is not sent");
  EXPECT_EQ(wrong({"502 503.http"}),
            "1:warning: listeners.web.error_pages: 503.http: its status 503 is not sent");
}

TEST_F(ErrorPages, ThatAreNoWholeAnswerAreRefused) {
  const std::string begin = "1:error: listeners.web.error_pages: 503.http ";
  auto said = [&](const std::string& text) {
    write("503.http", text);
    return wrong({"503.http"});
  };
  EXPECT_EQ(said("<p>"),
            begin + "does not begin with a status line [name it .html if it is a page]");
  EXPECT_EQ(said(""), begin + "does not begin with a status line [name it .html if it is a page]");
  for (const char* line : {"HTTP/1.0 abc\r\n\r\n", "HTTP/1.0\r\n\r\n", "HTTP/1.0 5033 X\r\n\r\n"}) {
    EXPECT_EQ(said(line), begin + "begins with a status line that is none") << line;
  }
  for (const char* cut : {"HTTP/1.0 503", "HTTP/1.0 503 X\r\nA: b\r\n"}) {
    EXPECT_EQ(said(cut), begin + "has no empty line between its fields and its body") << cut;
  }
  for (const char* field : {"A b", "Content-Type: a\rb", "Content-Type: a\x01"}) {
    EXPECT_EQ(said("HTTP/1.0 503 X\r\n" + std::string(field) + "\r\n\r\n"),
              begin + "has a line among its fields that is none")
        << field;
  }
}

// ---- what cannot be used ----

TEST_F(ErrorPages, MustBeThere) {
  EXPECT_EQ(wrong({"503.html"}),
            "1:error: listeners.web.error_pages: 503.html cannot be read: No such file or "
            "directory");
  EXPECT_EQ(findings(in_listener("") + setting({"503.html"})),
            "3:error: error_pages: 503.html cannot be read: No such file or directory");
  write("e/readme", "");
  EXPECT_EQ(
      wrong({"e"}),
      "1:error: listeners.web.error_pages: e holds no page [name them 503.html and the like]");
  EXPECT_EQ(wrong({"503 e"}),
            "1:error: listeners.web.error_pages: e cannot be read: it is a directory");
}

TEST_F(ErrorPages, HaveABound) {
  write("503.html", std::string(64 * 1024, 'x'));
  EXPECT_EQ(wrong({"503.html"}), "");
  write("503.html", std::string(64 * 1024 + 1, 'x'));
  EXPECT_EQ(wrong({"503.html"}),
            "1:error: listeners.web.error_pages: 503.html cannot be read: it is larger than 64k");
}

TEST_F(ErrorPages, AreOfAStatusThatSticklerAnswers) {
  write("403.html", "x");
  const std::string known =
      "it answers 400, 401, 404, 405, 408, 413, 414, 417, 431, 500, 501, 502, 503, 504, 505";
  EXPECT_EQ(
      wrong({"403 403.html"}),
      "1:error: listeners.web.error_pages: Stickler never answers 403 by itself [" + known + "]");
  EXPECT_EQ(wrong({"403.html"}),
            "1:error: listeners.web.error_pages: 403.html is of no use: Stickler never answers 403 "
            "by itself [" +
                known + "]");
  write("e/403.http", "anything");
  write("e/503.html", "x");
  EXPECT_EQ(wrong({"e"}),
            "1:warning: listeners.web.error_pages: e/403.http is of no use: Stickler never answers "
            "403 by itself");
}

TEST_F(ErrorPages, AreOneForEachStatus) {
  write("e/503.html", "x");
  write("e/503.http", "HTTP/1.0 503 X\r\n\r\n");
  EXPECT_EQ(wrong({"e"}),
            "1:error: listeners.web.error_pages: e/503.http is a second page for 503, beside "
            "e/503.html [keep one of them]");
  EXPECT_EQ(wrong({"e/503.html", "503 e/503.http"}),
            "1:error: listeners.web.error_pages: e/503.http is a second page for 503, beside "
            "e/503.html [keep one of them]");
}

TEST_F(ErrorPages, SayWhatTheyAre) {
  write("down", "x");
  write("503.html", "");
  EXPECT_EQ(wrong({"503 down"}),
            "1:error: listeners.web.error_pages: down has a name that does not say what it is "
            "[name it .html, .txt, .json or .http]");
  EXPECT_THAT(wrong({"down"}),
              testing::StartsWith("1:error: listeners.web.error_pages: down has a name that does "
                                  "not say whose page it is"));
  EXPECT_EQ(wrong({"503.html"}), "1:error: listeners.web.error_pages: 503.html is empty");
}

TEST(ErrorFiles, AreAStatusAndAFileOrAFileAlone) {
  auto split = [](std::string_view text) {
    const ErrorFile file = split_error_file(text);
    return std::to_string(file.status.value_or(0)) + "|" + file.path;
  };
  EXPECT_EQ(split("503 /a b.html"), "503|/a b.html");
  EXPECT_EQ(split("503  /a"), "503|/a");
  EXPECT_EQ(split("/503 b"), "0|/503 b");
  EXPECT_EQ(split("503"), "503|");
  EXPECT_EQ(split(""), "0|");
}

}  // namespace
}  // namespace stickler::config
