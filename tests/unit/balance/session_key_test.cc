// SPDX-License-Identifier: MIT
#include "balance/session_key.h"

#include <gtest/gtest.h>

#include <string>

namespace stickler::balance {
namespace {

using http::Field;
using http::FieldId;

// A request with these Cookie fields; `own` stands in one of them.
std::uint64_t key(const std::vector<std::string>& cookies, std::string_view own,
                  std::string_view client = "\x7f\x01\x01\x01") {
  std::vector<Field> fields{{"Host", "h", FieldId::host}};
  std::string_view value;
  for (const std::string& cookie : cookies) {
    fields.push_back({"Cookie", cookie, FieldId::cookie});
    std::size_t at = cookie.find(own);
    if (at != std::string::npos) value = std::string_view(cookie).substr(at, own.size());
  }
  return session_key(fields, value, client);
}

TEST(SessionKey, StaysWhenOnlyThePersistenceCookieIsRenewed) {
  EXPECT_EQ(key({"sid=abc; SRV=s1|YYYYY; lang=de"}, "s1|YYYYY"),
            key({"sid=abc; SRV=s1|ZZZZZ; lang=de"}, "s1|ZZZZZ"));
  EXPECT_EQ(key({"SRV=s1"}, "s1"), key({"SRV=s1"}, "s1"));
}

TEST(SessionKey, TellsBrowsersApartByTheirOtherCookies) {
  EXPECT_NE(key({"sid=abc; SRV=s1"}, "s1"), key({"sid=abd; SRV=s1"}, "s1"));
  EXPECT_NE(key({"SRV=s1; sid=abc"}, "s1"), key({"SRV=s1; sid=abd"}, "s1"));
  EXPECT_NE(key({"sid=abc", "SRV=s1"}, "s1"), key({"sid=abd", "SRV=s1"}, "s1"));
}

TEST(SessionKey, TellsAddressesApart) {
  EXPECT_NE(key({"SRV=s1"}, "s1", "\x7f\x01\x01\x01"), key({"SRV=s1"}, "s1", "\x7f\x01\x01\x02"));
}

TEST(SessionKey, IsNeverNothing) { EXPECT_NE(session_key({}, {}, {}), 0U); }

}  // namespace
}  // namespace stickler::balance
