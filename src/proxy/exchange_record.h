// SPDX-License-Identifier: MIT
// What happened in one exchange, as a value: all that logs, counters and pages will ever know of
// it. Emitted once, at the end, to a sink that copies what it keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "balance/reason.h"
#include "base/units.h"
#include "net/address.h"
#include "proxy/failure.h"
#include "proxy/repeat_policy.h"
#include "proxy/tls_facts.h"

namespace stickler::proxy {

// HAProxy's third and fourth termination flags: the cookie that came, the cookie that went.
struct CookieFlags {
  char presented = '-';
  char given = '-';
};

// Spans of an exchange, each from the end of the one before; negative if it was not reached.
struct Timers {
  Duration head{-1};      // receiving the request head
  Duration queue{-1};     // waiting for a server, pauses between attempts included
  Duration connect{-1};   // the connection to the server, if a new one was made
  Duration response{-1};  // until the response head
  Duration total{0};      // from the first byte of the request to the last of the answer
};

// What was not reached has no number.
inline constexpr std::size_t kNobody = static_cast<std::size_t>(-1);

inline constexpr std::string_view kStatsPage = "stats";
inline constexpr std::string_view kMetricsPage = "metrics";
inline constexpr std::string_view kClusterPage = "cluster";

struct ExchangeRecord {
  net::Address client;
  WallTime accepted{};        // when the request's first byte came
  std::string_view listener;  // names live as long as the configuration
  bool tls = false;
  std::shared_ptr<const TlsFacts> tls_facts;  // null without TLS
  std::string_view backend;                   // the listener's name if none was reached
  std::string_view server;                    // empty if none was reached
  // The same as numbers (backend/identities.h), for who counts.
  std::size_t listener_id = kNobody;
  std::size_t backend_id = kNobody;
  std::size_t server_id = kNobody;
  std::string_view page;  // of our own that was shown: kStatsPage, kMetricsPage; else empty
  std::string_view route;
  std::string_view request_line;        // "GET /path HTTP/1.1", or "<BADREQ>"; long ones are cut.
                                        // Lives as long as the exchange, or what is parked
  std::string request_id;               // "" : none is given
  unsigned status = 0;                  // 0 if none was determined
  std::uint32_t head_bytes = 0;         // of the request; 0 if it could not be read
  std::uint64_t bytes_to_client = 0;    // head and body of the answer
  std::uint64_t bytes_from_client = 0;  // body of the request
  char ended_by = '-';                  // HAProxy's first and second termination flags
  char ended_in = '-';
  CookieFlags cookie;
  Who at_fault = Who::us;  // if anything failed
  bool reused = false;     // the last try was on a kept connection
  bool tunnel = false;     // it has become one: RecordSink::tunnel_began() was told
  Timers timers;
  unsigned retries = 0;
  bool redispatched = false;
  std::size_t process_connections = 0;  // open client connections
  std::size_t listener_connections = 0;
  std::size_t server_active = 0;  // requests at the server
  std::size_t backend_active = 0;
  std::size_t server_queue = 0;   // requests before it when it waited for its server
  std::size_t backend_queue = 0;  // and when it waited for any
  std::uint64_t session = 0;  // balance/session_key.h, if one came; it is the answering server's
  balance::Reason reason;
  std::string_view failure;  // what went wrong, a sentence; empty if nothing did
};

// A try at a server that did not succeed, and what followed: another one.
struct FailedAttempt {
  std::size_t backend_id = kNobody;
  std::size_t server_id = kNobody;
  Failure failure;
  Next next = Next::answer;
};

enum class Handshake : std::uint8_t { full, resumed, failed };

// A head that could not be understood: a client's, or a server's answer.
struct BadMessage {
  WallTime when{};
  std::string client;
  std::string_view listener;
  std::string_view backend;  // empty: it is a client's
  std::string_view server;
  std::string_view what;     // the parser's words
  std::size_t position = 0;  // of the byte that it took offence at
  std::string_view bytes;    // received so far; good during the call
};

// Receives what happens at one worker, on its thread. Must not block.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void exchange_ended(const ExchangeRecord& record) = 0;

  // What cannot wait for the end. A tunnel's record lacks only what its end will add: bytes, time,
  // who ended it.
  virtual void tunnel_began(const ExchangeRecord& /*record*/) {}
  virtual void attempt_failed(const FailedAttempt& /*attempt*/) {}
  virtual void connection_accepted(std::size_t /*listener_id*/, WallTime /*when*/) {}
  virtual void handshake_ended(std::size_t /*listener_id*/, Handshake /*outcome*/) {}
  virtual void not_understood(const BadMessage& /*message*/) {}
};

}  // namespace stickler::proxy
