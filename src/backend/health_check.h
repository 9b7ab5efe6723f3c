// SPDX-License-Identifier: MIT
// One health check of one server, again and again: connect, TLS if wanted, ask, judge; a new
// connection each time, closed with a reset as HAProxy does, so that nothing lingers. Says what it
// found in words; what follows from it is server_health.h's. Control thread only.
#pragma once

#include <string>

#include "backend/check_answer.h"
#include "backend/check_verdict.h"
#include "base/units.h"
#include "config/config.h"
#include "net/address.h"
#include "net/connect.h"
#include "net/socket.h"
#include "net/stream.h"
#include "net/task.h"
#include "net/tls_client.h"

namespace stickler::backend {

class HealthCheck {
 public:
  // `server` is its address as written in the configuration. All three outlive this object.
  HealthCheck(const config::Check& settings, const std::string& server,
              const net::TlsClientContext& tls);

  // One whole check, within the settings' timeout.
  net::Task<CheckVerdict> run(net::Address address);

  // Ends the running check, and any later one, in the loop's next turns; the verdict means nothing.
  void cancel();

 private:
  net::Task<CheckVerdict> check_over_tls(net::Socket connected);
  net::Task<CheckVerdict> check_plainly(net::Socket connected);
  net::Task<CheckVerdict> ask(net::Stream& stream);
  net::Task<CheckVerdict> read_answer(net::Stream& stream);

  Duration left() const;
  Duration taken() const;
  CheckVerdict passed(CheckResult result, std::string text) const;
  CheckVerdict failed(CheckResult result, std::string text) const;
  std::string with_time(std::string what) const;
  std::string unanswered(const char* awaited) const;
  CheckVerdict verdict_on_answer(const Judgement& judgement) const;

  const config::Check& settings_;
  const net::TlsClientContext& tls_;
  const std::string tls_name_;  // SNI
  const std::string request_;
  TimePoint begun_;
  net::WaitSlot* connecting_ = nullptr;  // while connecting waits
  net::Socket* socket_ = nullptr;        // once connected
  bool cancelled_ = false;
};

}  // namespace stickler::backend
