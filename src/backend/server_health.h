// SPDX-License-Identifier: MIT
// Keeps one server's health: checks it again and again, applies what comes of it to its state, and
// publishes that to the workers. If the server's address is a name, also keeps the address.
// Control thread only.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "backend/backend.h"
#include "backend/check_history.h"
#include "backend/check_pace.h"
#include "backend/health_check.h"
#include "backend/health_report.h"
#include "backend/resolver.h"
#include "backend/server_state.h"
#include "net/task.h"
#include "net/wait.h"

namespace stickler::backend {

class ServerHealth {
 public:
  // The references outlive this object. `before`: the health of the server of that name before a
  // reload, or null. An administrator's word and the history stay; what checks found stays if it is
  // the same server still.
  ServerHealth(Backend& backend, std::size_t server, HealthReport& report,
               const net::TlsClientContext& tls, CheckTurn turn, const ServerHealth* before);
  ServerHealth(const ServerHealth&) = delete;
  ServerHealth& operator=(const ServerHealth&) = delete;

  // Until stop(). Calls `decided` when the first verdict has been published.
  net::Task<> watch(std::function<void()> decided);
  // watch() ends within the loop's next turns.
  void stop();

  const ServerState& state() const { return state_; }
  const CheckHistory& checks() const { return checks_; }
  const Outage& outage() const { return outage_; }
  const Backend& backend() const { return backend_; }
  Server& server() const { return server_; }

  // An administrator's word; published at once.
  void set_admin(Admin admin);
  // After somebody else changed the weight.
  void weight_changed() { backend_.server_changed(); }
  // Where the server is from now on, whatever the file says.
  void set_address(const net::Address& address);

  // The name to resolve, if the address is one.
  const std::optional<net::HostPort>& name() const { return name_; }
  void resolved(const Resolution& resolution);

 private:
  net::Task<CheckVerdict> check();
  void take(const CheckVerdict& verdict);
  void publish();
  Duration next_pause();
  void note_failure(const std::string& error);
  void adopt(const net::Address& address, const std::optional<net::Address>& before);

  Backend& backend_;
  Server& server_;
  HealthReport& report_;
  const CheckTurn turn_;
  std::optional<net::HostPort> name_;
  std::string unresolved_;  // why the name does not resolve; "" : it does
  ServerState state_;
  HealthCheck check_;
  CheckHistory checks_;
  Outage outage_;
  net::Notice news_;  // of the address, or of the end
  bool has_paused_ = false;
  bool stopping_ = false;
};

}  // namespace stickler::backend
