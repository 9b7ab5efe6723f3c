// SPDX-License-Identifier: MIT
// What `check` says of files with real certificates, to people and to programs.
#include "app/command_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "app/load_config.h"
#include "net/self_signed.h"

namespace stickler::app {
namespace {

class CommandCheck : public testing::Test {
 protected:
  CommandCheck() {
    std::string pattern = (std::filesystem::temp_directory_path() / "stickler-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }
  ~CommandCheck() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
  }

  // A listener with this certificate, and whatever else.
  void write_config(const std::string& tls, const std::string& more = "") const {
    write("a.conf", "listeners = { web = { bind = \":443\"; backend = \"app\"; tls = { " + tls +
                        " }; }; };\nbackends = { app = { servers = { one = { address = \"a\"; }; "
                        "}; }; };\n" +
                        more);
  }
  void write_certificate(const std::string& file) const {
    auto pem = net::make_self_signed({"a.example"}, std::chrono::days(90));
    ASSERT_TRUE(pem.ok());
    write(file, pem->certificate + pem->key);
  }
  std::string certificate(const std::string& file) const {
    return "certificates = \"" + (folder_ / file).string() + "\";";
  }

  config::LoadResult loaded() const { return load_config({folder_ / "a.conf"}); }
  std::string said() const { return report_for_people(loaded(), false); }
  int code(CheckOptions options) const {
    options.quiet = true;
    testing::internal::CaptureStdout();
    int code = command_check({folder_ / "a.conf"}, options);
    printed_ = testing::internal::GetCapturedStdout();
    return code;
  }

  std::filesystem::path folder_;
  mutable std::string printed_;
};

TEST_F(CommandCheck, AGoodFileIsSummedUpWithItsCertificate) {
  write_certificate("x.pem");
  write_config(certificate("x.pem"));
  EXPECT_THAT(said(), testing::ContainsRegex("a.conf: OK: 1 listener, 1 backend, 1 server, "
                                             "certificate a.example valid [0-9]+ more days\n$"));
}

TEST_F(CommandCheck, AKeyOfAnotherCertificateIsRefused) {
  write_certificate("x.pem");
  write_certificate("y.pem");
  write_config(certificate("x.pem") + " key = \"" + (folder_ / "y.pem").string() + "\";");
  EXPECT_THAT(said(), testing::HasSubstr("x.pem: the private key does not belong to any"));
}

TEST_F(CommandCheck, AMissingCertificateIsRefused) {
  write_config(certificate("none.pem"));
  EXPECT_THAT(said(), testing::HasSubstr("none.pem: cannot be read: No such file or directory"));
}

TEST_F(CommandCheck, CiphersThatOpensslDoesNotKnowAreRefused) {
  write_certificate("x.pem");
  write_config(certificate("x.pem") + " ciphers = \"NO-SUCH-CIPHER\";");
  EXPECT_EQ(loaded().config, nullptr);
}

TEST_F(CommandCheck, WarningsFailOnlyWhenAsked) {
  write_certificate("x.pem");
  write_config(certificate("x.pem"), "timeouts = { tunnel = \"5s\"; };");
  EXPECT_EQ(code({}), 0);
  EXPECT_EQ(code({.warnings_as_errors = true}), 1);
}

TEST_F(CommandCheck, QuietIsSilentOnlyAboutGoodFiles) {
  write_certificate("x.pem");
  write_config(certificate("x.pem"));
  EXPECT_EQ(code({}), 0);
  EXPECT_EQ(printed_, "");
  write_config(certificate("none.pem"));
  EXPECT_EQ(code({}), 1);
  EXPECT_THAT(printed_, testing::HasSubstr("1 error; nothing was changed"));
}

TEST_F(CommandCheck, ProgramsGetJson) {
  write_config(certificate("none\xFF.pem"), "log = 1;");
  auto report = nlohmann::json::parse(report_as_json(loaded()));
  EXPECT_EQ(report["ok"], false);
  ASSERT_EQ(report["diagnostics"].size(), 2u);
  EXPECT_EQ(report["diagnostics"][1]["line"], 3);
  EXPECT_EQ(report["diagnostics"][1]["message"], "log must be a group");
}

TEST_F(CommandCheck, NobodyIsColouredAgainstTheirWill) {
  ::setenv("NO_COLOR", "1", 1);
  EXPECT_FALSE(wants_colour(1));
  ::unsetenv("NO_COLOR");
  EXPECT_FALSE(wants_colour(-1)) << "no terminal";
}

}  // namespace
}  // namespace stickler::app
