// SPDX-License-Identifier: MIT
#include "observe/stats_html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <re2/re2.h>

#include "observe/cluster_fixture.h"
#include "observe/page_fixture.h"
#include "observe/page_words.h"

namespace stickler::observe {
namespace {

using test::words_of;
using testing::HasSubstr;
using testing::Not;

std::string page_of(const StatsSnapshot& stats, const StatsOptions& options) {
  config::Page page;
  page.uri = "/haproxy";
  return stats_html({stats, stats_warnings(stats), options, page});
}

std::string page_of(const StatsSnapshot& stats, const std::string& options = "") {
  return page_of(stats, parse_stats_options(options, ""));
}

std::string busy_words() { return words_of(page_of(test::busy_snapshot())); }

TEST(StatsHtml, SaysWhatTheProgramIsDoing) {
  const std::string words = busy_words();
  EXPECT_THAT(words, HasSubstr("|(3) lb1 – Stickler|"));
  EXPECT_THAT(words, HasSubstr("|Stickler|1.2.3 on lb1|"));
  EXPECT_THAT(words, HasSubstr("|Connections|412|of 30.0 k, highest 1024|"));
  EXPECT_THAT(words, HasSubstr("|Sticky sessions|90|"));
  EXPECT_THAT(words, HasSubstr("|Running for|12 d|2 workers, pid 4321|"));
  EXPECT_THAT(words, HasSubstr("|done|"));
}

TEST(StatsHtml, SaysWhatEachListenerDoes) {
  EXPECT_THAT(busy_words(), HasSubstr("|https|:443 TLS|0|0|0|412|0|0|0 %|0.3 %|200|81.0 %|0|"));
}

TEST(StatsHtml, SaysWhatEachServerDoes) {
  const std::string words = busy_words();
  // 53 in this second, and of 72 in the second before what may still come in its last quarter.
  EXPECT_THAT(words, HasSubstr("|ha-1|10.0.0.1:80|▲ UP|3 d 4 h|96|104|12|40 of 100|0|0|71|142|"));
  EXPECT_THAT(words, HasSubstr("|7|0|4.1 MB|0 B|"));
  EXPECT_THAT(words, HasSubstr("|ha-2|10.0.0.1:80|◆ DRAIN|3 d 4 h|"));
  EXPECT_THAT(words, HasSubstr("|ha-3|10.0.0.1:80|▼ DOWN|13 min|,|1 of 2 passed|"));
  EXPECT_THAT(words, HasSubstr("|2 s ago|: HEAD /status: 503 in 12 ms|13 min|1|"));
  EXPECT_THAT(words, HasSubstr("|All of server-pro|▲ UP|12 d|"));
}

TEST(StatsHtml, SaysWhatAServerIsBesides) {
  StatsSnapshot stats = test::busy_snapshot();
  ServerStats& server = stats.backends[0].servers[0];
  server.backup = true;
  server.weight = 10;
  server.address.clear();
  server.configured = "web:80";
  server.checked = false;
  server.health = backend::Health::unknown;
  server.availability = balance::Availability::unknown;
  const std::string words = words_of(page_of(stats, "server=server-pro/ha-1"));
  EXPECT_THAT(words, HasSubstr("|ha-1|web:80, backup, weight 10|? NOT CHECKED|"));
  EXPECT_THAT(words, HasSubstr("|not checked|0 s|0|"));
  EXPECT_THAT(words, HasSubstr("|Address|web:80, not resolved|"));
  EXPECT_THAT(words, HasSubstr("|Weight|10, in the file 1, backup|"));
}

TEST(StatsHtml, HasEverythingAboutAServerBehindItsName) {
  const StatsSnapshot stats = test::busy_snapshot();
  EXPECT_THAT(page_of(stats, "up"),
              HasSubstr("<a href=\"/haproxy;up;server=server-pro/ha-1#server-pro/ha-1\">ha-1</a>"));
  EXPECT_THAT(page_of(stats), Not(HasSubstr("<article")));

  const std::string html = page_of(stats, "server=server-pro/ha-1");
  EXPECT_THAT(html, HasSubstr("<article class=\"details\" id=\"server-pro/ha-1\">"));
  EXPECT_THAT(html, HasSubstr("<a href=\"/haproxy#server-pro\">Close</a>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"/haproxy#server-pro\">ha-1</a>"));
  EXPECT_THAT(words_of(html), HasSubstr("|Requests|12345|The last one|just now|"));
  EXPECT_THAT(words_of(html), HasSubstr("|passed|L7OK|200|3.0 ms|HEAD /status: 200 in 3 ms|"));
  const std::string failed = words_of(page_of(stats, "server=server-pro/ha-3"));
  EXPECT_THAT(failed, HasSubstr("|failed|L7STS|503|3.0 ms|HEAD /status: 503 in 12 ms|"));
  EXPECT_THAT(page_of(stats, "server=server-pro/nobody"), Not(HasSubstr("<article")));
}

TEST(StatsHtml, ShowsEachCheckAsABar) {
  const std::string html = page_of(test::busy_snapshot());
  EXPECT_THAT(html, HasSubstr("aria-label=\"1 of the last 2 checks failed\"><i class=\"failed\" "));
  EXPECT_THAT(html, HasSubstr("aria-label=\"0 of the last 2 checks failed\"><i title="));
}

TEST(StatsHtml, ABackendThatOnlyServesOldSessionsDrains) {
  StatsSnapshot stats = test::busy_snapshot();
  stats.backends[0].servers[0].weight = 0;
  EXPECT_THAT(words_of(page_of(stats)), HasSubstr("|All of server-pro|◆ DRAIN|90|"));
  stats.backends[0].servers[0].availability = balance::Availability::down;
  stats.backends[0].servers[1].availability = balance::Availability::down;
  EXPECT_THAT(words_of(page_of(stats)), HasSubstr("|All of server-pro|▼ DOWN|12 d|"));
}

TEST(StatsHtml, SaysHowFullStickTablesAre) {
  const std::string words = busy_words();
  EXPECT_THAT(words, HasSubstr("|clients|500 keys, idle 30 min|2|0.4 %|4|2|2|0|0|0|–|"));
  EXPECT_THAT(words, HasSubstr("|projects|100 k keys, idle 30 min, age 1 d, shared|40.0 k|40.0 %|"
                               "81.2 k|41.0 k|40.9 k|7|12|3|2|"));
  StatsSnapshot stats = test::busy_snapshot();
  stats.tables.clear();
  EXPECT_THAT(page_of(stats), Not(HasSubstr("Stick tables")));
}

TEST(StatsHtml, SaysHowItGoesWithRedis) {
  StatsSnapshot stats = test::busy_snapshot();
  EXPECT_THAT(words_of(page_of(stats)),
              HasSubstr("|Stick tables|▲ SHARED|3 h|Redis at 10.0.0.9:6379, lag 0.4 ms, 1 other "
                        "balancer, nothing waits; so far 5 decided alone, 2 corrected|"));
  stats.sharing->decided_alone = stats.sharing->corrected = 0;
  stats.sharing->state = cluster::SharingReport::State::settling;
  EXPECT_THAT(
      words_of(page_of(stats)),
      HasSubstr("|◆ SETTLING|3 h|Redis at 10.0.0.9:6379 answers again: what is known here is "
                "told first, nothing waits|"));
  stats.sharing = test::alone_at(test::kMoment);
  EXPECT_THAT(
      words_of(page_of(stats)),
      HasSubstr("|▼ ALONE|45 s|Redis at 10.0.0.9:6379 does not answer (connection refused): "
                "each balancer decides by itself; so far "));
  stats.sharing.reset();
  EXPECT_THAT(page_of(stats), Not(HasSubstr("<p class=\"line\">")));
}

TEST(StatsHtml, TablesAreCalledByTheirHeadings) {
  const std::string html = page_of(test::busy_snapshot());
  for (const char* id : {"server-pro", "/listeners", "/tables"}) {
    EXPECT_THAT(html, HasSubstr("<h2 id=\"" + std::string(id) + "\">"));
    EXPECT_THAT(html, HasSubstr(" aria-labelledby=\"" + std::string(id) + "\">"));
  }
}

TEST(StatsHtml, TellsWhatHappened) {
  const std::string words = busy_words();
  EXPECT_THAT(words, HasSubstr("|server server-pro/ha-3 is DOWN|"));
  EXPECT_THAT(words, HasSubstr("|session …f3a1 of server-pro:|ha-3 → ha-1|redispatched: ha-3 is "
                               "down|GET /project HTTP/1.1|"));
}

TEST(StatsHtml, HidesOldNewsUntilAskedFor) {
  StatsSnapshot stats = test::busy_snapshot();
  stats.events.resize(30, stats.events.front());
  EXPECT_THAT(words_of(page_of(stats)), HasSubstr("|22 older|"));
  EXPECT_THAT(busy_words(), Not(HasSubstr("older")));
}

TEST(StatsHtml, LeadsToItsOtherForms) {
  const std::string html = page_of(test::busy_snapshot(), "scope=pro");
  EXPECT_THAT(html, HasSubstr("<a href=\"/haproxy;scope=pro;norefresh\">Stop refreshing</a>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"/haproxy;up;scope=pro\">Hide servers that are down</a>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"/haproxy;csv;scope=pro\">CSV</a>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"/haproxy;json;scope=pro\">JSON</a>"));
  const std::string calm = page_of(test::busy_snapshot(), "norefresh;up");
  EXPECT_THAT(calm, HasSubstr("<a href=\"/haproxy;up\">Refresh by itself</a>"));
  EXPECT_THAT(calm, HasSubstr("<a href=\"/haproxy;norefresh\">Show all servers</a>"));
}

TEST(StatsHtml, IsWholeBeforeAnythingHasHappened) {
  const std::string words = words_of(page_of(StatsSnapshot{}));
  EXPECT_THAT(words, HasSubstr("|Nothing has happened yet.|"));
  EXPECT_THAT(words, HasSubstr("|No session had to move.|"));
}

// ---- texts from outside ----

void call_everything(const std::string& text, cluster::ClusterReport& report) {
  report.name = report.monitor = report.etcd = report.trouble = text;
  for (cluster::NodeReport& node : report.nodes) {
    node.id = node.urls.local_node_url = node.trouble = text;
  }
  for (auto& [state, since] : report.buckets) state.owner = state.next = text;
  for (cluster::BalancerReport& balancer : report.balancers) balancer.name = text;
}

void call_everything(const std::string& text, StatsSnapshot& stats) {
  ProcessStats& process = stats.process;
  process.reload.ok = false;
  for (std::string* each : {&process.version, &process.node, &process.reload.text}) *each = text;
  for (ListenerStats& listener : stats.listeners) {
    listener.name = listener.binds[0] = listener.certificates[0].name = text;
  }
  for (BackendStats& backend : stats.backends) {
    backend.name = backend.cookie = text;
    for (ServerStats& server : backend.servers) {
      server.name = server.address = server.cookie = text;
      server.configured = text + ".";
      for (backend::CheckRecord& check : server.checks) check.verdict.text = text;
      server.last_failure.verdict.text = text;
    }
  }
  for (TableStats& table : stats.tables) table.name = text;
  stats.sharing->state = cluster::SharingReport::State::alone;
  stats.sharing->address = stats.sharing->trouble = text;
  for (cluster::ClusterReport& report : stats.clusters) call_everything(text, report);
  for (Event& event : stats.events) event.text = text;
  for (Move& move : stats.moves) {
    move.backend = move.from = move.to = move.reason = move.request = text;
  }
}

// Tags with the names of their attributes, in order.
std::string skeleton(std::string html) {
  RE2::GlobalReplace(&html, "\"[^\"]*\"", "\"\"");
  RE2::GlobalReplace(&html, ">[^<]*<", "><");
  return html;
}

TEST(StatsHtml, StaysAsItIsWhateverTextsComeFromOutside) {
  StatsSnapshot stats = test::busy_snapshot();
  stats.clusters = {test::busy_cluster(16), test::busy_cluster(4096)};
  call_everything("harmless", stats);
  const std::string expected = skeleton(page_of(stats, "server=harmless/harmless"));
  for (const char* hostile :
       {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)",
        "</style></title><svg/onload=alert(1)>", "<!--", "]]>", "&lt;b&gt;", "\xff\xfe<b>"}) {
    call_everything(hostile, stats);
    StatsOptions options;
    options.scope = hostile;
    options.server = std::string(hostile) + "/" + hostile;
    const std::string page = page_of(stats, options);
    EXPECT_EQ(skeleton(page), expected) << hostile;
    EXPECT_THAT(page, Not(HasSubstr(hostile))) << "not a single time";
  }
}

}  // namespace
}  // namespace stickler::observe
