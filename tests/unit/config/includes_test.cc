// SPDX-License-Identifier: MIT
// @include: read by us, because libconfig ends the process over some of them.
#include <sys/stat.h>

#include "config_files.h"

namespace stickler::config {
namespace {

class Includes : public ConfigFiles {
 protected:
  std::string findings_of_include(const std::string& name) const {
    return findings(in_file("@include \"" + name + "\""));
  }
};

TEST_F(Includes, AreReadInTheirPlace) {
  write("parts/servers.conf", kServers);
  Config config = good(
      "listeners = { web = { bind = \":80\"; backend = \"app\"; }; };\n"
      "backends = { app = {\n  @include \"parts/servers.conf\"\n}; };");
  EXPECT_EQ(config.backends.at(0).servers.size(), 2u);
}

TEST_F(Includes, StartFromTheFolderOfTheFileTheyStandIn) {
  write("parts/inner.conf", "log = { level = \"debug\"; };");
  write("parts/outer.conf", "@include \"inner.conf\"");
  EXPECT_EQ(good(in_file("@include \"parts/outer.conf\";")).log.level, Log::Level::debug);
}

TEST_F(Includes, MistakesPointIntoTheIncludedFile) {
  write("log.conf", "log = {\n  level = \"loud\";\n};");
  EXPECT_THAT(report(in_file("@include \"log.conf\"")),
              testing::StartsWith("log.conf:2: error: log.level = \"loud\" is none of"));
}

TEST_F(Includes, AMissingFileIsNamed) {
  EXPECT_EQ(findings_of_include("none.conf"),
            "3:error: cannot include none.conf: No such file or directory");
}

TEST_F(Includes, AFolderIsRefusedInsteadOfEndingTheProcess) {
  std::filesystem::create_directory(folder_ / "conf.d");
  EXPECT_EQ(
      findings_of_include("conf.d"),
      "3:error: cannot include conf.d: it is a directory [name one file; a whole directory is "
      "read by -f]");
  EXPECT_THAT(findings_of_include("."), testing::HasSubstr("it is a directory"));
}

TEST_F(Includes, OnlyRegularFilesAreRead) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(findings_of_include("pipe"), "3:error: cannot include pipe: it is not a regular file");
  EXPECT_THAT(findings_of_include("/dev/null"), testing::HasSubstr("it is not a regular file"));
}

TEST_F(Includes, ACircleIsDrawn) {
  write("b.conf", "@include \"test.conf\"");
  EXPECT_THAT(
      findings_of_include("b.conf"),
      testing::HasSubstr("this include goes in a circle: test.conf includes b.conf includes "
                         "test.conf"));
}

TEST_F(Includes, ACircleThroughALinkIsFound) {
  std::filesystem::create_symlink("test.conf", folder_ / "again.conf");
  EXPECT_THAT(findings_of_include("again.conf"), testing::HasSubstr("goes in a circle"));
}

TEST_F(Includes, TheSameFileTwiceIsNoCircle) {
  write("one.conf", "maxconn = 7;");
  Config config = good(
      "listeners = { web = { bind = \":80\"; backend = \"app\"; }; }; backends = { app = { servers "
      "= "
      "{\n one = { address = \"a\"; @include \"one.conf\"\n};\n two = { address = \"b\"; @include "
      "\"one.conf\"\n}; }; }; };");
  EXPECT_EQ(config.backends.at(0).servers.at(1).maxconn, 7u);
}

TEST_F(Includes, ANameIsNeeded) {
  EXPECT_EQ(findings(in_file("@include log.conf")).substr(0, 44),
            "3:error: @include needs the name of a file [");
}

TEST_F(Includes, NestingEnds) {
  for (int i = 0; i < 12; ++i) {
    write(std::to_string(i), "@include \"" + std::to_string(i + 1) + "\"");
  }
  EXPECT_THAT(findings_of_include("0"), testing::HasSubstr("nested more than 10 deep"));
}

}  // namespace
}  // namespace stickler::config
