// SPDX-License-Identifier: MIT
// Reads and writes in etcd (its v3 JSON gateway, 3.4 and later), at whichever endpoint answers. Any
// number of coroutines may wait for calls at once, none for another's. Control thread.
//
// A call goes on to the next endpoint if the one before is known not to have seen it, or if doing
// it twice does no harm: reads and what is done with leases. A commit without an answer is never
// repeated; its failure says outcome_unknown.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "cluster/etcd_members.h"
#include "cluster/etcd_values.h"
#include "net/task.h"

namespace stickler::cluster {

class EtcdClient {
 public:
  // The error is a sentence: an endpoint that is no URL, a file that cannot be read.
  static Result<std::unique_ptr<EtcdClient>, std::string> make(const EtcdSettings& settings);

  // Linearizable: all that was acknowledged to anybody before is seen.
  net::Task<Result<EtcdReading, EtcdFailure>> read(std::string key);
  net::Task<Result<EtcdReading, EtcdFailure>> read_prefix(std::string prefix);

  // Writes all or nothing.
  net::Task<Result<EtcdCommit, EtcdFailure>> commit(std::vector<EtcdCompare> all_of,
                                                    std::vector<EtcdWrite> then);

  // Whole seconds, rounded up. An answer that was lost leaves a lease that ends by itself.
  net::Task<Result<std::int64_t, EtcdFailure>> grant_lease(Duration ttl);
  // False: the lease is lost.
  net::Task<Result<bool, EtcdFailure>> keep_alive(std::int64_t lease);
  // False: there was no such lease (any more).
  net::Task<Result<bool, EtcdFailure>> revoke(std::int64_t lease);

  // All calls end within the loop's next turns as cancelled, also those of watches and later ones.
  // To be done, and all of them awaited, before this is destroyed.
  void cancel() { members_.cancel(); }

  // For watches.
  EtcdMembers& members() { return members_; }

 private:
  explicit EtcdClient(EtcdMembers members) : members_(std::move(members)) {}
  net::Task<Result<EtcdReading, EtcdFailure>> read_range(std::string request);

  EtcdMembers members_;
};

}  // namespace stickler::cluster
