// SPDX-License-Identifier: MIT
#include "proxy/parked_record.h"

#include <gtest/gtest.h>

#include <limits>

namespace stickler::proxy {
namespace {

using std::chrono::microseconds;

// Every field differs from that of a new record, and from its neighbours.
ExchangeRecord full_record() {
  ExchangeRecord record;
  record.client = *net::Address::parse("[2001:db8::7]:49152");
  record.accepted = WallTime(microseconds(1'796'000'000'123'456));
  record.listener = "public";
  record.tls = true;
  record.tls_facts = std::make_shared<const TlsFacts>(TlsFacts{"TLSv1.3", "A", "sni", ""});
  record.backend = "editors";
  record.server = "server-pro-ha-2";
  record.listener_id = 0;
  record.backend_id = 127;
  record.server_id = 128;
  record.page = kStatsPage;
  record.route = "sockets";
  record.request_line = "GET /socket.io/?transport=websocket HTTP/1.1";
  record.request_id = std::string("id\0\xff", 4);
  record.status = 101;
  record.head_bytes = 812;
  record.bytes_to_client = std::numeric_limits<std::uint64_t>::max();
  record.bytes_from_client = 16'384;
  record.ended_by = 'C';
  record.ended_in = 'D';
  record.cookie = {'V', 'U'};
  record.at_fault = Who::server;
  record.reused = true;
  record.tunnel = true;
  record.timers = {microseconds(0), microseconds(1), microseconds(127), microseconds(1'000'000),
                   std::chrono::hours(23)};
  record.retries = 3;
  record.redispatched = true;
  record.process_connections = 5001;
  record.listener_connections = 5000;
  record.server_active = 2501;
  record.backend_active = 2500;
  record.server_queue = 2;
  record.backend_queue = 1;
  record.session = 0x8000'0000'0000'0001;
  record.reason = {balance::Reason::Kind::pin_down, "s1", "down", "git"};
  record.failure = "a sentence";
  return record;
}

void expect_same(const ExchangeRecord& got, const ExchangeRecord& wanted) {
  EXPECT_EQ(got.client, wanted.client);
  EXPECT_EQ(got.accepted, wanted.accepted);
  EXPECT_EQ(got.listener, wanted.listener);
  EXPECT_EQ(got.tls, wanted.tls);
  EXPECT_EQ(got.tls_facts, wanted.tls_facts);
  EXPECT_EQ(got.backend, wanted.backend);
  EXPECT_EQ(got.server, wanted.server);
  EXPECT_EQ(got.listener_id, wanted.listener_id);
  EXPECT_EQ(got.backend_id, wanted.backend_id);
  EXPECT_EQ(got.server_id, wanted.server_id);
  EXPECT_EQ(got.page, wanted.page);
  EXPECT_EQ(got.route, wanted.route);
  EXPECT_EQ(got.request_line, wanted.request_line);
  EXPECT_EQ(got.request_id, wanted.request_id);
  EXPECT_EQ(got.status, wanted.status);
  EXPECT_EQ(got.head_bytes, wanted.head_bytes);
  EXPECT_EQ(got.bytes_to_client, wanted.bytes_to_client);
  EXPECT_EQ(got.bytes_from_client, wanted.bytes_from_client);
  EXPECT_EQ(got.ended_by, wanted.ended_by);
  EXPECT_EQ(got.ended_in, wanted.ended_in);
  EXPECT_EQ(got.cookie.presented, wanted.cookie.presented);
  EXPECT_EQ(got.cookie.given, wanted.cookie.given);
  EXPECT_EQ(got.at_fault, wanted.at_fault);
  EXPECT_EQ(got.reused, wanted.reused);
  EXPECT_EQ(got.tunnel, wanted.tunnel);
  EXPECT_EQ(got.timers.head, wanted.timers.head);
  EXPECT_EQ(got.timers.queue, wanted.timers.queue);
  EXPECT_EQ(got.timers.connect, wanted.timers.connect);
  EXPECT_EQ(got.timers.response, wanted.timers.response);
  EXPECT_EQ(got.timers.total, wanted.timers.total);
  EXPECT_EQ(got.retries, wanted.retries);
  EXPECT_EQ(got.redispatched, wanted.redispatched);
  EXPECT_EQ(got.process_connections, wanted.process_connections);
  EXPECT_EQ(got.listener_connections, wanted.listener_connections);
  EXPECT_EQ(got.server_active, wanted.server_active);
  EXPECT_EQ(got.backend_active, wanted.backend_active);
  EXPECT_EQ(got.server_queue, wanted.server_queue);
  EXPECT_EQ(got.backend_queue, wanted.backend_queue);
  EXPECT_EQ(got.session, wanted.session);
  EXPECT_EQ(got.reason.kind, wanted.reason.kind);
  EXPECT_EQ(got.reason.subject, wanted.reason.subject);
  EXPECT_EQ(got.reason.detail, wanted.reason.detail);
  EXPECT_EQ(got.reason.route, wanted.reason.route);
  EXPECT_EQ(got.failure, wanted.failure);
}

TEST(ParkedRecordTest, IsTheSameAgain) {
  const ExchangeRecord record = full_record();
  const ParkedRecord parked(record);
  expect_same(parked.unpark(), record);
  expect_same(parked.unpark(), record);  // more than once
}

TEST(ParkedRecordTest, OfNothingIsNothing) {
  const ExchangeRecord nothing;
  expect_same(ParkedRecord(nothing).unpark(), nothing);
  expect_same(ParkedRecord().unpark(), nothing);
  EXPECT_EQ(ParkedRecord(nothing).unpark().server_id, kNobody);
}

TEST(ParkedRecordTest, KeepsAddressesOfAllFamilies) {
  for (const char* text : {"10.0.0.1:80", "[::1]:80", "unix:/run/stickler/http.sock"}) {
    ExchangeRecord record;
    record.client = *net::Address::parse(text);
    EXPECT_EQ(ParkedRecord(record).unpark().client.text(), text);
  }
}

TEST(ParkedRecordTest, OutlivesTheRecord) {
  ParkedRecord parked;
  {
    ExchangeRecord record = full_record();
    std::string line(record.request_line);
    record.request_line = line;
    parked = ParkedRecord(record);
    line.assign(line.size(), '?');
  }
  expect_same(parked.unpark(), [&] {
    ExchangeRecord record = full_record();
    record.tls_facts = parked.unpark().tls_facts;
    return record;
  }());
}

}  // namespace
}  // namespace stickler::proxy
