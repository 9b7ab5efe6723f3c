// SPDX-License-Identifier: MIT
// What one health check found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/units.h"

namespace stickler::backend {

// How far a check came, in HAProxy's words ("check_status" of its CSV).
enum class CheckResult : std::uint8_t {
  none,           // INI: not checked, or not yet
  unresolved,     // SOCKERR: there is nothing to connect to
  connected,      // L4OK
  not_connected,  // L4CON
  no_connection,  // L4TOUT
  tls_passed,     // L6OK
  tls_failed,     // L6RSP
  no_tls,         // L6TOUT
  passed,         // L7OK
  wrong_status,   // L7STS
  bad_answer,     // L7RSP: no HTTP, cut off, or not the body that was expected
  no_answer,      // L7TOUT
};

// "L7OK"; "INI" for none.
std::string_view haproxy_word(CheckResult result);

struct CheckVerdict {
  bool passed = false;
  CheckResult result = CheckResult::none;
  unsigned status = 0;  // of the answer; 0: there was none
  Duration took{0};
  std::string text;  // for people: "HEAD /status: 503 in 12 ms", "connection refused"
};

}  // namespace stickler::backend
