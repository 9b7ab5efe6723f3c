// SPDX-License-Identifier: MIT
#include "observe/log_format_haproxy.h"

#include "observe/record_fixture.h"

namespace stickler::observe {
namespace {

using test::milliseconds;

class HttpLog : public test::RecordTest {
 protected:
  std::string line(std::size_t length = 1024) {
    std::string memory(length, '?');
    BoundedText text(memory.data(), memory.size());
    put_httplog(record_, text);
    return std::string(text.text());
  }
};

TEST_F(HttpLog, IsHaproxysLine) {
  EXPECT_EQ(line(),
            "10.0.1.2:33317 [14/Nov/2023:22:13:20.007] http-in static/srv1 10/0/30/69/109 200 2750 "
            "- - --VN 4/3/2/1/0 0/0 \"GET /index.html HTTP/1.1\"");
}

TEST_F(HttpLog, MarksWhatWasNotReached) {
  record_.server = "";
  record_.status = 0;
  record_.timers = {milliseconds(0), Duration(-1), Duration(-1), Duration(-1), milliseconds(5)};
  record_.ended_by = 'S';
  record_.ended_in = 'C';
  EXPECT_NE(line().find(" http-in static/<NOSRV> 0/-1/-1/-1/5 -1 2750 - - SCVN "),
            std::string::npos);
}

TEST_F(HttpLog, NamesAPageOfOurOwnInPlaceOfAServer) {
  record_.server = "";
  record_.page = proxy::kStatsPage;
  EXPECT_NE(line().find(" http-in static/<STATS> "), std::string::npos);
  record_.page = proxy::kMetricsPage;
  EXPECT_NE(line().find(" http-in static/<PROMEX> "), std::string::npos);
}

TEST_F(HttpLog, MarksTlsAndRedispatch) {
  record_.tls = true;
  record_.redispatched = true;
  record_.retries = 3;
  EXPECT_NE(line().find(" http-in~ static"), std::string::npos);
  EXPECT_NE(line().find(" 4/3/2/1/+3 "), std::string::npos);
}

TEST_F(HttpLog, TellsPlacesInQueues) {
  record_.server_queue = 5;
  record_.backend_queue = 12;
  EXPECT_NE(line().find(" 4/3/2/1/0 5/12 \""), std::string::npos);
}

TEST_F(HttpLog, WritesAddressesWithoutBrackets) {
  for (auto [address, text] : {std::pair{"[2001:db8::1]:44508", "2001:db8::1:44508 ["},
                               {"[::ffff:192.0.2.1]:80", "192.0.2.1:80 ["},
                               {"255.10.0.99:65535", "255.10.0.99:65535 ["},
                               {"unix:/run/x", "unix:0 ["}}) {
    record_.client = *net::Address::parse(address);
    EXPECT_TRUE(line().starts_with(text)) << line();
  }
}

TEST_F(HttpLog, PadsMilliseconds) {
  for (auto [time, text] : {std::pair{0, ".000]"}, {42, ".042]"}, {999, ".999]"}}) {
    record_.accepted = WallTime(std::chrono::seconds(1'700'000'000) + milliseconds(time));
    EXPECT_NE(line().find(text), std::string::npos) << line();
  }
}

TEST_F(HttpLog, EscapesWhatCouldBreakALine) {
  for (int byte = 0; byte < 256; ++byte) {
    char c = static_cast<char>(byte);
    record_.request_line = {&c, 1};
    bool plain = byte >= 0x20 && byte < 0x7f && c != '"' && c != '#';
    char escaped[4];
    std::snprintf(escaped, sizeof escaped, "#%02X", static_cast<unsigned>(byte));
    std::string expected = plain ? std::string(1, c) : escaped;
    EXPECT_TRUE(line().ends_with(" \"" + expected + "\"")) << byte;
  }
}

TEST_F(HttpLog, HoldsAsMuchOfTheRequestAsHaproxyKeeps) {
  const std::string request = std::string(1022, 'x') + "\"tail";
  record_.request_line = request;
  EXPECT_TRUE(line(4096).ends_with("xx#22\""));
  EXPECT_EQ(line(4096).find("tail"), std::string::npos);
}

TEST_F(HttpLog, IsCutWhereTheRoomEnds) {
  const std::string whole = line();
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    EXPECT_EQ(line(length), whole.substr(0, length));
  }
}

TEST_F(HttpLog, WritesADateOfItsOwnForEachSecond) {
  for (auto [second, text] : {std::pair{1'700'000'000, "14/Nov/2023:22:13:20.000"},
                              {1'700'000'001, "14/Nov/2023:22:13:21.000"},
                              {1'700'000'000, "14/Nov/2023:22:13:20.000"},
                              {0, "01/Jan/1970:00:00:00.000"}}) {
    record_.accepted = WallTime(std::chrono::seconds(second));
    EXPECT_NE(line().find(text), std::string::npos) << line();
  }
}

}  // namespace
}  // namespace stickler::observe
