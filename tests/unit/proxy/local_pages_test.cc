// SPDX-License-Identifier: MIT
#include "proxy/local_pages.h"

#include <gtest/gtest.h>

namespace stickler::proxy {
namespace {

config::Page page_at(const std::string& uri) {
  config::Page page;
  page.uri = uri;
  return page;
}

TEST(LocalPages, AreAtTheExactPathOrBehindIt) {
  config::Listener listener;
  EXPECT_FALSE(find_page(listener, "/haproxy"));
  listener.stats = page_at("/haproxy");
  listener.metrics = page_at("/metrics");
  EXPECT_EQ(find_page(listener, "/haproxy")->kind, PageRequest::Kind::stats);
  EXPECT_EQ(find_page(listener, "/haproxy;csv;norefresh")->options, "csv;norefresh");
  EXPECT_EQ(find_page(listener, "/metrics")->kind, PageRequest::Kind::metrics);
  for (const char* other : {"/", "/haproxy/", "/haproxyx", "/Haproxy", "/haprox", "*", ""}) {
    EXPECT_FALSE(find_page(listener, other)) << other;
  }
}

class PagePassword : public testing::Test {
 protected:
  PagePassword() {
    page_.password_file = "some file";
    page_.accounts = {{"admin", "secret"}, {"ann", "p:w"}};
  }
  bool opens(const std::string& authorization, const std::string& field = "Authorization") {
    std::vector<http::Field> fields{{"Host", "x", http::FieldId::host},
                                    {field, authorization, http::FieldId::other}};
    return may_see(page_, fields);
  }

  config::Page page_;
};

TEST_F(PagePassword, IsTakenAsBasicAuthorization) {
  EXPECT_TRUE(opens("Basic YWRtaW46c2VjcmV0"));
  EXPECT_TRUE(opens("basic YWRtaW46c2VjcmV0", "authorization"));
  EXPECT_TRUE(opens("Basic YW5uOnA6dw=="));  // ann:p:w
}

TEST_F(PagePassword, IsWrongWhateverElseItIs) {
  for (const char* wrong : {"", "Basic", "Basic ", "Bearer YWRtaW46c2VjcmV0",
                            "Basic YWRtaW46c2VjcmV1", "Basic YWRtaW4=", "Basic !!!!",
                            "Basic YWRtaW46c2VjcmV0YWRt", "Basic ====", "YWRtaW46c2VjcmV0"}) {
    EXPECT_FALSE(opens(wrong)) << wrong;
  }
  EXPECT_FALSE(opens("Basic " + std::string(100'000, 'A')));
  EXPECT_FALSE(may_see(page_, {}));
}

TEST_F(PagePassword, IsNotAskedForWithoutAFile) {
  page_.password_file.clear();
  EXPECT_TRUE(may_see(page_, {}));
}

}  // namespace
}  // namespace stickler::proxy
