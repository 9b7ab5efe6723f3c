// SPDX-License-Identifier: MIT
// How an exchange can go wrong, as a value: whose fault, in which phase, why, and whether the
// request may be repeated. Status code, log flags and retries all follow from it, here and nowhere
// else.
#pragma once

#include <cstdint>
#include <string_view>

namespace stickler::proxy {

enum class Who : std::uint8_t { client, server, us };

// In the order of an exchange's life; the letter is HAProxy's in its log (second termination flag).
enum class Phase : std::uint8_t { request_head, queue, connect, response_head, body, tunnel };

enum class Why : std::uint8_t {
  closed,   // the peer ended or reset the connection
  refused,  // the connection could not be made
  timed_out,
  invalid,    // the peer does not speak the protocol
  too_large,  // a body beyond max_body
  unusable,   // no server may take the request
  full,       // the queue is
  moving,     // what the request is about is on its way to another node
  silent,     // this balancer cannot know who has it
  stopping,   // this process is
};

enum class Repeat : std::uint8_t {
  never,
  if_idempotent,  // the server may have seen the request
  always,         // it certainly has not
};

struct Failure {
  Who who = Who::us;
  Phase phase = Phase::request_head;
  Why why = Why::closed;
  Repeat repeat = Repeat::never;
  // A static sentence or the parser's; for the log.
  std::string_view detail = {};
};

// The status to answer with, if nothing has been answered yet (RFC 9110 §15.5, §15.6).
unsigned status_of(const Failure& failure);

// HAProxy's first two termination flags (its manual, "Session state at disconnection").
struct TerminationFlags {
  char who = '-';
  char phase = '-';
};
TerminationFlags flags_of(const Failure& failure);

// What a failed server did to an attempt, for reasons: "connect refused" (… by s1).
std::string_view short_name(const Failure& failure);

// "the server closed the connection before answering": for people.
std::string_view describe(const Failure& failure);

}  // namespace stickler::proxy
