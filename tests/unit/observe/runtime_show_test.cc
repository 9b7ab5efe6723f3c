// SPDX-License-Identifier: MIT
// The runtime socket's commands that show something: which words they take, and what becomes of
// them. What their answers look like is tested with those who make them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "config/config_files.h"
#include "net/test_loop.h"
#include "observe/date_text.h"
#include "observe/fake_administration.h"
#include "observe/runtime_commands.h"
#include "observe/stats_csv.h"
#include "observe/stats_fixture.h"

namespace stickler::observe {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class RuntimeShow : public config::ConfigFiles, public net::test::TestLoop {
 protected:
  RuntimeShow() { program_.known = test::an_hour_old(); }

  std::string answer(std::string_view line) {
    RuntimeCommands commands(program_);
    return result_of(commands.run(split_line(line).front()));
  }
  nlohmann::json json(std::string_view line) { return nlohmann::json::parse(answer(line)); }

  void note_error(std::string_view listener, std::string_view backend, std::string_view bytes) {
    proxy::BadMessage bad;
    bad.listener = listener;
    bad.backend = backend;
    bad.bytes = bytes;
    program_.captured.note(bad);
  }

  test::FakeAdministration program_;
};

TEST_F(RuntimeShow, InfoSpeaksOfTheProcess) {
  const std::string info = answer("show info");
  for (const char* line : {"Name: Stickler\n", "\nVersion: 1.2.3\n", "\nUptime: 0d 1h00m05s\n",
                           "\nUptime_sec: 3605\n", "\nCurrConns: 7\n", "\nMaxconn: 1000\n",
                           "\nnode: balancer\n", "\nListeners: 2\n", "\nPid: 4321\n"}) {
    EXPECT_THAT(info, HasSubstr(line));
  }
  EXPECT_THAT(answer("show info typed"), HasSubstr("\n3.Nbthread.1:CGS:u32:2\n"));
  EXPECT_EQ(json("show info json")[0]["value"]["value"], "Stickler");
  EXPECT_EQ(answer("show version"), "1.2.3\n");
}

TEST_F(RuntimeShow, StatIsCsvWithLegends) {
  EXPECT_EQ(answer("show stat"), stats_csv(program_.known, {.legends = true}));
  EXPECT_THAT(answer("show stat typed"), StartsWith("F.2.0.0.pxname.1:KNS:str:web\n"));
  EXPECT_EQ(json("show stat json").size(), 5U);
}

TEST_F(RuntimeShow, StatIsFilteredByHaproxysWords) {
  EXPECT_THAT(answer("show stat app 4 2"), AllOf(HasSubstr("\napp,s1,"), Not(HasSubstr(",s2,"))));
  EXPECT_THAT(answer("show stat 2 -1 -1"), AllOf(HasSubstr("\nweb,"), Not(HasSubstr("\napp,"))));
  EXPECT_EQ(json("show stat -1 2 -1 json").size(), 1U);
  EXPECT_EQ(json("show stat up json").size(), 3U);
  EXPECT_EQ(json("show stat -1 4 -1 no-maint json").size(), 2U);
  EXPECT_EQ(answer("show stat nobody 4 -1"), "No such proxy.\n");
  EXPECT_EQ(answer("show stat 99 4 -1"), "No such proxy.\n");
}

TEST_F(RuntimeShow, StatLeavesAloneWhatItDoesNotKnow) {
  EXPECT_EQ(answer("show stat bogus"), answer("show stat"));
  EXPECT_EQ(answer("show stat app 4"), answer("show stat"));
  EXPECT_EQ(answer("show stat json up no-maint"), answer("show stat up json"));
}

TEST_F(RuntimeShow, ServersOfOneBackendOrAll) {
  EXPECT_THAT(answer("show servers state"), StartsWith("1\n# be_id "));
  EXPECT_THAT(answer("show servers state app"), HasSubstr("\n3 app 2 s1 "));
  EXPECT_EQ(answer("show servers state nobody"), "Can't find backend.\n");
  EXPECT_THAT(answer("show servers conn app"), HasSubstr("\napp/s1 3/2 10.0.0.1 80 - "));
  EXPECT_EQ(answer("show servers conn nobody"), "Can't find backend.\n");
  EXPECT_EQ(answer("show backend"), "# name\napp\n");
}

TEST_F(RuntimeShow, ServersForScripts) {
  const auto servers = json("show servers json");
  ASSERT_EQ(servers.size(), 3U);
  EXPECT_EQ(servers[0]["status"], "UP");
  EXPECT_EQ(servers[0]["active"], 4);
  EXPECT_EQ(servers[0]["check"]["result"], "L7OK");
  EXPECT_EQ(servers[0]["maxconn"], nullptr);
  EXPECT_EQ(servers[1]["downtime"], 90.0);
  EXPECT_EQ(servers[2]["check"], nullptr);
}

TEST_F(RuntimeShow, SessionsThatAreOpen) {
  EXPECT_EQ(answer("show sess"), "");
  program_.open.emplace_back().listener = "web";
  EXPECT_THAT(answer("show sess"), StartsWith("0x1: "));
  EXPECT_EQ(json("show sess json")[0]["listener"], "web");
}

TEST_F(RuntimeShow, ErrorsOfWhomOneAsksFor) {
  note_error("web", "", "from a client");
  note_error("web", "app", "from a server");
  EXPECT_THAT(answer("show errors"), AllOf(HasSubstr("client"), HasSubstr("] : 2\n")));
  EXPECT_THAT(answer("show errors request"), Not(HasSubstr("from a server")));
  EXPECT_THAT(answer("show errors response"), Not(HasSubstr("from a client")));
  EXPECT_THAT(answer("show errors app"), Not(HasSubstr("from a client")));
  EXPECT_THAT(answer("show errors 2 request"), HasSubstr("from a client"));
  EXPECT_EQ(answer("show errors -1 response"), answer("show errors response"));
  EXPECT_EQ(json("show errors json request").size(), 1U);
  EXPECT_EQ(answer("show errors nobody"), "No such proxy.\n");
}

TEST_F(RuntimeShow, EventsWithTheSessionsThatMoved) {
  program_.known.events.push_back({test::kNow, Event::Weight::warning, "a is DOWN\nreally\n"});
  program_.known.moves.push_back(
      {test::kNow + std::chrono::seconds(1), 1, "app", "s2", "s1", "s2 is down", "GET / HTTP/1.1"});
  EXPECT_EQ(answer("show events"),
            "[" + log_date(test::kNow + std::chrono::seconds(1)) +
                "] move a session of app moved from s2 to s1: s2 is down: GET / HTTP/1.1\n[" +
                log_date(test::kNow) + "] warning a is DOWN | really\n");
  EXPECT_EQ(json("show events json")[1]["kind"], "warning");
}

TEST_F(RuntimeShow, ConfigWithItsPlaces) {
  program_.effective = {{"timeouts.client", "\"1m\"", "default"}};
  EXPECT_EQ(answer("show config"), "timeouts.client = \"1m\"  # default\n");
  EXPECT_EQ(json("show config json")[0]["origin"], "default");
}

TEST_F(RuntimeShow, HelpNamesWhatBeginsAlike) {
  EXPECT_THAT(answer("show"), AllOf(HasSubstr("  show stat "), Not(HasSubstr("  drain "))));
  EXPECT_THAT(answer("show servers"), HasSubstr("  show servers state "));
  EXPECT_THAT(answer("help"), AllOf(HasSubstr("  quit "), HasSubstr("  prompt ")));
}

}  // namespace
}  // namespace stickler::observe
