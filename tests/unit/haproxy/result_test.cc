// SPDX-License-Identifier: MIT
// How the result looks: every setting with the lines it comes from, and lists of the others.
#include <fstream>
#include <iterator>

#include "haproxy/draft_writer.h"
#include "translation.h"

namespace stickler::haproxy {
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

class ResultText : public Translating {
 protected:
  static std::string text(const std::string& cfg) { return translated(cfg).configuration; }
};

TEST_F(ResultText, NamesTheLineBesideItsSetting) {
  EXPECT_THAT(text(in_listen(" retries   7\n")),
              testing::HasSubstr("retry = { attempts = 7; };  # 6: retries 7\n"));
}

TEST_F(ResultText, KeepsTheRemarksOfTheFile) {
  EXPECT_THAT(text(in_listen(" # only connections\n retries 7\n")),
              testing::HasSubstr("    # only connections\n    retry = "));
}

TEST_F(ResultText, NamesALineAgainByItsNumber) {
  EXPECT_THAT(
      text("global\n log stdout local0 debug\n" + in_listen("")),
      testing::HasSubstr("level = \"debug\"; access = \"stdout\"; };  # 2: log stdout local0"));
  EXPECT_THAT(
      text(in_listen(" bind :443 ssl crt /a.pem\n")),
      testing::AllOf(testing::HasSubstr("bind = \":443\";  # 6: bind :443 ssl crt /a.pem\n"),
                     testing::HasSubstr("tls = { certificates = \"/a.pem\"; };")));
}

TEST_F(ResultText, ListsWhatIsNotTranslated) {
  EXPECT_THAT(
      text(in_listen(" compression algo gzip\n")),
      testing::HasSubstr("# NOT TRANSLATED:\n# 6: compression algo gzip -- Stickler does not "
                         "compress; let the servers do it\n"));
}

TEST_F(ResultText, EndsWithWhatIsOtherwiseByDefault) {
  std::string plain = text(in_listen(""));
  EXPECT_THAT(plain,
              testing::HasSubstr("# - timeouts.tunnel is 23h; HAProxy ends a WebSocket after"));
  EXPECT_THAT(plain, testing::Not(testing::HasSubstr("SameSite")));
  std::string said = text(in_listen(" timeout tunnel 1h\n cookie S insert\n"));
  EXPECT_THAT(said, testing::Not(testing::HasSubstr("timeouts.tunnel is 23h")));
  EXPECT_THAT(said, testing::HasSubstr("behind TLS it is Secure, HttpOnly, SameSite=Lax"));
  EXPECT_THAT(said, testing::EndsWith("docs/migrate-from-haproxy.md has all of them, and why.\n"));
}

TEST_F(ResultText, ShowsNoSecrets) {
  std::string all = text("userlist u\n user a password s3cret\n user b insecure-password s3cret\n" +
                         in_listen(" stats auth admin:s3cret\n dynamic-cookie-key s3cret\n"
                                   " stats auth \"x:s3cr\\ et\"\n"));
  EXPECT_THAT(all, testing::Not(testing::HasSubstr("s3cr")));
  EXPECT_THAT(all, testing::HasSubstr("stats auth admin:***"));
}

TEST_F(ResultText, HoldsNothingThatATerminalWouldObey) {
  EXPECT_THAT(text(in_listen(" frob \x1b[31m\a\n")),
              testing::Not(testing::ContainsRegex("[\x1b\a]")));
}

TEST_F(ResultText, CommentsAreBrokenAtAHundredColumns) {
  std::string broken = comment(std::string(60, 'a') + " " + std::string(60, 'b'), "  ");
  EXPECT_EQ(broken, "  # " + std::string(60, 'a') + "\n  #   " + std::string(60, 'b') + "\n");
}

TEST_F(ResultText, NothingThatListensIsAComplaint) {
  EXPECT_EQ(complaints("global\n daemon\n"),
            "0: : nothing is left that listens: the result is no whole configuration");
}

// The guide's configuration, whole: as conf/server-pro.conf has it.
TEST_F(ResultText, TheGuidesConfigurationIsTheShippedOne) {
  std::string cfg = read("tests/e2e/fixtures/haproxy-server-pro.cfg");
  std::string own_account = cfg;
  for (std::size_t at; (at = own_account.find("r haproxy\n")) != std::string::npos;) {
    own_account.replace(at, 9, "r root");
  }
  for (std::size_t at; (at = own_account.find("group haproxy\n")) != std::string::npos;) {
    own_account.replace(at, 13, "group root");
  }
  config::Config ours = whole(own_account);
  std::string conf = read("conf/server-pro.conf");
  for (std::size_t at; (at = conf.find("\"stickler\"")) != std::string::npos;) {
    conf.replace(at, 10, "\"root\"");
  }
  config::Config shipped = good(conf);
  EXPECT_EQ(ours.timeouts.queue, shipped.timeouts.queue);
  EXPECT_EQ(ours.timeouts.tunnel, shipped.timeouts.tunnel);
  ASSERT_EQ(ours.listeners.size(), shipped.listeners.size());
  EXPECT_EQ(ours.listeners[0].redirect->code, shipped.listeners[0].redirect->code);
  const config::Listener& https = ours.listeners[1];
  EXPECT_EQ(https.tls->certificates, shipped.listeners[1].tls->certificates);
  EXPECT_EQ(https.response.set, shipped.listeners[1].response.set);
  EXPECT_EQ(https.response.add, shipped.listeners[1].response.add);
  EXPECT_EQ(https.routes[0].name, shipped.listeners[1].routes[0].name);
  EXPECT_EQ(https.routes[0].path_prefixes, shipped.listeners[1].routes[0].path_prefixes);
  EXPECT_EQ(https.routes[0].server, shipped.listeners[1].routes[0].server);
  const config::Backend& app = ours.backends[0];
  EXPECT_EQ(app.cookie->name, shipped.backends[0].cookie->name);
  EXPECT_EQ(app.cookie->maxidle, shipped.backends[0].cookie->maxidle);
  EXPECT_EQ(app.check.expect, shipped.backends[0].check.expect);
  EXPECT_EQ(app.check.method, shipped.backends[0].check.method);
  EXPECT_EQ(app.retry.redispatch, shipped.backends[0].retry.redispatch);
  EXPECT_EQ(https.stats->uri, "/haproxy");
  ASSERT_EQ(app.servers.size(), shipped.backends[0].servers.size());
  EXPECT_EQ(app.servers[2].address, shipped.backends[0].servers[2].address);
}

}  // namespace
}  // namespace stickler::haproxy
