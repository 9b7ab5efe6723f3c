// SPDX-License-Identifier: MIT
// The language: libconfig's, without its traps.
#include "config_files.h"

namespace stickler::config {
namespace {

class Language : public ConfigFiles, public testing::WithParamInterface<FindingsCase> {};

TEST_P(Language, SaysWhatIsWrong) { EXPECT_EQ(findings(GetParam().text), GetParam().findings); }

const FindingsCase kCases[] = {
    {"UnclosedComment", in_file("/* and so on"),
     "3:error: the comment opened here is never closed [a \"*/\" is missing; everything behind is "
     "lost]"},
    {"UnclosedString", "process = {\n  user = \"root;\n};\n",
     "2:error: the string opened here is never closed [a '\"' is missing before the end of the "
     "line]"},
    {"ForgottenQuoteInTheMiddle", "process = { user = \"root; group = \"root\"; };\n",
     "1:error: the string opened here is never closed [a '\"' is missing before the end of the "
     "line]"},
    {"IntegerBeyond32Bits", in_file("process = { workers = 4294967298; };"),
     "3:error: this integer does not fit [the largest is 2147483647]"},
    {"IntegerBeyond64Bits", in_file("process = { workers = 99999999999999999999L; };"),
     "3:error: this integer does not fit [the largest is 2147483647]"},
    {"HexadecimalBeyond31Bits", in_file("process = { workers = 0xFFFFFFFF; };"),
     "3:error: this integer does not fit [the largest is 2147483647]"},
    {"BareDuration", in_file("timeouts = { tunnel = 23h; };"),
     "3:error: a duration must stand in quotes [write \"23h\"]"},
    {"BareSize", in_listener("max_body = 50m;"),
     "1:error: a duration must stand in quotes [write \"50m\"]"},
    {"BareSizeInKilobytes", in_listener("max_head = 32k;"),
     "1:error: a size must stand in quotes [write \"32k\"]"},
    {"BareWord", in_backend("balance = leastconn;"),
     "2:error: a text must stand in quotes [write \"leastconn\"]"},
    {"BarePath", in_listener("tls = { certificates = /etc/ssl/a.pem; };"),
     "1:error: a text must stand in quotes [write \"/etc/ssl/a.pem\"]"},
    {"SingleQuotes", in_backend("balance = 'first';"),
     "2:error: a text stands in double quotes [write \"first\"]"},
    {"OnForTrue", in_backend("abort_on_close = on;"),
     "2:error: 'on' is no value here [write true]"},
    {"NoForFalse", in_backend("abort_on_close = no;"),
     "2:error: 'no' is no value here [write false]"},
    {"MissingValue", in_file("log = { level = ; };"), "3:error: nothing stands behind '='"},
    {"MissingValueAtTheEndOfALine", in_file("log = {\n  level =\n  access = \"off\";\n};"),
     "4:error: nothing stands behind '='"},
    {"MissingValueAtTheEndOfTheFile", in_file("log ="), "3:error: nothing stands behind '='"},
    {"MissingEquals", in_file("log { level = \"info\"; };"),
     "3:error: '=' is missing behind 'log' [write log = …]"},
    {"TrailingComma",
     "listeners = { web = { bind = [ \":80\", ]; backend = \"app\"; }; };\nbackends = { app = { " +
         kServers + " }; };\n",
     "1:error: nothing stands behind this ',' [remove it]"},
    {"MissingComma", in_route("method = [ \"GET\" \"HEAD\" ];"),
     "1:error: a ',' is missing before this value"},
    {"MissingCommaBetweenNumbers", in_backend("check = { expect = [ 200 204 ]; };"),
     "2:error: a ',' is missing before this value"},
    {"GroupInsideAnArray", in_backend("check = { expect = [ { } ]; };"),
     "2:error: backends.app.check.expect must be a text in quotes or a list of them\n"
     "2:error: no group or list can stand inside '[ ]'"},
    {"ListInsideAnArray", in_backend("check = { expect = [ ( ) ]; };"),
     "2:error: backends.app.check.expect must be a text in quotes or a list of them\n"
     "2:error: no group or list can stand inside '[ ]'"},
    {"ArrayInsideAnArray", in_backend("check = { expect = [ [ ] ]; };"),
     "2:error: backends.app.check.expect must be a text in quotes or a list of them\n"
     "2:error: no group or list can stand inside '[ ]'"},
    {"TwoSigns", in_file("process = { workers = +-2; };"),
     "3:error: a text must stand in quotes [write \"+-2\"]"},
    {"TwoSignsBeforeAFraction", in_file("process = { workers = +-2.5; };"),
     "3:error: a text must stand in quotes [write \"+-2.5\"]"},
    {"TrueAsAName", in_file("True = 1;"),
     "3:error: the name of a setting must stand here [write name = value;]"},
    {"FalseAsANameInAGroup", in_file("log = { false = 1; };"),
     "3:error: the name of a setting must stand here [write name = value;]"},
    {"DoubleSemicolon", in_file("log = { };;"),
     "3:error: nothing stands before this ';' [remove it]"},
    {"StrayCloser", in_file("};"),
     "3:error: nothing is open here that this '}' could close [remove it, or look for one too many "
     "above]"},
    {"ValueWithoutName", in_file("\"info\";"),
     "3:error: the name of a setting must stand here [write name = value;]"},
    {"UnclosedList", in_route("method = [ \"GET\", \"HEAD\";"),
     "1:error: the list 'method' opened here is never closed [a ']' is missing]"},
    {"DuplicateName", in_file("log = { };\nlog = { };"),
     "4:error: 'log' stands twice in this group [the other one is at test.conf:3]"},
    {"MixedArray", in_backend("check = { expect = [ 200, \"204\" ]; };"),
     "2:error: libconfig refuses this: mismatched element type in array"},
    {"UnsetEnvironment", in_file("log = { level = \"${env.STICKLER_NOT_SET}\"; };"),
     "3:error: the environment variable 'STICKLER_NOT_SET' is not set"},
    {"ByteOrderMark", "\xEF\xBB\xBF" + in_file(""),
     "1:warning: the file begins with a byte order mark, which other tools refuse [save it as "
     "UTF-8 "
     "without BOM]"},
    {"NulByte", std::string("log = \0{ };", 11),
     "0:error: cannot be read: it holds a NUL byte, so it is not a text"},
    {"NulEscape", in_file("log = { level = \"\\x00\"; };"), "3:error: a text cannot hold a NUL"},
};

INSTANTIATE_TEST_SUITE_P(Traps, Language, testing::ValuesIn(kCases),
                         [](const auto& tested) { return tested.param.name; });

TEST_F(Language, ReadsWhatLibconfigReads) {
  Config config = good(
      "# a comment\nlisteners: { web: { bind = \":\" /* joined */ \"80\",\n"
      "backend=\"app\" } } // and\r\nbackends = { app = { " +
      kServers + " } };");
  EXPECT_EQ(config.listeners.at(0).binds.at(0).text, ":80");
}

TEST_F(Language, ACommentMayEndTheFileWithoutALineEnd) {
  EXPECT_EQ(findings(in_file("") + "# the end"), "");
}

TEST_F(Language, ABooleanMayStandOnTheNextLine) {
  EXPECT_EQ(findings(in_backend("abort_on_close =\ntrue;")), "");
}

TEST_F(Language, EscapesMeanWhatTheyMeanToLibconfig) {
  Config config = good(in_route("answer = { body = \"\\x41\\t\\\"\\\\\\d\\n\"; };"));
  EXPECT_EQ(config.listeners.at(0).routes.at(0).answer->body, "A\t\"\\\\d\n");
}

TEST_F(Language, ARegularExpressionNeedsNoDoubledBackslash) {
  Config config = good(in_route("path_regex = \"/v\\d+/.*\\.pdf\";"));
  EXPECT_EQ(config.listeners.at(0).routes.at(0).path_regex, "/v\\d+/.*\\.pdf");
}

TEST_F(Language, TheEnvironmentFillsInValues) {
  ::setenv("STICKLER_TEST_ADDRESS", "192.0.2.7", 1);
  Config config = good(
      in_file("").replace(in_file("").find("10.0.0.1"), 8, "${env.STICKLER_TEST_ADDRESS}:8080"));
  EXPECT_EQ(config.backends.at(0).servers.at(0).address, "192.0.2.7:8080");
}

TEST_F(Language, TheGroupThatWasForgottenIsTheOneReported) {
  EXPECT_EQ(findings("backends = {\n  app = {\n    servers = {\n      one = { };\n  };\n};\n"),
            "3:error: the group 'servers' opened here is never closed [a '}' is missing before the "
            "end, line 6]");
}

TEST_F(Language, DeepNestingIsRefused) {
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "a = { ";
  EXPECT_EQ(findings(deep), "1:error: groups are nested more than 50 deep");
}

TEST_F(Language, ManyMistakesAreReportedInOneGo) {
  std::string text = in_file("timeouts = {\n  clinet = \"1m\";\n  server = 10;\n  queue = 5m;\n};");
  EXPECT_EQ(report(text), R"(test.conf:4: error: unknown setting 'timeouts.clinet'
    4 |   clinet = "1m";
      |   ^~~~~~  did you mean 'client'?
test.conf:5: error: timeouts.server = 10 has no unit
    5 |   server = 10;
      |            ^~  write "10m", "10s" or "10ms" (HAProxy would take milliseconds, nginx seconds)
test.conf:6: error: a duration must stand in quotes
    6 |   queue = 5m;
      |           ^~  write "5m"
test.conf: 3 errors; nothing was changed
)");
}

}  // namespace
}  // namespace stickler::config
