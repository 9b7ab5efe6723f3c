// SPDX-License-Identifier: MIT
// Words of HAProxy that are not steering, but that its users and tools will type.
#include "observe/runtime_server_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_loop.h"
#include "observe/explain_fixture.h"
#include "observe/fake_administration.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class RuntimeServerCommands : public ExplainTest, public net::test::TestLoop {
 protected:
  RuntimeServerCommands() {
    given("", "");
    program_.served = snapshot_;
  }

  std::string answer(std::string_view line) {
    RuntimeCommands commands(program_);
    return result_of(commands.run(split_line(line).front()));
  }

  test::FakeAdministration program_;
};

TEST_F(RuntimeServerCommands, WeightsCanBeSetAndAskedForAsOfOld) {
  EXPECT_EQ(answer("set weight app/one 7"), "");
  EXPECT_EQ(answer("set weight app/one 100%"), "");
  EXPECT_THAT(program_.weights, ElementsAre(7U, 1U));
  EXPECT_EQ(answer("set weight app/one"), "Require <weight> or <weight%>.\n");
  EXPECT_EQ(answer("set weight app/nobody 7"), "No such server.\n");
  EXPECT_EQ(answer("get weight app/two"), "1 (initial 1)\n");
  EXPECT_EQ(answer("get weight"), "No such server.\n");
}

TEST_F(RuntimeServerCommands, TunnelsCanBeEnded) {
  EXPECT_EQ(answer("shutdown sessions server app/two"), "");
  EXPECT_THAT(program_.ended, ElementsAre("two"));
  EXPECT_EQ(answer("shutdown sessions server app/nobody"), "No such server.\n");
  EXPECT_EQ(answer("shutdown sessions server"), "Require 'backend/server'.\n");
}

TEST_F(RuntimeServerCommands, SayWhatToDoInsteadOfWhatIsNotThere) {
  EXPECT_EQ(answer("set server app/one health up"),
            "'set server <srv> health' is not there: a server is as healthy as its checks find it; "
            "state drain or maint take it out.\n");
  for (const char* what : {"agent", "check-port", "fqdn", "ssl"}) {
    EXPECT_THAT(answer(std::string("set server app/one ") + what),
                StartsWith(std::string("'set server <srv> ") + what + "' is not there: "));
  }
  EXPECT_THAT(answer("set server app/one nonsense"), StartsWith("usage: set server"));
  EXPECT_THAT(answer("clear counters all"), StartsWith("Counters are not cleared"));
  EXPECT_EQ(answer("set timeout cli 60"), "");
}

}  // namespace
}  // namespace stickler::observe
