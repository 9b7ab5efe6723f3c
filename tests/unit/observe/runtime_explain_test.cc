// SPDX-License-Identifier: MIT
// The runtime socket's `explain`: the words of the command line, there and back.
#include "observe/runtime_explain.h"

#include "net/test_loop.h"
#include "observe/explain_fixture.h"
#include "observe/fake_administration.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

class RuntimeExplain : public ExplainTest, public net::test::TestLoop {
 protected:
  std::string answer(const Words& words) {
    test::FakeAdministration administration;
    administration.served = snapshot_;
    RuntimeCommands commands(administration);
    return result_of(commands.run(words));
  }
};

TEST_F(RuntimeExplain, AnswersAsTheCommandLineDoes) {
  given("", "cookie = { name = \"N\"; };");
  EXPECT_THAT(answer({"explain", "http://a/", "--cookie", "N=two"}),
              testing::HasSubstr("\nanswer    two"));
  EXPECT_THAT(answer({"explain", "--json", "POST", "http://a/"}),
              testing::HasSubstr("\"request\": \"POST http://a/\""));
}

TEST_F(RuntimeExplain, UnderstandsEveryWordOfTheCommandLine) {
  given("routes = { post = { method = \"PUT\"; field = { X = \"a b\"; }; server = \"one\"; }; };",
        "");
  const ExplainWords words{.method = "PUT",
                           .url = "http://a/",
                           .headers = {"X: a b"},
                           .cookies = {"a=1"},
                           .client = "10.1.2.3",
                           .listener = "web",
                           .down = {"one"},
                           .drain = {"two"},
                           .maint = {"three"}};
  EXPECT_EQ(explain_command(words, true),
            (Words{"explain", "PUT", "http://a/", "--json", "--client", "10.1.2.3", "--listener",
                   "web", "--header", "X: a b", "--cookie", "a=1", "--down", "one", "--drain",
                   "two", "--maint", "three"}));
  const std::string said = answer(explain_command(words, false));
  EXPECT_THAT(said, testing::HasSubstr("request   PUT http://a/ from 10.1.2.3\n"));
  EXPECT_THAT(said,
              testing::HasSubstr("503 Service Unavailable   reason: route post: one is down"));
}

TEST_F(RuntimeExplain, SaysWhyNothingIsExplained) {
  given("", "");
  const std::pair<Words, const char*> kRefused[] = {
      {{"explain"}, "not explained: [METHOD] URL is needed\n"},
      {{"explain", "a", "b", "c"}, "not explained: [METHOD] URL is needed\n"},
      {{"explain", "http://a/", "--cookie"},
       "not explained: '--cookie' is no option, or lacks its value\n"},
      {{"explain", "http://a/", "--nonsense", "1"},
       "not explained: '--nonsense' is no option, or lacks its value\n"},
      {{"explain", "nonsense"}, "not explained: 'nonsense' is no URL: write https://host/path\n"},
      {{"explain", "http://a:1/"},
       "not explained: no listener has port 1 (there are web :80): name one with --listener\n"}};
  for (const auto& [words, said] : kRefused) EXPECT_EQ(answer(words), said);
}

}  // namespace
}  // namespace stickler::observe
