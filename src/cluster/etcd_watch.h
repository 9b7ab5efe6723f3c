// SPDX-License-Identifier: MIT
// What happens to the keys below a prefix in etcd, from a revision on, nothing left out. Opens by
// itself, at another endpoint if one fails, and goes on where it was. A member that is frozen says
// nothing, as one to which nothing happens: whoever can tell them apart calls close(). Control
// thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "backend/http_call.h"
#include "base/result.h"
#include "cluster/etcd_client.h"
#include "cluster/etcd_values.h"
#include "net/task.h"

namespace stickler::cluster {

class EtcdWatch {
 public:
  // The client outlives it.
  EtcdWatch(EtcdClient& client, std::string prefix);
  ~EtcdWatch();
  EtcdWatch(const EtcdWatch&) = delete;
  EtcdWatch& operator=(const EtcdWatch&) = delete;

  // Which changes next() is to begin with: usually those after a reading's revision. 0: from now
  // on. Reopens if that is not where it is anyway.
  void start_at(std::int64_t revision);

  // Opens if it is not open: that takes up to the client's timeout for each endpoint, and ends with
  // a batch that says `created`. Else waits up to `limit` for a batch; an empty one if nothing has
  // happened, or close() was called meanwhile. After `compacted` start_at() must say where to go
  // on. One caller at a time.
  net::Task<Result<EtcdBatch, EtcdFailure>> next(Duration limit);

  // The next next() opens it at another endpoint. Also while a next() waits.
  void close();

  bool is_open() const { return call_ != nullptr; }
  // Where it is open, or was to be: for people.
  const std::string& endpoint() const;

 private:
  using Batch = Result<EtcdBatch, EtcdFailure>;
  using Tried = Result<EtcdBatch, EtcdTrouble>;
  using Line = Result<std::string, backend::HttpFailure>;

  net::Task<Batch> open();
  net::Task<Tried> open_here();
  net::Task<Tried> ask_here();
  net::Task<Batch> go_on(Duration limit);
  net::Task<Line> read_line(Duration limit);
  std::string take_line();
  Tried take(const std::string& line);
  EtcdFailure ended(const EtcdTrouble& trouble);
  void interrupt();
  bool was_interrupted() const;
  void drop();

  EtcdMembers& members_;
  const std::string prefix_;
  std::int64_t start_ = 0;             // the first revision that has not been told; 0: from now on
  std::optional<std::size_t> member_;  // where it is open, or was last
  bool elsewhere_ = false;             // to be opened at the next one
  bool busy_ = false;                  // a next() is under way
  bool interrupted_ = false;           // and is to end
  std::unique_ptr<backend::HttpCall> call_;
  std::string input_;  // behind the last whole line
};

}  // namespace stickler::cluster
