// SPDX-License-Identifier: MIT
#include "observe/event_sink.h"

#include <gtest/gtest.h>

#include "backend/log_lines.h"

namespace stickler::observe {
namespace {

class NextSink final : public proxy::RecordSink {
 public:
  void exchange_ended(const proxy::ExchangeRecord&) override { ++count; }
  int count = 0;
};

TEST(EventSink, NotesFailuresAndMovedSessionsAndPassesEverythingOn) {
  stickler::test::LogLines said;
  NextSink next;
  Events events;
  CapturedErrors errors;
  EventSink sink(next, events, errors);
  proxy::ExchangeRecord record;
  record.listener = "web";
  sink.exchange_ended(record);
  EXPECT_EQ(said.all().size(), 0U);
  record.server = "s2";
  record.reason = {balance::Reason::Kind::redispatched, "s1", "down"};
  sink.exchange_ended(record);
  record.failure = "the server sent an invalid answer";
  record.request_id = "abc";
  sink.exchange_ended(record);
  EXPECT_EQ(said.with("redispatched: s1 is down").size(), 2U);
  EXPECT_EQ(said.with("invalid answer (redispatched: s1 is down) [abc]").size(), 1U);
  EXPECT_EQ(next.count, 3);
  ASSERT_EQ(events.moves().size(), 2U);
  EXPECT_EQ(events.moves().front().from, "s1");
  EXPECT_EQ(events.moves().front().to, "s2");
}

}  // namespace
}  // namespace stickler::observe
