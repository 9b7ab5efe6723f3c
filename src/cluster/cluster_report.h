// SPDX-License-Identifier: MIT
// What is known of a cluster at one moment, for people: the page, the log, the terminal, metrics. A
// plain value.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/units.h"
#include "cluster/assignment.h"

namespace stickler::cluster {

struct NodeReport {
  std::string id;
  NodeUrls urls;
  bool registered = false;  // its key is there
  WallTime gone_since{};    // that it is not; zero: not known since when
  std::size_t buckets = 0;  // that it serves
  std::size_t leaving = 0;  // that it is letting go of
  std::size_t coming = 0;   // that it is going to get
  std::string trouble;      // why it does not unload, if it was asked and does not
};

struct BucketReport {
  BucketState state;
  WallTime since{};  // when this process heard of its stage
};

struct BalancerReport {
  std::string id;
  std::string name;
  std::uint64_t obeys = 0;
  std::size_t busy = 0;
  bool here = false;  // it is this process
};

struct ClusterReport {
  std::string name;
  bool balances = false;      // this process passes on requests of its buckets
  bool vouches = false;       // and may do so now
  bool is_monitor = false;    // this process is
  std::string monitor;        // who is; "" : nobody
  std::string etcd;           // where it is watched
  std::string trouble;        // with etcd; "" : none
  Duration heartbeat_lag{0};  // the last heartbeat's way to etcd and back
  std::uint64_t epoch = 0;    // of the assignment; 0 : there is none
  std::size_t moving = 0;
  std::size_t unowned = 0;
  std::uint64_t moves = 0;                // ended since this process began
  std::uint64_t silences = 0;             // how often this process fell silent
  Duration last_move{0};                  // how long the last one took
  std::vector<NodeReport> nodes;          // by id
  std::vector<BucketReport> buckets;      // empty while there is no assignment
  std::vector<BalancerReport> balancers;  // by id
};

}  // namespace stickler::cluster
