// SPDX-License-Identifier: MIT
// An exchange's record with something in each member, and the clock's zone set to UTC.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <memory>
#include <string>

#include "proxy/exchange_record.h"

namespace stickler::observe::test {

using std::chrono::milliseconds;

class RecordTest : public testing::Test {
 protected:
  RecordTest() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
    record_.client = *net::Address::parse("10.0.1.2:33317");
    record_.accepted = WallTime(std::chrono::seconds(1'700'000'000) + milliseconds(7));
    record_.listener = "http-in";
    record_.backend = "static";
    record_.server = "srv1";
    record_.timers = {milliseconds(10), milliseconds(0), milliseconds(30), milliseconds(69),
                      milliseconds(109)};
    record_.status = 200;
    record_.bytes_to_client = 2750;
    record_.cookie = {'V', 'N'};
    record_.process_connections = 4;
    record_.listener_connections = 3;
    record_.backend_active = 2;
    record_.server_active = 1;
    record_.request_line = "GET /index.html HTTP/1.1";
  }
  void over_tls() {
    record_.tls = true;
    record_.tls_facts = std::make_shared<const proxy::TlsFacts>(
        proxy::TlsFacts{"TLSv1.3", "TLS_AES_256_GCM_SHA384", "a.example", ""});
  }

  proxy::ExchangeRecord record_;
};

}  // namespace stickler::observe::test
