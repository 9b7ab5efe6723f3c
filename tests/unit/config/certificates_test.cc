// SPDX-License-Identifier: MIT
// What is made of the facts that a reader of certificates tells, and who may read their files.
#include <pwd.h>
#include <unistd.h>

#include "config/access.h"
#include "config_files.h"

namespace stickler::config {
namespace {

constexpr std::time_t kDay = 24 * 60 * 60;

class Certificates : public ConfigFiles {
 protected:
  // What is found about one certificate in the file `x.pem`.
  std::string findings_for(std::time_t from_days, std::time_t until_days) const {
    std::time_t now = std::time(nullptr);
    CertificateFacts facts{.file = "/x.pem",
                           .name = "a.example",
                           .from = now + from_days * kDay,
                           .until = now + until_days * kDay + kDay / 2};
    return findings(kText, [facts](const Tls&) { return std::vector{facts}; });
  }

  const std::string kText = in_listener("tls = { certificates = \"/x.pem\"; };");
};

TEST_F(Certificates, AGoodOneIsMentionedWithItsDays) {
  auto read = [](const Tls&) {
    std::time_t now = std::time(nullptr);
    CertificateFacts facts{
        .file = "/x", .name = "a.example", .from = now - kDay, .until = now + 71 * kDay + 60};
    return std::vector{facts};
  };
  EXPECT_EQ(report(load_text(kText, read)),
            "test.conf: OK: 1 listener, 1 backend, 2 servers, certificate a.example valid 71 more "
            "days\n");
}

TEST_F(Certificates, AnExpiredOneIsAnError) {
  EXPECT_THAT(findings_for(-90, -2),
              testing::StartsWith("1:error: listeners.web.tls.certificates: /x.pem expired on 2"));
}

TEST_F(Certificates, OneOfTomorrowIsAnError) {
  EXPECT_THAT(findings_for(1, 90), testing::HasSubstr("/x.pem is not valid before 2"));
}

TEST_F(Certificates, AnExpiredOneBesideAValidOneOfTheSameNameIsAWarning) {
  std::time_t now = std::time(nullptr);
  CertificateFacts expired{.file = "/x.pem", .name = "a.example", .from = 0, .until = now - kDay};
  CertificateFacts valid{
      .file = "/y.pem", .name = "a.example", .from = now - kDay, .until = now + 90 * kDay};
  auto read = [&](const Tls&) { return std::vector{expired, valid}; };
  EXPECT_THAT(findings(kText, read),
              testing::StartsWith("1:warning: listeners.web.tls.certificates: /x.pem expired on"));
  valid.name = "b.example";
  EXPECT_THAT(findings(kText, read), testing::StartsWith("1:error:"));
}

TEST_F(Certificates, OneThatEndsSoonIsAWarning) {
  EXPECT_THAT(findings_for(-60, 29),
              testing::StartsWith("1:warning: listeners.web.tls.certificates: "
                                  "/x.pem expires on 2"));
  EXPECT_EQ(findings_for(-60, 30), "");
}

TEST_F(Certificates, WhatCannotBeReadIsSaidAtItsOwnPlace) {
  std::string text = in_listener("tls = { certificates = [ \"/a.pem\",\n\"/b.pem\" ]; };");
  auto read = [](const Tls& tls) -> Result<std::vector<CertificateFacts>, std::string> {
    if (tls.certificates.front() == "/b.pem") return Failed{std::string("/b.pem: no key")};
    return std::vector<CertificateFacts>{};
  };
  EXPECT_EQ(findings(text, read), "2:error: listeners.web.tls.certificates: /b.pem: no key");
}

TEST_F(Certificates, AKeyBelongsToOneCertificate) {
  std::string text = in_listener("tls = { certificates = [ \"/a\", \"/b\" ]; key = \"/k\"; };");
  EXPECT_THAT(findings(text, [](const Tls&) { return std::vector<CertificateFacts>{}; }),
              testing::HasSubstr("tls.key belongs to one certificate, but there are several"));
}

// ---- who may read ----

class Access : public ConfigFiles {
 protected:
  Access() {
    file_ = write("certs/x.pem", "secret");
    mode("", 0755);
    mode("certs", 0755);
    mode("certs/x.pem", 0600);
  }

  void mode(const std::string& name, unsigned bits) const {
    std::filesystem::permissions(folder_ / name, static_cast<std::filesystem::perms>(bits));
  }
  // The barrier for somebody who owns nothing here and is in these groups.
  std::string barrier(std::vector<gid_t> groups = {}) const {
    auto found = barrier_for({.name = "x", .user = 12345, .groups = std::move(groups)}, file_);
    return found ? found->filename().string() : "";
  }

  std::filesystem::path file_;
};

TEST_F(Access, TheOwnerTheGroupAndOthersHaveTheirOwnBits) {
  EXPECT_EQ(barrier(), "x.pem");
  mode("certs/x.pem", 0640);
  EXPECT_EQ(barrier(), "x.pem");
  EXPECT_EQ(barrier({::getegid()}), "");
  mode("certs/x.pem", 0604);
  EXPECT_EQ(barrier(), "");
  EXPECT_EQ(barrier({::getegid()}), "x.pem") << "the group's bits count for its members";
}

TEST_F(Access, AFolderThatNobodyMayPassIsTheBarrier) {
  mode("certs/x.pem", 0644);
  mode("certs", 0700);
  EXPECT_EQ(barrier(), "certs");
}

TEST_F(Access, ALinkIsFollowedToItsFolder) {
  mode("certs/x.pem", 0644);
  mode("certs", 0700);
  std::filesystem::create_symlink("certs/x.pem", folder_ / "link.pem");
  file_ = folder_ / "link.pem";
  EXPECT_NE(barrier(), "");
}

TEST_F(Access, RootReadsEverything) {
  EXPECT_FALSE(barrier_for({.name = "root", .user = 0, .groups = {}}, file_).has_value());
}

TEST_F(Access, AnAccountHasItsGroups) {
  auto root = find_account("root", "");
  ASSERT_TRUE(root.ok());
  EXPECT_EQ(root->user, 0u);
  EXPECT_THAT(root->groups, testing::Contains(0u));
}

TEST_F(Access, RootIsToldWhatTheLaterUserCannotRead) {
  if (::geteuid() != 0 || ::getpwnam("nobody") == nullptr) GTEST_SKIP() << "only root is told";
  std::string path = file_.string();
  auto read = [path](const Tls&) {
    std::time_t now = std::time(nullptr);
    return std::vector{
        CertificateFacts{.file = path, .name = "a", .from = 0, .until = now + 99 * kDay}};
  };
  EXPECT_THAT(
      findings(in_listener("tls = { certificates = \"" + path + "\"; };") +
                   "process = { user = \"nobody\"; };",
               read),
      testing::HasSubstr("can be read by root, but not by 'nobody': the next reload would fail"));
}

}  // namespace
}  // namespace stickler::config
