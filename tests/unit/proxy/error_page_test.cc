// SPDX-License-Identifier: MIT
#include "proxy/error_page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/error_pages.h"

namespace stickler::proxy {
namespace {

using testing::HasSubstr;
using testing::Not;

class ErrorPages : public testing::Test {
 protected:
  std::string body(unsigned status, std::string_view request_id = "id1") const {
    return error_page(listener_, status, request_id).body;
  }
  config::Listener listener_;
};

TEST_F(ErrorPages, SayWhatHappenedForEveryStatusWeAnswer) {
  for (unsigned status : config::kErrorStatuses) {
    EXPECT_THAT(body(status), HasSubstr("<h1>" + std::to_string(status) + " "));
    EXPECT_THAT(body(status), Not(HasSubstr("could not be served"))) << status;
  }
  EXPECT_THAT(body(599), HasSubstr("could not be served"));
}

TEST_F(ErrorPages, ReferToTheRequestIfItHasAnId) {
  EXPECT_THAT(body(503), HasSubstr("Reference: id1"));
  EXPECT_THAT(body(503, ""), Not(HasSubstr("Reference")));
}

TEST_F(ErrorPages, OfAnAdministratorComeInPlaceOfOurs) {
  listener_.error_pages = {{502, "f", "text/plain", "two"}, {503, "g", "application/json", "{}"}};
  EXPECT_EQ(body(502), "two");
  const ErrorPage page = error_page(listener_, 503, "id1");
  EXPECT_EQ(page.body, "{}");
  EXPECT_EQ(page.content_type, "application/json");
  EXPECT_THAT(body(504), HasSubstr("<h1>504"));
}

TEST_F(ErrorPages, HavePlaceholdersAndLeaveWhatIsTheirOwn) {
  listener_.error_pages = {
      {503, "f", "", "${request_id}:${status} ${request_id ${statusx} `${a}` ${${status}$"}};
  EXPECT_EQ(body(503), "id1:503 ${request_id ${statusx} `${a}` ${503$");
  EXPECT_EQ(body(503, ""), ":503 ${request_id ${statusx} `${a}` ${503$");
}

TEST_F(ErrorPages, AreNotLookedThroughTwice) {
  listener_.error_pages = {{503, "f", "", "<${request_id}>"}};
  EXPECT_EQ(body(503, "${status}"), "<${status}>");
}

}  // namespace
}  // namespace stickler::proxy
