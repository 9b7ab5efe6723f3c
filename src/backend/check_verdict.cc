// SPDX-License-Identifier: MIT
#include "backend/check_verdict.h"

#include "base/assert.h"

namespace stickler::backend {

std::string_view haproxy_word(CheckResult result) {
  switch (result) {
    case CheckResult::none:
      return "INI";
    case CheckResult::unresolved:
      return "SOCKERR";
    case CheckResult::connected:
      return "L4OK";
    case CheckResult::not_connected:
      return "L4CON";
    case CheckResult::no_connection:
      return "L4TOUT";
    case CheckResult::tls_passed:
      return "L6OK";
    case CheckResult::tls_failed:
      return "L6RSP";
    case CheckResult::no_tls:
      return "L6TOUT";
    case CheckResult::passed:
      return "L7OK";
    case CheckResult::wrong_status:
      return "L7STS";
    case CheckResult::bad_answer:
      return "L7RSP";
    case CheckResult::no_answer:
      return "L7TOUT";
  }
  ASSERT(false);
  return {};
}

}  // namespace stickler::backend
