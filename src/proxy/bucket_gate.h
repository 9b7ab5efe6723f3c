// SPDX-License-Identifier: MIT
// A cluster's buckets as one worker sees them: who has each of them now, and what of it runs
// through this worker. Whatever runs at a bucket's node holds a pass; when the bucket leaves, or
// this process can no longer vouch for what it knows, the pass is cut, and the gate says when
// nothing of the bucket runs any more. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "balance/bucket_table.h"
#include "base/intrusive_list.h"
#include "net/frame_pool.h"
#include "net/plain_stream.h"
#include "net/wait.h"

namespace stickler::proxy {

class BucketGate;

// Leave for one request, or for the tunnel that it becomes, to run at a bucket's node.
class BucketPass final : public net::WriteGuard, public ListMember<BucketPass> {
 public:
  BucketPass(BucketGate& gate, std::size_t bucket, std::uint64_t epoch);
  ~BucketPass();
  // One per request: from its thread's pool, as frames are.
  static void* operator new(std::size_t size) { return net::allocate_frame(size); }
  static void operator delete(void* pass, std::size_t size) { net::free_frame(pass, size); }

  // It must end: nothing more goes to the node.
  bool is_cut() const { return cut_; }
  bool may_write() const override;
  // The epoch of the table by which it was let in.
  std::uint64_t epoch() const { return epoch_; }

  // Where a request waits while it has no connection; it is woken when it is cut.
  void waits_in(net::WaitSlot** waiting_in) { waiting_in_ = waiting_in; }
  // Its connection to the node is shut when it is cut; so is a tunnel's client's.
  void runs_on(net::PlainStream* server);
  void becomes_tunnel(net::Stream& client, net::PlainStream& server);

 private:
  friend class BucketGate;
  void cut();
  bool is_tunnel() const { return client_ != nullptr; }

  BucketGate& gate_;
  const std::size_t bucket_;
  const std::uint64_t epoch_;
  const std::shared_ptr<const balance::Vouching> vouching_;
  net::WaitSlot** waiting_in_ = nullptr;
  net::PlainStream* server_ = nullptr;
  net::Stream* client_ = nullptr;
  bool cut_ = false;
};

// A request that waits for its bucket.
struct BucketWaiter : ListMember<BucketWaiter> {
  net::Notice changed;
};

class BucketGate {
 public:
  using Table = std::shared_ptr<const balance::BucketTable>;
  // What of this worker the others have to know: by which table it goes, and of which buckets
  // something still runs where they no longer are.
  struct Report {
    std::uint64_t epoch = 0;  // 0: by none, and silent
    std::vector<std::size_t> busy;
  };

  explicit BucketGate(std::size_t buckets) : running_(buckets) {}

  std::size_t buckets() const { return running_.size(); }

  // From now on this one. Tunnels of buckets that leave are cut; requests may finish.
  void adopt(Table table);
  // Their time is over: those of buckets that left with this table or an earlier one are cut.
  void end_drain(std::uint64_t epoch);
  // This process can no longer vouch for any table: everything is cut.
  void fall_silent();
  // Called at each change, from now on.
  void report_to(std::function<void(Report)> reader) { reader_ = std::move(reader); }

  struct Standing {
    enum class Kind : std::uint8_t {
      served,   // by `node`
      moves,    // nobody may be asked now, soon somebody will
      unowned,  // nobody has it
      silent,   // we cannot know
    };
    Kind kind = Kind::silent;
    std::string_view node;  // good until the next wait
  };
  // Looks at the clock.
  Standing standing(std::size_t bucket) const;
  // For a bucket that is served.
  std::unique_ptr<BucketPass> let_in(std::size_t bucket);

  // Told of each new table, until it leaves.
  void await_change(BucketWaiter& waiter) { waiters_.join(waiter); }
  // Servers may have come: whoever waits looks again.
  void announce();

 private:
  friend class BucketPass;
  struct Running {
    IntrusiveList<BucketPass> passes;
    std::size_t count = 0;
    std::uint64_t left = 0;  // the epoch in which the bucket left where they run; 0: it is there
  };

  void ended(std::size_t bucket);
  void report() const;

  Table table_;
  bool begun_ = false;  // there has been a table
  std::vector<Running> running_;
  IntrusiveList<BucketWaiter> waiters_;
  std::function<void(Report)> reader_;
};

}  // namespace stickler::proxy
