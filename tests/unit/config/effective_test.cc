// SPDX-License-Identifier: MIT
#include "config/effective.h"

#include "config/config_files.h"

namespace stickler::config {
namespace {

class Effective : public ConfigFiles {
 protected:
  void given(const std::string& text) {
    LoadResult loaded = load_text(text);
    EXPECT_NE(loaded.config, nullptr) << report(loaded);
    settings_ = std::move(loaded.effective);
  }

  // "\":80\" test.conf:1"; "" : it is not there.
  std::string of(const std::string& path) const {
    for (const EffectiveSetting& setting : settings_) {
      if (setting.path != path) continue;
      const std::size_t folder = setting.origin.rfind('/');
      return setting.value + " " +
             setting.origin.substr(folder == std::string::npos ? 0 : folder + 1);
    }
    return "";
  }

  std::vector<EffectiveSetting> settings_;
};

TEST_F(Effective, SettingsHaveTheirPlaceInTheFile) {
  given(in_listener("forwarded = { trust = [ \"10.0.0.0/8\", \"::1\" ];\n proto = false; };"));
  EXPECT_EQ(of("listeners.web.bind"), "\":80\" test.conf:1");
  EXPECT_EQ(of("listeners.web.forwarded.trust"), "[\"10.0.0.0/8\", \"::1\"] test.conf:1");
  EXPECT_EQ(of("listeners.web.forwarded.proto"), "false test.conf:2");
  EXPECT_EQ(of("backends.app.servers.two.address"), "\"10.0.0.2\" test.conf:3");
}

TEST_F(Effective, WhatIsNotSetHasItsDefault) {
  given(in_listener(""));
  EXPECT_EQ(of("backends.app.balance"), "\"roundrobin\" default");
  EXPECT_EQ(of("backends.app.check.http"), "\"HEAD /status\" default");
  EXPECT_EQ(of("timeouts.client"), "\"1m\" default");
  EXPECT_EQ(of("timeouts.head"), "as `client` default");
  EXPECT_EQ(of("log.syslog.tag"), "\"stickler\" default");
}

TEST_F(Effective, WhatFollowsAnotherSettingHasThatValue) {
  given(in_backend("check = { interval = \"7s\"; };") +
        "timeouts = { client = \"5m\"; server = \"9m\"; };");
  EXPECT_EQ(of("backends.app.check.down_interval"), "\"7s\" derived");
  EXPECT_EQ(of("timeouts.head"), "\"5m\" derived");
  EXPECT_EQ(of("backends.app.timeouts.server"), "\"9m\" derived");
  EXPECT_EQ(of("backends.app.servers.two.cookie"), "\"two\" derived");
}

TEST_F(Effective, GroupsThatAreNotThereSayNothing) {
  given(in_listener(""));
  EXPECT_EQ(of("backends.app.cookie.path"), "");
  EXPECT_EQ(of("listeners.web.tls.tickets"), "");
  EXPECT_EQ(of("listeners.web.request.remove"), "");
  EXPECT_EQ(of("process.user"), "");
  given(in_backend("cookie = { name = \"N\"; };"));
  EXPECT_EQ(of("backends.app.cookie.path"), "\"/\" default");
}

TEST_F(Effective, NamedTextsAreSettingsEach) {
  given(in_listener("response = { set = { X-A = \"say \\\"a\\\"\"; }; };"));
  EXPECT_EQ(of("listeners.web.response.set.X-A"), "\"say \\\"a\\\"\" test.conf:1");
}

TEST_F(Effective, ValuesStayOnOneLine) {
  given(in_backend("check = { http = \"GET /\"; body = \"a\\nb\"; };"));
  EXPECT_EQ(of("backends.app.check.body"), "\"a\\nb\" test.conf:2");
}

TEST_F(Effective, AFileThatIsWrongHasNone) {
  EXPECT_TRUE(load_text(in_listener("nonsense = 1;")).effective.empty());
}

}  // namespace
}  // namespace stickler::config
