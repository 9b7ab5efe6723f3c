// SPDX-License-Identifier: MIT
#include "observe/stats_options.h"

#include <gtest/gtest.h>

#include "observe/page_fixture.h"

namespace stickler::observe {
namespace {

using Form = StatsOptions::Form;

TEST(StatsOptions, AreHaproxysWordsBehindThePath) {
  EXPECT_EQ(parse_stats_options("", ""), StatsOptions{});
  EXPECT_EQ(parse_stats_options("csv", "").form, Form::csv);
  EXPECT_EQ(parse_stats_options("json", "").form, Form::json);
  const StatsOptions all = parse_stats_options("up;no-maint;norefresh;scope=Pro", "");
  EXPECT_TRUE(all.hide_down && all.hide_maint && !all.refresh);
  EXPECT_EQ(all.scope, "Pro");
  EXPECT_EQ(parse_stats_options("server=app/s1", "").server, "app/s1");
}

TEST(StatsOptions, AreTakenBehindTheQuestionMarkToo) {
  EXPECT_EQ(parse_stats_options("", "stats;csv").form, Form::csv);
  EXPECT_EQ(parse_stats_options("", "stats;csv;norefresh").refresh, false);
  EXPECT_EQ(parse_stats_options("", "stats&scope=web").scope, "web");
}

TEST(StatsOptions, AreIgnoredIfNobodyKnowsThem) {
  EXPECT_EQ(parse_stats_options(";;CSV;st=DENY;scope;a=b&;", "=&&;"), StatsOptions{});
}

TEST(StatsOptions, CanBeWrittenAgain) {
  EXPECT_EQ(to_text(StatsOptions{}), "");
  for (const char* text : {";csv", ";json;scope=a", ";up;no-maint;scope=x;server=a/b;norefresh"}) {
    EXPECT_EQ(to_text(parse_stats_options(text, "")), text);
  }
}

std::vector<std::string> shown(const char* options) {
  StatsSnapshot stats = test::busy_snapshot();
  stats.backends[0].servers[1].availability = balance::Availability::maint;
  narrow(parse_stats_options(options, ""), stats);
  std::vector<std::string> names;
  for (const ListenerStats& listener : stats.listeners) names.push_back(listener.name);
  for (const BackendStats& backend : stats.backends) {
    for (const ServerStats& server : backend.servers) names.push_back(server.name);
  }
  for (const TableStats& table : stats.tables) names.push_back(table.name);
  return names;
}

TEST(StatsOptions, NarrowWhatIsShown) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(shown(""), (Names{"https", "ha-1", "ha-2", "ha-3", "clients", "projects"}));
  EXPECT_EQ(shown("up"), (Names{"https", "ha-1", "clients", "projects"}));
  EXPECT_EQ(shown("no-maint"), (Names{"https", "ha-1", "ha-3", "clients", "projects"}));
  EXPECT_EQ(shown("scope=HTTP"), (Names{"https"}));
  EXPECT_EQ(shown("scope=er-pr"), (Names{"ha-1", "ha-2", "ha-3"}));
  EXPECT_EQ(shown("scope=JECT"), (Names{"projects"}));
  EXPECT_EQ(shown("scope=nobody"), Names{});
}

}  // namespace
}  // namespace stickler::observe
