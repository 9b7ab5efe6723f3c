// SPDX-License-Identifier: MIT
// errorfile: pages of sections as pages of listeners; and the names of requests.
#include "translation.h"

namespace stickler::haproxy {
namespace {

class ImportedPages : public Translating {
 protected:
  // A line, with a file that holds its status and `text`.
  std::string errorfile(unsigned status, const std::string& text) const {
    std::string name = text + "-" + std::to_string(status) + ".http";
    const auto file = write(name, "HTTP/1.0 " + std::to_string(status) + " X\r\n\r\n" + text);
    return " errorfile " + std::to_string(status) + " " + file.string() + "\n";
  }
  // "503 text, 504 text" of a listener.
  static std::string pages(const config::Listener& listener) {
    std::string all;
    for (const config::ErrorPage& page : listener.error_pages) {
      all += (all.empty() ? "" : ", ") + std::to_string(page.status) + " " + page.body;
    }
    return all;
  }
};

constexpr const char* kTwoServers = " server one 10.0.0.1:80\n server two 10.0.0.2:80\n";

TEST_F(ImportedPages, OfASectionAreThoseOfItsListener) {
  std::string text = in_listen(errorfile(503, "a") + errorfile(400, "b"));
  EXPECT_EQ(pages(listener(text)), "400 b, 503 a");
  EXPECT_THAT(translated(text).configuration, testing::HasSubstr("7: errorfile 400 "));
}

TEST_F(ImportedPages, OfDefaultsAreGivenWayToByASectionsOwn) {
  std::string text = "defaults\n mode http\n" + errorfile(503, "common") +
                     errorfile(504, "common") + in_listen(errorfile(503, "own"));
  EXPECT_EQ(pages(listener(text)), "503 own, 504 common");
}

TEST_F(ImportedPages, ThatAllListenersHaveAreThoseOfTheFile) {
  std::string text = "defaults\n mode http\n" + errorfile(503, "a") +
                     in_listen("listen other\n bind :81\n" + std::string(kTwoServers));
  config::Config config = whole(text);
  EXPECT_EQ(config.error_files.size(), 1U);
  EXPECT_TRUE(config.listeners[0].error_files.empty());
  EXPECT_EQ(pages(config.listeners[1]), "503 a");
  EXPECT_THAT(translated(text).configuration, testing::HasSubstr("\nerror_pages = "));
}

TEST_F(ImportedPages, OfABackendComeBeforeItsFrontends) {
  std::string text = "frontend f\n mode http\n bind :80\n default_backend b\n" +
                     errorfile(503, "front") + errorfile(400, "front") + "backend b\n mode http\n" +
                     kTwoServers + errorfile(503, "back") + errorfile(504, "back");
  EXPECT_EQ(pages(listener(text)), "400 front, 503 back, 504 back");
}

TEST_F(ImportedPages, OfBackendsThatDifferAreAComplaint) {
  std::string text =
      "frontend f\n mode http\n bind :80\n use_backend c if { path /c }\n"
      " default_backend b\n" +
      errorfile(503, "front") + "backend b\n mode http\n" + kTwoServers + errorfile(503, "back") +
      "backend c\n mode http\n" + kTwoServers;
  EXPECT_THAT(complaints(text), testing::StartsWith("11: errorfile 503 "));
  EXPECT_EQ(pages(config_of(text).listeners[0]), "503 front");
}

TEST_F(ImportedPages, OfDeniedRequestsAreAComplaint) {
  std::string text = in_listen(" http-request deny if { path /x }\n" + errorfile(403, "a"));
  EXPECT_THAT(complaints(text), testing::StartsWith("7: errorfile 403 "));
  EXPECT_EQ(pages(config_of(text).listeners[0]), "");
}

class ImportedIds : public Translating {};

TEST_F(ImportedIds, AreInTheFieldThatIsNamed) {
  EXPECT_EQ(listener(in_listen(" unique-id-format %{+X}o\\ %ci:%rt\n"
                               " unique-id-header X-Unique-ID\n"))
                .request_id,
            "X-Unique-ID");
  EXPECT_EQ(listener(in_listen("")).request_id, "X-Request-ID");
}

}  // namespace
}  // namespace stickler::haproxy
