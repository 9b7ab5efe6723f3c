// SPDX-License-Identifier: MIT
// What is said when the health of a backend's servers changes, in the log and to whoever keeps
// news: each change once, with the check's answer, and when the last usable server has gone. Also
// keeps how long the backend had none. Control thread only.
#pragma once

#include <functional>
#include <string>

#include "backend/backend.h"
#include "backend/check_history.h"
#include "backend/server_state.h"
#include "base/units.h"

namespace stickler::backend {

// What is worth telling an administrator, as the log has it.
struct HealthNews {
  enum class Weight : std::uint8_t { info, warning, error };
  Weight weight = Weight::info;
  std::string text;
};
using NewsListener = std::function<void(HealthNews)>;

class HealthReport {
 public:
  // The references outlive this object; `listener` may be empty. `before`: the report of the
  // backend of that name before a reload, or null.
  HealthReport(const Backend& backend, const NewsListener& listener, WallTime now,
               const HealthReport* before);

  const Backend& backend() const { return backend_; }

  // After the change has been published. `answer` is what the check said.
  void tell(const Server& server, const HealthChange& change, const std::string& answer);
  void tell_admin(const Server& server, Admin admin);
  // A server may have come or gone, for whatever reason.
  void look_at_servers(WallTime now);

  // How long no server was usable.
  const Outage& outage() const { return outage_; }

 private:
  using Weight = HealthNews::Weight;
  void say(Weight weight, std::string text);
  void tell_if_last_one_has_gone();

  const Backend& backend_;
  const NewsListener& listener_;
  Outage outage_;
  bool had_none_ = false;  // and that has been said
};

}  // namespace stickler::backend
