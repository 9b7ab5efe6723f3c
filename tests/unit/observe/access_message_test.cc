// SPDX-License-Identifier: MIT
#include "observe/access_message.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "observe/record_fixture.h"

namespace stickler::observe {
namespace {

using config::Log;
using config::Syslog;

class AccessMessageTest : public test::RecordTest {
 protected:
  std::string message() const { return std::string(AccessMessage(log_).of(record_)); }
  void to_syslog(const std::string& address,
                 Syslog::Protocol protocol = Syslog::Protocol::rfc3164) {
    log_.access = Log::Access::to_syslog;
    log_.syslog.address = address;
    log_.syslog.protocol = protocol;
  }
  static std::string host() {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
  }
  static std::string process() { return std::to_string(::getpid()); }

  Log log_;
};

TEST_F(AccessMessageTest, IsALineOnItsWayToAFile) {
  EXPECT_TRUE(message().starts_with("10.0.1.2:33317 [") && message().ends_with("HTTP/1.1\"\n"));
  log_.format = Log::Format::json;
  EXPECT_TRUE(message().starts_with("{\"time\":") && message().ends_with("}\n"));
}

TEST_F(AccessMessageTest, IsTheSameWhenComposedAgain) {
  for (auto format : {Log::Format::httplog, Log::Format::json}) {
    log_.format = format;
    AccessMessage messages(log_);
    const std::string first(messages.of(record_));
    EXPECT_EQ(messages.of(record_), first);
  }
}

TEST_F(AccessMessageTest, IsNoLongerThanLinesMayBe) {
  const std::string request = "GET /" + std::string(2000, 'x') + " HTTP/1.1";
  record_.request_line = request;
  for (std::uint64_t length : {80U, 200U, 1024U}) {
    log_.length = length;
    EXPECT_EQ(message().size(), length);
    EXPECT_TRUE(message().ends_with("\n"));
  }
  to_syslog("unix:/dev/log");
  EXPECT_EQ(message().size(), 1024U) << "with what syslog puts before it";
  log_.format = Log::Format::json;
  EXPECT_GT(message().size(), 2000U) << "JSON that is cut is no JSON";
}

// The time is that of the exchange's end.
TEST_F(AccessMessageTest, HasTheOldHeadOfSyslog) {
  to_syslog("unix:/dev/log");
  EXPECT_THAT(message(), testing::StartsWith("<134>Nov 14 22:13:20 stickler[" + process() +
                                             "]: 10.0.1.2:33317 ["));
  record_.timers.total = std::chrono::hours(24 * 20);
  EXPECT_THAT(message(), testing::StartsWith("<134>Dec  4 22:13:20 "));
}

TEST_F(AccessMessageTest, NamesTheHostWhereOthersRead) {
  to_syslog("udp:192.0.2.1:514");
  EXPECT_THAT(message(), testing::StartsWith("<134>Nov 14 22:13:20 " + host() + " stickler["));
}

TEST_F(AccessMessageTest, HasTheNewHeadOfSyslog) {
  to_syslog("unix:/dev/log", Syslog::Protocol::rfc5424);
  EXPECT_THAT(message(), testing::StartsWith("<134>1 2023-11-14T22:13:20.116Z " + host() +
                                             " stickler " + process() + " - - 10.0.1.2:33317 ["));
}

TEST_F(AccessMessageTest, BearsFacilitySeverityAndTag) {
  to_syslog("unix:/dev/log");
  log_.syslog.facility = 3;
  log_.syslog.severity = 5;
  log_.syslog.tag = "haproxy";
  EXPECT_THAT(message(), testing::MatchesRegex("<29>Nov 14 22:13:20 haproxy\\[.*\n"));
}

struct FramingCase {
  const char* address;
  Syslog::Framing wanted;
  Framing framing;
};

TEST_F(AccessMessageTest, IsFramedAsItsDaemonExpects) {
  for (auto [address, wanted, framing] :
       {FramingCase{"unix:/dev/log", Syslog::Framing::automatic, Framing::newline},
        {"unix-stream:/run/log", Syslog::Framing::automatic, Framing::newline},
        {"unix-stream:/run/log", Syslog::Framing::octets, Framing::octets},
        {"udp:192.0.2.1:514", Syslog::Framing::octets, Framing::newline},
        {"tcp:192.0.2.1:601", Syslog::Framing::automatic, Framing::octets},
        {"tcp:192.0.2.1:601", Syslog::Framing::newline, Framing::newline}}) {
    to_syslog(address);
    log_.syslog.framing = wanted;
    EXPECT_EQ(framing_of(log_), framing) << address;
  }
  log_.access = Log::Access::to_file;
  EXPECT_EQ(framing_of(log_), Framing::newline) << "the file knows no daemon";
}

TEST_F(AccessMessageTest, SaysItsSizeInOctetsFirst) {
  to_syslog("tcp:192.0.2.1:601");
  for (auto format : {Log::Format::httplog, Log::Format::json}) {
    log_.format = format;
    std::string text = message();
    std::size_t blank = text.find(' ');
    EXPECT_EQ(std::stoul(text), text.size() - blank - 1);
    EXPECT_EQ(text[blank + 1], '<');
    EXPECT_FALSE(text.ends_with('\n'));
    EXPECT_EQ(first_message_size(text + text, Framing::octets), text.size());
  }
}

}  // namespace
}  // namespace stickler::observe
