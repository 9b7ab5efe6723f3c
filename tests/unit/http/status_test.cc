// SPDX-License-Identifier: MIT
#include "http/status.h"

#include <gtest/gtest.h>

namespace stickler::http {
namespace {

TEST(AReasonPhrase, IsThatOfTheRegistry) {
  EXPECT_EQ(reason_phrase(100), "Continue");
  EXPECT_EQ(reason_phrase(200), "OK");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(511), "Network Authentication Required");
}

TEST(AReasonPhrase, IsEmptyForUnregisteredStatuses) {
  for (unsigned status : {0u, 99u, 104u, 299u, 306u, 418u, 510u, 512u, 600u, 4294967295u}) {
    EXPECT_EQ(reason_phrase(status), "") << status;
  }
}

// The table is searched by halving, so that each of its rows proves those before it in order.
TEST(AReasonPhrase, IsFoundForAllOf60RegisteredStatuses) {
  int found = 0;
  for (unsigned status = 0; status < 1000; ++status) found += !reason_phrase(status).empty();
  EXPECT_EQ(found, 60);
}

}  // namespace
}  // namespace stickler::http
