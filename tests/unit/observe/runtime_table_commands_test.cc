// SPDX-License-Identifier: MIT
// The runtime socket's commands for stick tables: which words they take, and what they do to the
// tables. What their answers look like is tested with table_listing.
#include "observe/runtime_table_commands.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "net/event_loop.h"
#include "net/test_loop.h"
#include "observe/explain_fixture.h"
#include "observe/fake_administration.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

using balance::StickyTable;
using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// Notes what those are told who keep the same table.
class Others : public balance::TableSharing {
 public:
  bool answers() const override { return true; }
  bool answers_soon() const override { return true; }
  void propose(balance::Proposal proposal) override {
    if (proposal.kind == balance::Proposal::Kind::forget) forgotten.push_back(proposal.key);
  }
  void forget_all_of(std::optional<balance::ServerNumber>) override {}
  void when_settled(std::string_view, std::function<void()>) override {}
  void waited_in_vain() override {}
  Duration patience() const override { return {}; }

  std::vector<std::string> forgotten;
};

// Tables "t", "hidden", which is hashed, and "json".
class RuntimeTables : public ExplainTest, public net::test::TestLoop {
 protected:
  RuntimeTables() {
    given(
        "tables = { t = {}; hidden = { hashed = true; }; json = {}; };\n"
        "listeners = { web = { bind = \":80\"; backend = \"app\"; }; };\n"
        "backends = { app = { stick = { table = \"t\"; key = { query = \"k\"; }; };\n"
        "servers = { one = { address = \"10.0.0.1\"; }; }; }; };\n");
    program_.served = snapshot_;
  }

  std::string answer(std::string_view line) {
    program_.known.tables.clear();
    for (const std::string& name : tables().names()) {
      const StickyTable& table = *tables().find(name);
      program_.known.tables.push_back(
          {name, table.limits(), table.sharing() != nullptr, table.counts()});
    }
    RuntimeCommands commands(program_);
    return result_of(commands.run(split_line(line).front()));
  }
  json answer_json(std::string_view line) { return json::parse(answer(line)); }

  balance::StickTables& tables() { return *snapshot_->tables; }
  StickyTable& table(std::string_view name = "t") { return *tables().find(name); }
  void claim(StickyTable& table, std::string_view key, std::string_view server) {
    table.claim(key, tables().number_of(server), net::EventLoop::current().now());
  }
  // Of table t.
  std::vector<std::string> keys() {
    std::vector<std::string> all;
    for (const auto& entry : table().entries(100, net::EventLoop::current().now())) {
      all.push_back(entry.key);
    }
    std::ranges::sort(all);
    return all;
  }

  test::FakeAdministration program_;
};

TEST_F(RuntimeTables, AllAreShown) {
  claim(table(), "a", "one");
  EXPECT_THAT(answer("show table"),
              AllOf(HasSubstr("# table: t, type: string, size:100000, used:1\n# hits:0 "),
                    HasSubstr("# table: hidden, "), Not(HasSubstr("key="))));
  EXPECT_EQ(answer_json("show table json").size(), 3U);
}

TEST_F(RuntimeTables, AKeyIsShownOrAll) {
  claim(table(), "a", "one");
  claim(table(), "b c", "two");
  EXPECT_THAT(answer("show table t"), AllOf(HasSubstr("key=a "), HasSubstr("key=b%20c ")));
  EXPECT_THAT(answer("show table t key a"),
              AllOf(HasSubstr("server_key=one"), Not(HasSubstr("two"))));
  EXPECT_THAT(answer("show table t key b\\ c"), HasSubstr("key=b%20c "));
  EXPECT_THAT(answer("show table t key b%20c"), HasSubstr("key=b%20c "));
  EXPECT_THAT(answer("show table t key nobody"), Not(HasSubstr("key=")));
  EXPECT_EQ(answer_json("show table t json")["keys"].size(), 2U);
  EXPECT_EQ(answer_json("show table t key a json")["keys"][0]["server"], "one");
  EXPECT_THAT(answer_json("show table t key nobody json")["keys"], IsEmpty());
}

TEST_F(RuntimeTables, MayBeCalledJson) {
  claim(table("json"), "json", "one");
  EXPECT_EQ(answer_json("show table json json")["keys"].size(), 1U);
  EXPECT_THAT(answer("show table json key json"), HasSubstr("key=json "));
  EXPECT_EQ(answer_json("clear table json key json json")["forgotten"], 1);
}

TEST_F(RuntimeTables, AHashedKeyIsFoundByWhatItWas) {
  claim(table("hidden"), tables().hash()("secret"), "one");
  EXPECT_THAT(answer("show table hidden key secret"),
              AllOf(HasSubstr("server_key=one"), Not(HasSubstr("secret"))));
  EXPECT_EQ(answer("clear table hidden key secret"), "");
  EXPECT_EQ(table("hidden").counts().entries, 0U);
}

TEST_F(RuntimeTables, KeysAreForgottenInSilence) {
  for (const char* key : {"a", "b c", "d", "json"}) claim(table(), key, "one");
  claim(table(), "e", "two");
  EXPECT_EQ(answer("clear table t key a"), "");
  EXPECT_EQ(answer("clear table t key b%20c"), "");
  EXPECT_THAT(keys(), ElementsAre("d", "e", "json"));
  EXPECT_EQ(answer("clear table t key json"), "");
  EXPECT_EQ(answer("clear table t server app/one"), "");
  EXPECT_THAT(keys(), ElementsAre("e"));
  EXPECT_EQ(answer("clear table t"), "");
  EXPECT_THAT(keys(), IsEmpty());
}

TEST_F(RuntimeTables, ScriptsAreToldHowManyWereForgotten) {
  for (const char* key : {"a", "b", "c"}) claim(table(), key, "one");
  EXPECT_EQ(answer_json("clear table t key a json"), json({{"forgotten", 1}, {"shared", false}}));
  EXPECT_EQ(answer_json("clear table t key a json")["forgotten"], 0);
  EXPECT_EQ(answer_json("clear table t server one json")["forgotten"], 2);
  EXPECT_EQ(answer_json("clear table t json")["forgotten"], 0);
}

TEST_F(RuntimeTables, WhoSharesATableIsToldOfKeysThatAreNotHere) {
  Others others;
  table().share(&others, net::EventLoop::current().now());
  table("hidden").share(&others, net::EventLoop::current().now());
  EXPECT_EQ(answer_json("clear table t key a json"), json({{"forgotten", 0}, {"shared", true}}));
  EXPECT_THAT(others.forgotten, ElementsAre("a", tables().hash()("a")));
  others.forgotten.clear();
  EXPECT_EQ(answer("clear table hidden key secret"), "");
  EXPECT_THAT(others.forgotten, ElementsAre(tables().hash()("secret")));
  others.forgotten.clear();
  claim(table(), "a", "one");
  EXPECT_EQ(answer("clear table t key a"), "");
  EXPECT_THAT(others.forgotten, ElementsAre("a"));
  for (const char* each : {"t", "hidden"}) table(each).share(nullptr, {});
}

TEST_F(RuntimeTables, WhatIsNotThereIsRefused) {
  EXPECT_EQ(answer("show table nobody"), "No such table\n");
  EXPECT_EQ(answer("clear table nobody json"), "No such table\n");
  for (const char* wrong : {"t x", "t server one", "t key a b", "t key a json x"}) {
    EXPECT_THAT(answer(std::string("show table ") + wrong), StartsWith("usage: show table"))
        << wrong;
  }
  for (const char* wrong : {"", "t x", "t keys a", "t key a b", "t key a json x"}) {
    EXPECT_THAT(answer(std::string("clear table ") + wrong), StartsWith("usage: clear table"))
        << wrong;
  }
}

}  // namespace
}  // namespace stickler::observe
