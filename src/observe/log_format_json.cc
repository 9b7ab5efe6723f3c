// SPDX-License-Identifier: MIT
#include "observe/log_format_json.h"

#include "observe/date_text.h"
#include "observe/json_text.h"

namespace stickler::observe {
namespace {

void put_iso_time(WallTime time, JsonObject& json) {
  thread_local DateText seconds("%Y-%m-%dT%H:%M:%S", Zone::utc);
  auto milliseconds = milliseconds_of(time);
  char text[32];
  std::string_view second = seconds.of(time);
  std::size_t size = second.copy(text, sizeof text);
  text[size++] = '.';
  for (char digit : milliseconds) text[size++] = digit;
  text[size++] = 'Z';
  json.text("time", {text, size});
}

// "GET /path HTTP/1.1"; neither method nor version holds a blank.
void put_request_line(std::string_view line, JsonObject& json) {
  std::size_t first = line.find(' ');
  std::size_t last = line.rfind(' ');
  bool whole = first != std::string_view::npos && first < last;
  json.text_or_null("method", whole ? line.substr(0, first) : std::string_view{});
  json.text_or_null("target",
                    whole ? line.substr(first + 1, last - first - 1) : std::string_view{});
  json.text_or_null("version", whole ? line.substr(last + 1) : std::string_view{});
}

void put_milliseconds(std::string_view name, Duration span, JsonObject& json) {
  if (span < Duration{0}) return json.null(name);
  json.number(name, span.count() / 1000);
}

void put_timers(const proxy::Timers& timers, JsonObject& json) {
  put_milliseconds("head_ms", timers.head, json);
  put_milliseconds("queue_ms", timers.queue, json);
  put_milliseconds("connect_ms", timers.connect, json);
  put_milliseconds("response_ms", timers.response, json);
  put_milliseconds("total_ms", timers.total, json);
}

void put_counts(const proxy::ExchangeRecord& record, JsonObject& json) {
  auto put = [&json](std::string_view name, std::size_t count) {
    json.number(name, static_cast<std::int64_t>(count));
  };
  put("process_connections", record.process_connections);
  put("listener_connections", record.listener_connections);
  put("backend_active", record.backend_active);
  put("server_active", record.server_active);
  put("server_queue", record.server_queue);
  put("backend_queue", record.backend_queue);
}

void put_tls(const proxy::TlsFacts* tls, JsonObject& json) {
  json.text_or_null("tls", tls != nullptr ? tls->version : std::string_view{});
  json.text_or_null("cipher", tls != nullptr ? tls->cipher : std::string_view{});
  json.text_or_null("sni", tls != nullptr ? std::string_view(tls->sni) : std::string_view{});
}

}  // namespace

void append_json_line(const proxy::ExchangeRecord& record, std::string& out) {
  thread_local std::string reason;
  JsonObject json(out);
  put_iso_time(record.accepted, json);
  json.text("client", record.client.host());
  json.number("client_port", record.client.port());
  json.text("listener", record.listener);
  json.text_or_null("page", record.page);
  json.text_or_null("route", record.route);
  json.text_or_null("backend",
                    record.backend == record.listener ? std::string_view{} : record.backend);
  json.text_or_null("server", record.server);
  put_request_line(record.request_line, json);
  if (record.status == 0) {
    json.null("status");
  } else {
    json.number("status", record.status);
  }
  json.number("bytes_to_client", static_cast<std::int64_t>(record.bytes_to_client));
  json.number("bytes_from_client", static_cast<std::int64_t>(record.bytes_from_client));
  put_timers(record.timers, json);
  const char flags[] = {record.ended_by, record.ended_in};
  const char cookie[] = {record.cookie.presented, record.cookie.given};
  json.text("flags", {flags, sizeof flags});
  json.text("cookie", {cookie, sizeof cookie});
  reason.clear();
  if (record.reason.kind != balance::Reason::Kind::none) balance::append(record.reason, reason);
  json.text_or_null("reason", reason);
  json.text_or_null("failure", record.failure);
  json.number("retries", record.retries);
  json.boolean("redispatched", record.redispatched);
  json.text_or_null("request_id", record.request_id);
  put_tls(record.tls_facts.get(), json);
  put_counts(record, json);
  json.end();
}

}  // namespace stickler::observe
