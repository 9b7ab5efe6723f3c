// SPDX-License-Identifier: MIT
#include "observe/syslog_header.h"

namespace stickler::observe {
namespace {

bool is_modern(const config::Syslog& settings) {
  return settings.protocol == config::Syslog::Protocol::rfc5424;
}

bool is_local(const config::Syslog& settings) { return settings.address.starts_with("unix"); }

std::string text_before_date(const config::Syslog& settings) {
  std::string priority = "<" + std::to_string(settings.facility * 8 + settings.severity) + ">";
  return is_modern(settings) ? priority + "1 " : priority;
}

std::string text_behind_date(const config::Syslog& settings, std::string_view host, int process) {
  std::string id = std::to_string(process);
  std::string name = " " + std::string(host.empty() ? "-" : host);
  if (is_modern(settings)) return name + " " + settings.tag + " " + id + " - - ";
  return (is_local(settings) || host.empty() ? "" : name) + " " + settings.tag + "[" + id + "]: ";
}

}  // namespace

// RFC 3164 has local time without a zone, RFC 5424 universal time, which needs none.
SyslogHeader::SyslogHeader(const config::Syslog& settings, std::string_view host, int process)
    : modern_(is_modern(settings)),
      before_date_(text_before_date(settings)),
      after_date_(text_behind_date(settings, host, process)),
      date_(modern_ ? DateText("%Y-%m-%dT%H:%M:%S", Zone::utc)
                    : DateText("%b %e %H:%M:%S", Zone::local)) {}

void SyslogHeader::put(WallTime time, BoundedText& out) {
  out.put(before_date_);
  out.put(date_.of(time));
  if (modern_) {
    auto milliseconds = milliseconds_of(time);
    out.put('.');
    out.put(std::string_view(milliseconds.data(), milliseconds.size()));
    out.put('Z');
  }
  out.put(after_date_);
}

}  // namespace stickler::observe
