// SPDX-License-Identifier: MIT
// Sessions: the cookie, and what becomes of them when their server is down.
#include "translation.h"

namespace stickler::haproxy {
namespace {

using namespace std::chrono_literals;

class Sessions : public Translating {
 protected:
  config::Cookie cookie(const std::string& words) const {
    return *backend_with(" cookie " + words + "\n").cookie;
  }
  static std::string with_values(const std::string& one, const std::string& two) {
    return "listen app\n mode http\n bind :80\n cookie S insert\n server one 10.0.0.1:80 " + one +
           "\n server two 10.0.0.2:80 " + two + "\n";
  }
};

TEST_F(Sessions, EveryOptionOfTheCookieIsTranslated) {
  config::Cookie all = cookie(
      "SRV insert indirect nocache preserve httponly secure maxidle 30m maxlife "
      "86400 domain .a.example domain b.example attr \"SameSite=None\"");
  EXPECT_EQ(all.name, "SRV");
  EXPECT_TRUE(all.nocache);
  EXPECT_TRUE(all.preserve);
  EXPECT_EQ(all.httponly, true);
  EXPECT_EQ(all.secure, config::Cookie::Secure::always);
  EXPECT_EQ(all.maxidle, 30min);
  EXPECT_EQ(all.maxlife, 24h);
  EXPECT_THAT(all.domains, testing::ElementsAre(".a.example", "b.example"));
  EXPECT_EQ(all.samesite, config::Cookie::SameSite::none);
}

TEST_F(Sessions, WhatIsNotWrittenIsStickler) {
  config::Cookie usual = cookie("SRV insert");
  EXPECT_EQ(usual.secure, config::Cookie::Secure::automatic);
  EXPECT_EQ(usual.httponly, std::nullopt);
  EXPECT_EQ(usual.maxidle, kNoLimit);
}

struct RefusedCookie {
  std::string words;
  std::string why;
};
class RefusedCookies : public Sessions, public testing::WithParamInterface<RefusedCookie> {};
TEST_P(RefusedCookies, AreComplaints) {
  EXPECT_THAT(complaints(in_listen(" cookie " + GetParam().words + "\n")),
              testing::StartsWith("6: " + GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(
    Cookie, RefusedCookies,
    testing::Values(
        RefusedCookie{"", "cookie: \"\" cannot be the name"},
        RefusedCookie{"S", "cookie S: Stickler inserts a cookie of its own"},
        RefusedCookie{"S prefix", "cookie S: Stickler inserts"},
        RefusedCookie{"S rewrite", "cookie S: Stickler inserts"},
        RefusedCookie{"S insert dynamic", "dynamic: the cookie holds a server's name"},
        RefusedCookie{"S insert postonly", "postonly: the cookie is set with the first"},
        RefusedCookie{"S insert attr Partitioned", "attr Partitioned: the cookie has no"},
        RefusedCookie{"S insert attr SameSite=x", "cookie S insert attr SameSite=x: backends."},
        RefusedCookie{"S insert maxidle x", "maxidle x: it is no time"},
        RefusedCookie{"S insert frob", "frob: the import does not know it"}));

TEST_F(Sessions, ValuesAreThoseOfTheServers) {
  config::Backend app = backend(with_values("cookie a", "cookie two"));
  EXPECT_EQ(app.servers[0].cookie, "a");
  EXPECT_EQ(app.servers[1].cookie, "two");
}

TEST_F(Sessions, AServerWithoutAValueIsStickyByItsName) {
  config::Backend app = backend(with_values("cookie two", ""));
  EXPECT_EQ(app.servers[0].cookie, "two");
  EXPECT_EQ(app.servers[1].cookie, "two-2");
}

TEST_F(Sessions, TwoServersOfOneValueAreAComplaint) {
  EXPECT_THAT(complaints(with_values("cookie a", "cookie a")),
              testing::StartsWith("6: cookie a: another server has that value"));
  config_of(with_values("cookie a", "cookie a"));
}

TEST_F(Sessions, WithoutACookieValuesMeanNothing) {
  EXPECT_EQ(backend("listen app\n mode http\n bind :80\n server a 10.0.0.1:80 cookie x\n"
                    " server b 10.0.0.2:80 cookie x\n")
                .cookie,
            std::nullopt);
}

TEST_F(Sessions, OptionPersistMeansFail) {
  using enum config::Backend::OnDown;
  EXPECT_EQ(backend_with(" cookie S insert\n option persist\n").on_down, fail);
  EXPECT_EQ(backend_with(" cookie S insert\n option persist\n option redispatch\n").on_down,
            redispatch);
  EXPECT_EQ(backend_with(" option persist\n").on_down, redispatch);
}

TEST_F(Sessions, TablesAreComplaints) {
  for (const char* line :
       {"stick-table type ip size 1m", "stick on src", "stick store-request src"}) {
    EXPECT_THAT(complaints(in_listen(std::string(" ") + line + "\n")),
                testing::StartsWith("6: " + std::string(line) + ": write it as tables and"));
  }
}

}  // namespace
}  // namespace stickler::haproxy
