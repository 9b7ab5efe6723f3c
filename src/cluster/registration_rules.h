// SPDX-License-Identifier: MIT
// When a node's key is put, kept and given up by somebody else than the node, and when the node has
// to be stopped: the rules alone, without clock, etcd or processes, so that a test can try every
// order of events (tests/unit/cluster). Nodes with a key may be given buckets at any time. So who
// loses it has to be stopped, and who is to be stopped keeps it until that is done.
//
//   arriving ── no key ──► waiting ◄──────────────── released ───────────────── releasing
//      │                    │  ▲                                                    ▲
//      │       check passes │  │ check fails                                stopped │
//      │                    ▼  │                                                    │
//      │                registering ── put ──► registered ── check fails ──► failing
//      │                                          ▲   │ ▲                      │  ▲│
//      └── key of a predecessor ──────────────────┘   │ └─ check passes again ─┘  ││
//                                                     │                           ││
//                              gone, or unconfirmed   └───────────► lost ◄────────┼┘
//                              for as long as it lasts               └─ stopped ──┘ (releasing)
#pragma once

#include <cstdint>

#include "backend/server_state.h"
#include "balance/vouching.h"
#include "base/units.h"

namespace stickler::cluster {

// Why a node has lost its key.
enum class KeyLoss : std::uint8_t {
  none,
  time,         // etcd has not confirmed it for as long as its lease
  lease,        // etcd says that the lease has ended
  deleted,      // somebody has removed the key
  overwritten,  // with another node's URL
};

class RegistrationRules {
 public:
  using BootTime = balance::BootTime;
  enum class Stage : std::uint8_t {
    arriving,     // whether a predecessor has left a key is not known yet
    waiting,      // for the check to pass
    registering,  // it does: the key is to be put
    registered,
    failing,    // the check fails: the node is to be stopped, and keeps its key until it is
    lost,       // the key may be gone: the node is to be stopped at once
    releasing,  // the node is stopped: the key is to be given up
  };

  // `rise`, `fall`: checks in a row. `lease`: what etcd is asked for.
  RegistrationRules(unsigned rise, unsigned fall, Duration lease);

  // ---- What happens. Every `now` is looked at first: time that is over is over.

  void checked(bool passed, BootTime now);
  // Nothing else did.
  void tick(BootTime now);

  // A predecessor's key is there.
  void found_own() { has_predecessor_ = stage_ == Stage::arriving; }
  // There is no key, or not one of this node.
  void found_none(KeyLoss how);
  // A write of the key is on its way, with a lease that was asked for then. Until its outcome is
  // known the key may be there.
  void writing(BootTime lease_asked);
  void written(BootTime now);
  void not_written();
  // Etcd has confirmed key and lease; asked then.
  void confirmed(BootTime asked, BootTime now);
  // Etcd says that there is no such key any more.
  void gone(KeyLoss how);

  void stop_begun() { stopping_ = true; }
  void stop_ended(bool succeeded);
  void released();

  // ---- What follows.

  Stage stage() const { return stage_; }
  backend::Health health() const { return health_.health(); }
  KeyLoss loss() const { return loss_; }
  // The stop command is to be run, and is not.
  bool wants_stop() const { return !stopping_ && (stage_ == Stage::failing || is_lost()); }
  // The key may be there, as ours.
  bool may_have_key() const { return has_key_; }
  // Until then the key is there for certain, as far as etcd keeps its word.
  BootTime until() const { return until_; }

 private:
  bool is_lost() const { return stage_ == Stage::lost; }
  bool is_up() const;
  bool is_down() const { return health() == backend::Health::down; }
  // As if it had failed so often: then the check has to pass `rise` times.
  void suppose_down();
  void lose(KeyLoss how);
  void follow_health();

  const Duration lease_;
  backend::ServerState health_;
  Stage stage_ = Stage::arriving;
  KeyLoss loss_ = KeyLoss::none;
  bool has_predecessor_ = false;  // whose key is still to be taken over
  bool has_key_ = false;
  bool stopping_ = false;  // the command runs
  BootTime until_{};       // meaningful with a key
};

// "registered", …
const char* to_string(RegistrationRules::Stage stage);

}  // namespace stickler::cluster
