// SPDX-License-Identifier: MIT
// Takes note of failures and moved sessions, in the program's log and for pages, then passes the
// record on.
#pragma once

#include "observe/captured_errors.h"
#include "observe/events.h"
#include "proxy/exchange_record.h"

namespace stickler::observe {

class EventSink final : public proxy::RecordSink {
 public:
  // All outlive this object.
  EventSink(proxy::RecordSink& next, Events& events, CapturedErrors& errors)
      : next_(next), events_(events), errors_(errors) {}
  void exchange_ended(const proxy::ExchangeRecord& record) override;
  void tunnel_began(const proxy::ExchangeRecord& record) override;
  void not_understood(const proxy::BadMessage& message) override { errors_.note(message); }

 private:
  void note_move(const proxy::ExchangeRecord& record);

  proxy::RecordSink& next_;
  Events& events_;
  CapturedErrors& errors_;
};

}  // namespace stickler::observe
