// SPDX-License-Identifier: MIT
// What stands before a line on its way to a syslog daemon: RFC 3164 §4.1 as HAProxy and the C
// library write it, or RFC 5424 §6.2.
#pragma once

#include <string>

#include "config/config.h"
#include "observe/bounded_text.h"
#include "observe/date_text.h"

namespace stickler::observe {

// One thread's.
class SyslogHeader {
 public:
  // `host` is this machine's name. RFC 3164 messages bear it over the network only: on the same
  // machine nobody expects it.
  SyslogHeader(const config::Syslog& settings, std::string_view host, int process);

  // Bytes that are always enough: a host's name is 255 at most, a tag 32.
  static constexpr std::size_t kLongest = 512;
  void put(WallTime time, BoundedText& out);

 private:
  bool modern_;
  std::string before_date_;  // "<134>", "<134>1 "
  std::string after_date_;   // " stickler[42]: ", " host stickler 42 - - "
  DateText date_;
};

}  // namespace stickler::observe
