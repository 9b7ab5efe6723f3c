// SPDX-License-Identifier: MIT
#include "observe/stats_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "observe/page_fixture.h"

namespace stickler::observe {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class StatsPage : public testing::Test {
 protected:
  StatsPage() { page_.uri = "/haproxy"; }

  proxy::PageAnswer asked(const std::string& options, const std::string& query = "") {
    proxy::PageRequest request;
    request.settings = &page_;
    request.options = options;
    request.query = query;
    return stats_page(test::busy_snapshot(), request);
  }
  static std::string field(const proxy::PageAnswer& answer, const std::string& name) {
    const auto found = std::ranges::find(answer.fields, name, &config::NameValue::first);
    return found == answer.fields.end() ? "" : found->second;
  }

  config::Page page_;
};

TEST_F(StatsPage, IsHtmlThatMayFetchNothing) {
  const proxy::PageAnswer answer = asked("");
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(answer.body, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(field(answer, "Content-Security-Policy"),
              StartsWith("default-src 'none'; style-src 'sha256-"));
  EXPECT_EQ(field(answer, "X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(field(answer, "Referrer-Policy"), "no-referrer");
}

TEST_F(StatsPage, RefreshesItselfUnlessAskedNotTo) {
  EXPECT_EQ(field(asked(""), "Refresh"), "5; url=/haproxy");
  EXPECT_EQ(field(asked("up;server=a/b"), "Refresh"), "5; url=/haproxy;up;server=a/b");
  EXPECT_EQ(field(asked("norefresh"), "Refresh"), "");
  EXPECT_EQ(field(asked("json"), "Refresh"), "");
  page_.refresh = std::chrono::milliseconds(1500);
  EXPECT_EQ(field(asked(""), "Refresh"), "2; url=/haproxy");
  page_.refresh = kNoLimit;
  EXPECT_EQ(field(asked(""), "Refresh"), "");
}

TEST_F(StatsPage, IsJsonForPrograms) {
  const proxy::PageAnswer answer = asked("json;scope=nobody");
  EXPECT_EQ(answer.content_type, "application/json");
  const auto all = nlohmann::json::parse(answer.body);
  EXPECT_EQ(all["backends"].size(), 0U);
  EXPECT_EQ(all["warnings"].size(), 3U) << "these are about everything";
}

TEST_F(StatsPage, IsCsvForHaproxysTools) {
  const proxy::PageAnswer answer = asked("", "stats;csv");
  EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8");
  EXPECT_THAT(answer.body, StartsWith("# pxname,svname,"));
  EXPECT_THAT(answer.body, HasSubstr("\nserver-pro,ha-3,"));
  EXPECT_THAT(asked("csv;up").body, Not(HasSubstr("\nserver-pro,ha-3,")));
}

TEST_F(StatsPage, LeavesOutWhatIsNotAskedFor) {
  EXPECT_THAT(asked("up").body, Not(HasSubstr(">ha-3</a>")));
  EXPECT_THAT(asked("").body, HasSubstr(">ha-3</a>"));
}

}  // namespace
}  // namespace stickler::observe
