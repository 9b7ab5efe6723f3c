// SPDX-License-Identifier: MIT
#include "observe/error_dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "observe/date_text.h"
#include "observe/stats_fixture.h"

namespace stickler::observe {
namespace {

CapturedError of_a_client() {
  CapturedError error;
  error.when = test::kNow - std::chrono::milliseconds(1);
  error.client = "10.1.1.1:5000";
  error.listener = "web";
  error.what = "method holds '@'";
  error.position = 1;
  error.bytes = "G@T / HTTP/1.1\r\n\r\n";
  error.received = error.bytes.size();
  return error;
}

CapturedError of_a_server() {
  CapturedError error = of_a_client();
  error.backend = "app";
  error.server = "s2";
  error.number = 7;
  return error;
}

TEST(ErrorDump, SaysOfARequestWhereItCameFrom) {
  const std::string date = log_date(test::kNow - std::chrono::milliseconds(1));
  EXPECT_EQ(error_dump({of_a_client()}, 3, test::an_hour_old()),
            "Total events captured on [" + log_date(test::kNow) + "] : 3\n \n[" + date +
                "] frontend web (#2): invalid request\n"
                "  backend <NONE> (#-1), server <NONE> (#-1), event #0, src 10.1.1.1:5000\n"
                "  len 18, error at position 1\n"
                "  method holds '@'\n"
                "  \n"
                "  00000  G@T / HTTP/1.1\\r\\n\n"
                "  00016  \\r\\n\n");
}

TEST(ErrorDump, SaysOfAnAnswerWhoseItWas) {
  EXPECT_THAT(error_dump({of_a_server()}, 8, test::an_hour_old()),
              testing::HasSubstr("] backend app (#3): invalid response\n"
                                 "  frontend web (#2), server s2 (#3), event #7, "));
}

TEST(ErrorDump, KnowsNoNumberOfWhatAReloadHasTaken) {
  CapturedError error = of_a_server();
  error.backend = "gone";
  EXPECT_THAT(error_dump({error}, 1, test::an_hour_old()),
              testing::HasSubstr("backend gone (#-1): invalid response\n  frontend web (#2), "
                                 "server s2 (#-1)"));
}

TEST(ByteDump, BreaksLinesWhereTheBytesDoAndWhereTheyAreTooLong) {
  EXPECT_EQ(byte_dump("a\nb", 0), "  00000  a\\n\n  00002  b\n");
  EXPECT_EQ(byte_dump(std::string(71, 'a') + "\n", 5),
            "  00005  " + std::string(70, 'a') + "\n  00075+ a\\n\n");
  // What does not fit as a whole goes to the next line.
  EXPECT_EQ(byte_dump(std::string(67, 'a') + "\x01", 0),
            "  00000  " + std::string(67, 'a') + "\n  00067+ \\x01\n");
}

TEST(ByteDump, EscapesWhatIsNoText) {
  EXPECT_EQ(byte_dump(std::string_view("\t\r\x1b\\\0\x7f\xff~ ", 9), 0),
            "  00000  \\t\\r\\e\\\\\\x00\\x7F\\xFF~ \n");
  EXPECT_EQ(byte_dump("", 0), "");
}

TEST(ErrorsJson, HasACharacterForEachByte) {
  CapturedError error = of_a_client();
  error.bytes = "a\xff\x80";
  const auto errors = nlohmann::json::parse(errors_json({error, of_a_server()}));
  EXPECT_EQ(errors[0]["bytes"], "aÿ\xc2\x80");
  EXPECT_EQ(errors[0]["server"], nullptr);
  EXPECT_EQ(errors[1]["server"], "s2");
  EXPECT_EQ(errors[1]["error"], "method holds '@'");
}

}  // namespace
}  // namespace stickler::observe
