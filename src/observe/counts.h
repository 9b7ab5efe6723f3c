// SPDX-License-Identifier: MIT
// What is counted of a listener, a backend or a server: once as one worker's counters, once as the
// sums over all workers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/units.h"
#include "observe/counter.h"
#include "observe/rate.h"
#include "observe/spans.h"

namespace stickler::observe {

enum class Counted : std::uint8_t { listener, backend, server };
inline constexpr std::size_t kCountedKinds = 3;

inline std::uint32_t second_of(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  return static_cast<std::uint32_t>(seconds.count());
}
inline std::uint32_t minute_of(WallTime time) {
  const auto minutes = std::chrono::floor<std::chrono::minutes>(time.time_since_epoch());
  return static_cast<std::uint32_t>(minutes.count());
}

// Since the process began. "econ" and the like are HAProxy's names (its manual, "CSV format").
enum class Count : std::uint8_t {
  connections,         // accepted from clients
  handshakes,          // TLS handshakes that succeeded
  handshakes_resumed,  // of these, by a session from before
  handshakes_failed,
  requests,         // of a server: those given to it, also if it did not take them
  bad_requests,     // could not be read, or did not come in time: "ereq"
  denied_requests,  // refused by a rule, as max_body: "dreq"
  local_answers,    // redirects, fixed answers, pages of our own: "intercepted"
  balanced,         // sent where the algorithm said: "lbtot"
  responses_1xx,    // statuses of all answers; of a server, of its own only
  responses_2xx,
  responses_3xx,
  responses_4xx,
  responses_5xx,
  responses_other,  // none was sent
  bytes_in,         // from the client: heads and bodies
  bytes_out,        // to the client
  connects,         // connections to servers made, or tried to make
  reuses,           // kept connections used
  stale_reuses,     // kept connections that had just been closed; hidden from the client
  retries,          // once more to the same server: "wretr"
  redispatches,     // away from this server to another: "wredis"
  connect_errors,   // no server was reached: "econ"
  response_errors,  // no answer, a bad one, or half of one: "eresp"
  queue_timeouts,   // of these connect errors, those that waited in vain for a server
  client_aborts,    // "cli_abrt"
  server_aborts,    // inside the answer: "srv_abrt"
  moved_sessions,   // requests whose cookie named another server than the one they got
  tunnels_begun,
  tunnels_ended,
};
inline constexpr std::size_t kCounts = static_cast<std::size_t>(Count::tunnels_ended) + 1;

enum class Span : std::uint8_t {
  queue,     // waiting for a server
  connect,   // to a new connection
  response,  // from the request sent to the response head
  total,     // the whole exchange; tunnels are not among these
};
inline constexpr std::size_t kSpanKinds = static_cast<std::size_t>(Span::total) + 1;

// One worker's; that worker writes, any thread reads.
struct alignas(64) Counters {
  void count(Count what, std::uint64_t amount = 1) {
    counts[static_cast<std::size_t>(what)].add(amount);
  }
  void add(Span kind, Duration span) { spans[static_cast<std::size_t>(kind)].add(span); }
  const Spans& operator[](Span kind) const { return spans[static_cast<std::size_t>(kind)]; }

  std::array<Counter, kCounts> counts;
  Rate connections;
  Rate requests;
  std::array<Spans, kSpanKinds> spans;
  // At once, as far as this worker saw: requests and tunnels being served, and waiting for it.
  Counter most_active;
  Counter most_queued;
};

// Several workers', added up.
struct Totals {
  std::uint64_t operator[](Count what) const { return counts[static_cast<std::size_t>(what)]; }
  const SpanTotals& operator[](Span kind) const { return spans[static_cast<std::size_t>(kind)]; }
  std::uint64_t open_tunnels() const {
    const std::uint64_t begun = (*this)[Count::tunnels_begun];
    const std::uint64_t ended = (*this)[Count::tunnels_ended];
    return begun > ended ? begun - ended : 0;  // the two are not read at one instant
  }

  void add(const Counters& counters, std::uint32_t second);
  // Another one's, as listeners' to the process's.
  void add(const Totals& other);

  std::array<std::uint64_t, kCounts> counts{};
  RateTotal connections;
  RateTotal requests;
  std::array<SpanTotals, kSpanKinds> spans;
  std::uint64_t most_active = 0;
  std::uint64_t most_queued = 0;
};

}  // namespace stickler::observe
