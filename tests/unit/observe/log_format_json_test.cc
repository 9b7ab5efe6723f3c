// SPDX-License-Identifier: MIT
#include "observe/log_format_json.h"

#include <nlohmann/json.hpp>

#include "observe/json_text.h"
#include "observe/record_fixture.h"

namespace stickler::observe {
namespace {

using Json = nlohmann::ordered_json;

class JsonLog : public test::RecordTest {
 protected:
  std::string text() const {
    std::string text;
    append_json_line(record_, text);
    return text;
  }
  Json line() const { return Json::parse(text()); }
};

TEST_F(JsonLog, SaysEverythingThatIsKnown) {
  over_tls();
  record_.route = "git";
  record_.reason = {balance::Reason::Kind::pinned, "git"};
  record_.request_id = "abc";
  record_.bytes_from_client = 12;
  record_.retries = 1;
  record_.redispatched = true;
  record_.server_queue = 7;
  record_.backend_queue = 8;
  record_.failure = "the client went away";
  record_.ended_by = 'C';
  record_.ended_in = 'D';
  const Json expected = Json::parse(R"({
    "time": "2023-11-14T22:13:20.007Z", "client": "10.0.1.2", "client_port": 33317,
    "listener": "http-in", "page": null, "route": "git", "backend": "static", "server": "srv1",
    "method": "GET", "target": "/index.html", "version": "HTTP/1.1", "status": 200,
    "bytes_to_client": 2750, "bytes_from_client": 12,
    "head_ms": 10, "queue_ms": 0, "connect_ms": 30, "response_ms": 69, "total_ms": 109,
    "flags": "CD", "cookie": "VN", "reason": "pinned by route git",
    "failure": "the client went away", "retries": 1, "redispatched": true, "request_id": "abc",
    "tls": "TLSv1.3", "cipher": "TLS_AES_256_GCM_SHA384", "sni": "a.example",
    "process_connections": 4, "listener_connections": 3, "backend_active": 2, "server_active": 1,
    "server_queue": 7, "backend_queue": 8})");
  EXPECT_EQ(line().dump(), expected.dump()) << "the order is the same, too";
}

TEST_F(JsonLog, HasTheSameMembersWhateverIsMissing) {
  const Json full = line();
  record_ = {};
  record_.request_line = "<BADREQ>";
  record_.listener = record_.backend = "web";
  const Json empty = line();
  ASSERT_EQ(empty.size(), full.size());
  for (auto it = full.begin(); it != full.end(); ++it) EXPECT_TRUE(empty.contains(it.key()));
  for (const char* name : {"page", "route", "backend", "server", "method", "target", "version",
                           "status", "head_ms", "queue_ms", "connect_ms", "response_ms", "reason",
                           "failure", "request_id", "tls", "cipher", "sni"}) {
    EXPECT_TRUE(empty[name].is_null()) << name;
  }
}

TEST_F(JsonLog, NamesAPageOfOurOwn) {
  record_.page = proxy::kStatsPage;
  EXPECT_EQ(line()["page"], "stats");
}

TEST_F(JsonLog, KeepsBlanksOfATargetThatHasThem) {
  record_.request_line = "GET /a b c HTTP/1.0";
  EXPECT_EQ(line()["target"], "/a b c");
  EXPECT_EQ(line()["version"], "HTTP/1.0");
}

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

TEST(JsonString, IsReadBackWhateverTheByte) {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string text = "a" + std::string(1, static_cast<char>(byte)) + "b";
    const std::string written = as_json(text);
    ASSERT_TRUE(Json::accept(written)) << byte;
    EXPECT_EQ(written.find('\n'), std::string::npos);
    if (byte >= 0x80) continue;
    EXPECT_EQ(Json::parse(written).get<std::string>(), text);
  }
}

TEST(JsonString, KeepsUtf8AndTellsWhatIsNone) {
  struct Case {
    std::string_view bytes;
    std::string_view written;
  };
  for (auto [bytes, written] : {
           Case{"ä€😀", "\"ä€😀\""},
           {"\xe4", R"("\u00e4")"},                                // a lone byte
           {"\xe2\x82", R"("\u00e2\u0082")"},                      // cut
           {"\xc0\xaf", R"("\u00c0\u00af")"},                      // longer than need be
           {"\xe0\x80\xaf", R"("\u00e0\u0080\u00af")"},            // ditto
           {"\xed\xa0\x80", R"("\u00ed\u00a0\u0080")"},            // a surrogate
           {"\xf4\x90\x80\x80", R"("\u00f4\u0090\u0080\u0080")"},  // beyond the last
           {"\xff", R"("\u00ff")"},
           {"\x7f", R"("\u007f")"},
           {"\"\\\n\r\t\x01", R"("\"\\\n\r\t\u0001")"},
       }) {
    EXPECT_EQ(as_json(bytes), written);
  }
}

// Every pair of bytes is valid JSON, and so is every cut of a longer text.
TEST(JsonString, IsNeverInvalid) {
  for (int first = 0x70; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const char pair[] = {static_cast<char>(first), static_cast<char>(second)};
      EXPECT_TRUE(Json::accept(as_json({pair, 2}))) << first << " " << second;
    }
  }
}

}  // namespace
}  // namespace stickler::observe
