// SPDX-License-Identifier: MIT
// What administrators have set at the runtime socket, over what the file says; kept over reloads,
// and over restarts in a state file (JSON). Where a reload changes the same setting in the file,
// the file wins. Control thread.
#pragma once

#include <ctime>
#include <map>
#include <optional>
#include <string>

#include "backend/server_state.h"
#include "config/config.h"

namespace stickler::app {

// Of one server; what is not set is as the file has it.
struct AdminOverride {
  backend::Admin state = backend::Admin::ready;
  std::optional<unsigned> weight;
  std::optional<std::string> address;
  std::optional<std::time_t> drain_until;  // then `state` becomes maint

  bool empty() const { return state == backend::Admin::ready && !weight && !address; }
};

class AdminState {
 public:
  // By "backend/server".
  using Overrides = std::map<std::string, AdminOverride>;

  // Reads the state file, if there is one; a sentence for the log if it cannot be used.
  std::optional<std::string> load(const std::string& file);
  // Replaces the state file as a whole. A sentence for the log if that fails.
  std::optional<std::string> save(const std::string& file) const;

  AdminOverride& of(const std::string& server) { return overrides_[server]; }
  const Overrides& overrides() const { return overrides_; }

  // Forgets what the new file sets otherwise than the one before.
  void follow_file(const config::Config& before, const config::Config& now);

 private:
  Overrides overrides_;
};

}  // namespace stickler::app
