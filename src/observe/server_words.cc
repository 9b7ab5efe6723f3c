// SPDX-License-Identifier: MIT
#include "observe/server_words.h"

#include "base/assert.h"

namespace stickler::observe {
namespace {

using backend::CheckResult;
using backend::Health;

std::string part_of(unsigned part, unsigned whole) {
  return " " + std::to_string(part) + "/" + std::to_string(whole);
}

}  // namespace

std::string status_word(const ServerStats& server) {
  if (server.admin == backend::Admin::maint) return "MAINT";
  const bool drains = server.admin == backend::Admin::drain;
  switch (server.health) {
    case Health::up:
      if (drains) return "DRAIN";
      return server.checked ? "UP" : "no check";
    case Health::going_down:
      return (drains ? "DRAIN" : "UP") + part_of(server.fall - server.in_a_row, server.fall);
    case Health::going_up:
      return "DOWN" + part_of(server.in_a_row, server.rise);
    case Health::down:
    case Health::unknown:
      return "DOWN";
  }
  ASSERT(false);
  return {};
}

unsigned health_number(const ServerStats& server) {
  switch (server.health) {
    case Health::up:
      return server.rise + server.fall - 1;
    case Health::going_down:
      return server.rise + server.fall - 1 - server.in_a_row;
    case Health::going_up:
      return server.in_a_row;
    case Health::down:
    case Health::unknown:
      return 0;
  }
  ASSERT(false);
  return 0;
}

backend::CheckVerdict last_verdict(const ServerStats& server) {
  return server.checks.empty() ? backend::CheckVerdict{} : server.checks.back().verdict;
}

std::string_view describe(CheckResult result) {
  switch (result) {
    case CheckResult::none:
      return "Initializing";
    case CheckResult::unresolved:
      return "Socket error";
    case CheckResult::connected:
      return "Layer4 check passed";
    case CheckResult::not_connected:
      return "Layer4 connection problem";
    case CheckResult::no_connection:
      return "Layer4 timeout";
    case CheckResult::tls_passed:
      return "Layer6 check passed";
    case CheckResult::tls_failed:
      return "Layer6 invalid response";
    case CheckResult::no_tls:
      return "Layer6 timeout";
    case CheckResult::passed:
      return "Layer7 check passed";
    case CheckResult::wrong_status:
      return "Layer7 wrong status";
    case CheckResult::bad_answer:
      return "Layer7 invalid response";
    case CheckResult::no_answer:
      return "Layer7 timeout";
  }
  ASSERT(false);
  return {};
}

}  // namespace stickler::observe
