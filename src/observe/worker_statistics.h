// SPDX-License-Identifier: MIT
// Counts what one worker does, by the numbers of listeners, backends and servers
// (backend/identities.h), so that counts go on over reloads. Written by that worker only, with
// plain stores to memory that no other worker writes; read by whoever asks (observe/statistics.h).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>

#include "observe/counts.h"
#include "observe/growing_array.h"
#include "observe/session_sketch.h"
#include "proxy/exchange_record.h"

namespace stickler::observe {

class WorkerStatistics final : public proxy::RecordSink {
 public:
  // Passes everything on to `next`, which may be null.
  explicit WorkerStatistics(proxy::RecordSink* next) : next_(next) {}

  void exchange_ended(const proxy::ExchangeRecord& record) override;
  void tunnel_began(const proxy::ExchangeRecord& record) override;
  void attempt_failed(const proxy::FailedAttempt& attempt) override;
  void connection_accepted(std::size_t listener_id, WallTime when) override;
  void handshake_ended(std::size_t listener_id, proxy::Handshake outcome) override;
  void not_understood(const proxy::BadMessage& message) override;

  // Any thread.
  const GrowingArray<Counters>& counters(Counted what) const {
    return counters_[static_cast<std::size_t>(what)];
  }
  // The sessions of a server, or null if it had none here.
  const SessionSketch* sessions(std::size_t server_id) const;

 private:
  struct Sketch {
    std::atomic<SessionSketch*> made{nullptr};
    std::unique_ptr<SessionSketch> owned;  // the worker's
  };

  // Those whose numbers an exchange adds to.
  struct Concerned {
    Counters& listener;
    Counters* backend;  // null if none was asked
    Counters* server;   // null if none was reached
  };

  Counters& at(Counted what, std::size_t id) {
    return counters_[static_cast<std::size_t>(what)][id];
  }
  Concerned concerned_by(const proxy::ExchangeRecord& record);
  void count_request(const proxy::ExchangeRecord& record, const Concerned& concerned);
  static void count_end(const proxy::ExchangeRecord& record, const Concerned& concerned);
  void note_session(const proxy::ExchangeRecord& record, WallTime when);

  proxy::RecordSink* next_;
  std::array<GrowingArray<Counters>, kCountedKinds> counters_;
  GrowingArray<Sketch> sketches_;  // by server
};

}  // namespace stickler::observe
