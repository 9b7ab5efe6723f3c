// SPDX-License-Identifier: MIT
#include "observe/log_format_haproxy.h"

#include <arpa/inet.h>

#include <array>

#include "observe/date_text.h"

namespace stickler::observe {
namespace {

// HAProxy keeps so much of a request line (tune.http.logurilen, less the end of its text).
constexpr std::size_t kLoggedRequestLine = 1023;

void put_milliseconds(Duration span, BoundedText& out) {
  out.put(span < Duration{0} ? -1 : span.count() / 1000);
}

// inet_ntop takes longer than the rest of the line.
void put_ipv4(std::string_view bytes, BoundedText& out) {
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) out.put('.');
    out.put(std::int64_t{static_cast<unsigned char>(bytes[i])});
  }
}

void put_host(const net::Address& address, BoundedText& out) {
  std::string_view bytes = address.host_bytes();
  if (bytes.size() == 4) return put_ipv4(bytes, out);
  char text[INET6_ADDRSTRLEN] = "unix";
  if (!bytes.empty()) inet_ntop(AF_INET6, bytes.data(), text, sizeof text);
  out.put(text);
}

// "[21/Nov/2026:02:01:23.123]", local time.
void put_date(WallTime time, BoundedText& out) {
  thread_local DateText seconds("%d/%b/%Y:%H:%M:%S", Zone::local);
  auto milliseconds = milliseconds_of(time);
  out.put('[');
  out.put(seconds.of(time));
  out.put('.');
  out.put(std::string_view(milliseconds.data(), milliseconds.size()));
  out.put(']');
}

// What is not printable ASCII, '"' and '#'.
constexpr std::array<bool, 256> kEscaped = [] {
  std::array<bool, 256> escaped{};
  for (std::size_t byte = 0; byte < escaped.size(); ++byte) {
    escaped[byte] = byte < 0x20 || byte >= 0x7f || byte == '"' || byte == '#';
  }
  return escaped;
}();

bool is_escaped(char c) { return kEscaped[static_cast<unsigned char>(c)]; }

// HAProxy's escapes: #XX.
void put_escaped(std::string_view text, BoundedText& out) {
  constexpr std::string_view kCapitalDigits = "0123456789ABCDEF";
  while (!text.empty()) {
    std::size_t plain = 0;
    while (plain < text.size() && !is_escaped(text[plain])) ++plain;
    out.put(text.substr(0, plain));
    if (plain == text.size()) return;
    auto byte = static_cast<unsigned char>(text[plain]);
    out.put('#');
    out.put(kCapitalDigits[byte >> 4]);
    out.put(kCapitalDigits[byte & 15]);
    text.remove_prefix(plain + 1);
  }
}

void put_timers(const proxy::Timers& timers, BoundedText& out) {
  for (Duration span : {timers.head, timers.queue, timers.connect, timers.response}) {
    put_milliseconds(span, out);
    out.put('/');
  }
  put_milliseconds(timers.total, out);
}

void put_count(std::size_t count, BoundedText& out) { out.put(static_cast<std::int64_t>(count)); }

void put_counts(const proxy::ExchangeRecord& record, BoundedText& out) {
  for (std::size_t count : {record.process_connections, record.listener_connections,
                            record.backend_active, record.server_active}) {
    put_count(count, out);
    out.put('/');
  }
  if (record.redispatched) out.put('+');
  put_count(record.retries, out);
  out.put(' ');
  put_count(record.server_queue, out);
  out.put('/');
  put_count(record.backend_queue, out);
}

// In place of a server: HAProxy's names for what has answered.
std::string_view who_answered(const proxy::ExchangeRecord& record) {
  if (!record.server.empty()) return record.server;
  if (record.page == proxy::kStatsPage) return "<STATS>";
  if (record.page == proxy::kMetricsPage) return "<PROMEX>";
  return "<NOSRV>";
}

}  // namespace

void put_httplog(const proxy::ExchangeRecord& record, BoundedText& out) {
  put_host(record.client, out);
  out.put(':');
  out.put(std::int64_t{record.client.port()});
  out.put(' ');
  put_date(record.accepted, out);
  out.put(' ');
  out.put(record.listener);
  out.put(record.tls ? std::string_view("~ ") : std::string_view(" "));
  out.put(record.backend);
  out.put('/');
  out.put(who_answered(record));
  out.put(' ');
  put_timers(record.timers, out);
  out.put(' ');
  out.put(record.status == 0 ? -1 : static_cast<std::int64_t>(record.status));
  out.put(' ');
  out.put(static_cast<std::int64_t>(record.bytes_to_client));
  const char flags[] = {record.ended_by, record.ended_in, record.cookie.presented,
                        record.cookie.given};
  out.put(" - - ");
  out.put(std::string_view(flags, sizeof flags));
  out.put(' ');
  put_counts(record, out);
  out.put(" \"");
  put_escaped(std::string_view(record.request_line).substr(0, kLoggedRequestLine), out);
  out.put('"');
}

}  // namespace stickler::observe
