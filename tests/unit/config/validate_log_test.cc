// SPDX-License-Identifier: MIT
// What is said of the access log's settings.
#include <sys/stat.h>
#include <unistd.h>

#include "config_files.h"

namespace stickler::config {
namespace {

class LogSettings : public ConfigFiles {
 protected:
  std::string said_of(const std::string& settings) const {
    return findings(in_file("log = { " + settings + " };"));
  }
  // access = "file" with a path in the test's folder.
  std::string to_file(const std::string& name) const {
    return "access = \"file\"; access_file = \"" + (folder_ / name).string() + "\";";
  }
  static std::string to_syslog(const std::string& settings) {
    return "access = \"syslog\"; syslog = { " + settings + " };";
  }
};

TEST_F(LogSettings, AreGoodWhereTheFileCanBeWritten) {
  EXPECT_EQ(said_of(to_file("new.log")), "");
  write("old.log", "a line\n");
  EXPECT_EQ(said_of(to_file("old.log")), "");
  EXPECT_EQ(said_of("access = \"syslog\";"), "");
  EXPECT_EQ(
      said_of(to_syslog("address = \"tcp:logs.example:601\"; protocol = \"rfc5424\"; facility "
                        "= \"daemon\"; severity = \"notice\"; tag = \"haproxy\"; framing = "
                        "\"newline\";")),
      "");
}

TEST_F(LogSettings, NameAFileThatCanBeWritten) {
  EXPECT_EQ(said_of("access = \"file\";"),
            "3:error: log.access is \"file\", but which file is not said [write access_file = "
            "\"/var/log/stickler/access.log\"; beside it]");
  EXPECT_EQ(
      said_of("access = \"file\"; access_file = \"a.log\";"),
      "3:error: log.access_file: the path is not absolute, so it depends on where Stickler is "
      "started [begin it with '/']");
  EXPECT_EQ(said_of("access = \"file\"; access_file = \"" + folder_.string() + "\";"),
            "3:error: log.access_file: " + folder_.string() + " is a folder");
  EXPECT_EQ(said_of(to_file("nowhere/access.log")),
            "3:error: log.access_file: there is no folder nowhere");
}

TEST_F(LogSettings, NameAFileThatTheLaterUserCanWrite) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root becomes somebody else";
  ::chmod(folder_.c_str(), 0755);
  const std::string as_nobody = "process = { user = \"nobody\"; };";
  auto said = [&](const std::string& name) {
    return findings(in_file(as_nobody + " log = { " + to_file(name) + " };"));
  };
  EXPECT_EQ(said("new.log"),
            "3:error: log.access_file: " + folder_.string() + " does not let 'nobody' write");
  ::chmod(folder_.c_str(), 0777);
  EXPECT_EQ(said("new.log"), "");
  write("roots.log", "");
  EXPECT_EQ(said("roots.log"), "3:error: log.access_file: roots.log does not let 'nobody' write");
}

TEST_F(LogSettings, WithoutEffectAreTold) {
  EXPECT_EQ(said_of("access_file = \"/var/log/a.log\";"),
            "3:warning: log.access_file has no effect: log.access is not \"file\" [write access = "
            "\"file\";]");
  EXPECT_EQ(said_of("syslog = { tag = \"x\"; };"),
            "3:warning: log.syslog has no effect: log.access is not \"syslog\" [write access = "
            "\"syslog\";]");
  EXPECT_EQ(said_of(to_syslog("framing = \"octets\";")),
            "3:warning: log.syslog.framing has no effect: a datagram holds one line");
  EXPECT_EQ(said_of("format = \"json\"; length = \"2k\";"),
            "3:warning: log.length has no effect: JSON that is cut is no JSON");
}

TEST_F(LogSettings, KnowTheWordsOfSyslog) {
  EXPECT_THAT(said_of(to_syslog("facility = \"local8\";")),
              testing::HasSubstr("log.syslog.facility = \"local8\" is none of \"local0\", "));
  EXPECT_THAT(said_of(to_syslog("severity = \"informal\";")),
              testing::HasSubstr("log.syslog.severity = \"informal\" is none of \"debug\", "));
}

struct WrongAddress {
  const char* setting;
  const char* said;
};

TEST_F(LogSettings, NameADaemonAsItIsReached) {
  for (auto [setting, said] :
       {WrongAddress{"address = \"/dev/log\";",
                     "a Unix socket begins with unix: [write \"unix:/dev/log\"]"},
        {"address = \"127.0.0.1:514\";",
         "\"127.0.0.1:514\" is no address of a syslog daemon [write \"unix:/dev/log\", "
         "\"udp:10.0.0.1:514\" or \"tcp:…\"]"},
        {"address = \"udp:10.0.0.1\";", "the port is missing [write \"udp:10.0.0.1:514\"]"},
        {"address = \"tcp:[::1]\";", "the port is missing [write \"tcp:[::1]:514\"]"},
        {"address = \"udp:10.0.0.1:0\";", "\"0\" is no port [ports are 1 to 65535]"},
        {"address = \"unix-stream:log\";", "a Unix socket needs an absolute path"}}) {
    EXPECT_EQ(said_of(to_syslog(setting)), "3:error: log.syslog.address: " + std::string(said));
  }
  EXPECT_EQ(
      said_of(to_syslog("tag = \"my program\";")),
      "3:error: log.syslog.tag: \"my program\" cannot be a tag [use up to 32 letters, digits, "
      "'-', '_', '.' and '/']");
}

}  // namespace
}  // namespace stickler::config
