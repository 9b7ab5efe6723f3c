// SPDX-License-Identifier: MIT
#include "config/reference.h"

#include <re2/re2.h>

#include "config/schema.h"
#include "config_files.h"

namespace stickler::config {
namespace {

// A file of the source tree, from wherever below it this runs.
std::string read(const std::filesystem::path& file) {
  std::filesystem::path root = std::filesystem::current_path();
  while (!std::filesystem::exists(root / file) && root.has_relative_path()) {
    root = root.parent_path();
  }
  std::ifstream stream(root / file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Reference, ThePageIsWhatTheSchemaSays) {
  EXPECT_EQ(read("docs/configuration.md"), configuration_reference())
      << "stickler reference > docs/configuration.md";
}

TEST(Reference, EverySettingHasARow) {
  std::string text = configuration_reference();
  visit_settings([&](const std::string&, const Setting& setting) {
    EXPECT_THAT(text, testing::HasSubstr("\n| `" + std::string(setting.name) + "` | "));
  });
}

TEST(ManPage, EverySettingHasAnEntry) {
  std::string text = configuration_man_page();
  visit_settings([&](const std::string&, const Setting& setting) {
    std::string name(setting.name);
    RE2::GlobalReplace(&name, "_", "\\\\_");
    EXPECT_THAT(text, testing::HasSubstr("\n*" + name + "* = "));
  });
}

TEST(ManPage, KeepsWhatScdocWouldTakeForItsOwn) {
  std::string text = configuration_man_page();
  EXPECT_THAT(text, testing::HasSubstr("*\"${env.NAME}\"*"));
  EXPECT_THAT(text, testing::HasSubstr("*\\\\x41*"));
  EXPECT_THAT(text, testing::HasSubstr("every *\\*.conf* is read"));
  EXPECT_THAT(text, testing::HasSubstr("libconfig (https://hyperrealm.github.io/libconfig/)'s"));
  EXPECT_THAT(text, testing::HasSubstr("= [address]:port or unix:/path, one or a list\n"));
}

// The shipped files, for this machine: neither the account nor the certificates exist here.
class Shipped : public ConfigFiles {
 protected:
  Config shipped(const std::string& name) const {
    std::string text = read("conf/" + name);
    for (std::size_t at; (at = text.find("\"stickler\"")) != std::string::npos;) {
      text.replace(at, 10, "\"root\"");
    }
    EXPECT_EQ(count_findings(load_text(text).diagnostics), "") << findings(text);
    return good(text);
  }
};

TEST_F(Shipped, ServerProIsTheGuidesSample) {
  Config config = shipped("server-pro.conf");
  ASSERT_EQ(config.listeners.size(), 2u);
  const Listener& https = config.listeners[1];
  EXPECT_EQ(https.routes.at(0).server, "server-pro-ha-1");
  EXPECT_EQ(https.response.add.at(0), NameValue("X-Served-By", "${server}"));
  EXPECT_EQ(config.backends.at(0).cookie->maxidle, std::chrono::hours(24));
  EXPECT_EQ(config.backends[0].servers.size(), 3u);
}

TEST_F(Shipped, SeaTablesBasesHaveOneServerEach) {
  Config config = shipped("seatable-map.conf");
  ASSERT_TRUE(config.backends.at(0).map);
  EXPECT_EQ(config.backends[0].map->rules.at(0).prefixes.at(0), "ff84e1a1-66e2");
  EXPECT_EQ(config.backends[0].map->no_key, "dtable-server");
}

TEST_F(Shipped, AsInstalledItAnswersOnThisMachineOnly) {
  Config config = shipped("stickler.conf");
  ASSERT_EQ(config.listeners.size(), 1U);
  EXPECT_EQ(config.listeners[0].binds.at(0).text, "127.0.0.1:8080");
  EXPECT_EQ(config.listeners[0].routes.at(0).answer->status, 200);
}

TEST_F(Shipped, TheManPagesExampleIsGood) {
  std::string text = configuration_man_page();
  std::size_t begin = text.find("```\n") + 4;
  std::string example = text.substr(begin, text.find("```", begin) - begin);
  EXPECT_EQ(good(example).backends.at(0).servers.size(), 3U);
}

TEST_F(Shipped, ServerProSpellsOutTheDefaults) {
  Timeouts written = shipped("server-pro.conf").timeouts;
  Timeouts usual = shipped("minimal.conf").timeouts;
  EXPECT_EQ(written.queue, usual.queue);
  EXPECT_EQ(written.connect, usual.connect);
  EXPECT_EQ(written.client, usual.client);
  EXPECT_EQ(written.server, usual.server);
  EXPECT_EQ(written.tunnel, usual.tunnel);
}

TEST_F(Shipped, TheLeastThatWorksIsSticky) {
  Config config = shipped("minimal.conf");
  EXPECT_EQ(config.backends.at(0).cookie->name, "server-pro-ha");
  EXPECT_EQ(config.backends[0].servers.at(2).cookie, "server-pro-ha-3");
  EXPECT_EQ(config.listeners.at(0).redirect->scheme, "https");
}

}  // namespace
}  // namespace stickler::config
