// SPDX-License-Identifier: MIT
// What is said to etcd and what it says, as values; without its base64 and its names for things.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"

namespace stickler::cluster {

struct EtcdSettings {
  std::vector<std::string> endpoints;  // URLs; port 2379 unless given
  std::string user;                    // "": none
  std::string password;
  std::string ca;           // files, of endpoints with https; "": the system's authorities
  std::string certificate;  // "": none is shown
  std::string key;
  Duration timeout = std::chrono::seconds(3);  // of each try at each endpoint
};

struct EtcdFailure {
  enum class Kind : std::uint8_t {
    unreachable,  // nobody there, or no leader
    timed_out,
    refused,   // who we are: a password, or what its user may do
    rejected,  // etcd understood and said no
    bad_answer,
    cancelled
  };
  Kind kind = Kind::unreachable;
  bool outcome_unknown = false;  // a write that may have happened, or may yet: read before deciding
  std::string text;              // a sentence that names the endpoint
};

struct EtcdHeader {
  std::uint64_t cluster_id = 0;
  std::int64_t revision = 0;
  std::uint64_t raft_term = 0;
};

struct EtcdKey {
  std::string key;
  std::string value;
  std::int64_t create_revision = 0;
  std::int64_t mod_revision = 0;
  std::int64_t lease = 0;  // 0: none
};

struct EtcdReading {
  EtcdHeader header;  // its revision is that of the state read
  std::vector<EtcdKey> keys;
};

// A key that is not there has revision 0.
struct EtcdCompare {
  enum class What : std::uint8_t { create_revision, mod_revision };
  enum class How : std::uint8_t { equal, greater };
  std::string key;
  What what = What::mod_revision;
  How how = How::equal;
  std::int64_t value = 0;
};

struct EtcdWrite {
  std::string key;
  std::optional<std::string> value;  // none: delete it
  std::int64_t lease = 0;
};

struct EtcdCommit {
  EtcdHeader header;
  bool succeeded = false;  // else a comparison failed, and nothing was written
};

struct EtcdEvent {
  bool deleted = false;
  EtcdKey key;  // if deleted, only its name and the revision that did it
};

// What a watch has to say. Nothing at all: nothing happened.
struct EtcdBatch {
  EtcdHeader header;
  std::vector<EtcdEvent> events;
  bool created = false;        // the watch has been opened, here or anew
  std::int64_t compacted = 0;  // > 0: what happened before is not known any more; read afresh

  bool empty() const { return events.empty() && !created && compacted == 0; }
};

}  // namespace stickler::cluster
