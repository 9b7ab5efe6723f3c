// SPDX-License-Identifier: MIT
// Whether a server takes requests: what its checks say, and over it what the administrator says. A
// table of states and events; knows no clock, no socket and no log. Control thread only; what
// workers see of it is balance::Availability.
//
// As HAProxy's `rise` and `fall`, with one difference: a server is unknown until its first check,
// which decides at once in both directions.
#pragma once

#include <cstdint>
#include <string_view>

#include "balance/server_view.h"

namespace stickler::backend {

enum class Health : std::uint8_t {
  unknown,     // not checked yet
  up,          // UP
  going_down,  // UP 2/3: still takes requests
  down,        // DOWN
  going_up,    // DOWN 1/2: not yet takes requests
};

enum class CheckEvent : std::uint8_t { passed, failed };

enum class Admin : std::uint8_t {
  ready,  // its health decides
  drain,  // keeps its sessions, takes no new ones
  maint,  // takes nothing, however healthy
};

// "READY", "DRAIN", "MAINT".
std::string_view describe(Admin admin);

struct HealthChange {
  Health before = Health::unknown;
  Health after = Health::unknown;
  unsigned in_a_row = 0;  // checks that led here, this one included
  unsigned needed = 0;    // of them, to come up or to go down

  bool first() const { return before == Health::unknown; }
  bool came_up() const;
  bool went_down() const;
};

class ServerState {
 public:
  // `rise` and `fall`: how many checks in a row bring it up and take it down.
  ServerState(unsigned rise, unsigned fall, Admin admin);
  // Goes on from `before` with other numbers.
  ServerState(unsigned rise, unsigned fall, const ServerState& before);

  // The only writer of health().
  HealthChange apply(CheckEvent event);
  void set_admin(Admin admin) { admin_ = admin; }

  Health health() const { return health_; }
  Admin admin() const { return admin_; }
  unsigned rise() const { return rise_; }
  unsigned fall() const { return fall_; }
  // Checks in a row that have led into going_down or going_up and kept it there; else 0.
  unsigned in_a_row() const { return in_a_row_; }
  balance::Availability availability() const;

 private:
  const unsigned rise_;
  const unsigned fall_;
  Admin admin_;
  Health health_ = Health::unknown;
  unsigned in_a_row_ = 0;
};

}  // namespace stickler::backend
