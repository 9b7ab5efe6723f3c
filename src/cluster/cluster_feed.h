// SPDX-License-Identifier: MIT
// One cluster as etcd has it, kept current: read whole, then watched. Says when something has
// changed, and when this is not the etcd it was. Control thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "cluster/cluster_keys.h"
#include "cluster/etcd_client.h"
#include "cluster/etcd_watch.h"
#include "config/config.h"
#include "net/task_group.h"
#include "net/wait.h"

namespace stickler::cluster {

class ClusterFeed {
 public:
  struct Listener {
    // view() is another one.
    std::function<void()> changed;
    // Another etcd than before answers, or one that has gone back in time: what was known of it is
    // worth nothing.
    std::function<void()> replaced;
    // A sentence, and whether it is trouble.
    std::function<void(const std::string& text, bool trouble)> news;
  };

  // The error is a sentence.
  static Result<std::unique_ptr<EtcdClient>, std::string> client_for(const config::Etcd& settings);

  // Listeners are called by the loop, or from within read().
  ClusterFeed(const config::Cluster& settings, std::unique_ptr<EtcdClient> client,
              Listener listener);

  const ClusterKeys& keys() const { return keys_; }
  const ClusterView& view() const { return view_; }

  // Reads linearizably; false if etcd did not answer.
  net::Task<bool> read();
  // Writes all or nothing (EtcdClient::commit). A failure is said here.
  net::Task<Result<EtcdCommit, EtcdFailure>> commit(std::vector<EtcdCompare> all_of,
                                                    std::vector<EtcdWrite> then);
  // Something else that is worth an administrator's attention.
  void say(const std::string& text, bool trouble = true) const { listener_.news(text, trouble); }

  // Watches until stop().
  void start() { tasks_.start(watch()); }
  void stop();
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }
  bool stopping() const { return stopping_; }

  // The watch has not told of this revision for so long: it is opened elsewhere.
  void doubt_watch();
  // The last revision that the watch or a reading has shown.
  std::int64_t shown() const { return shown_; }

  // For people: what the trouble is, "" if there is none; where it is watched.
  const std::string& trouble() const { return trouble_; }
  std::string endpoint() const;

 private:
  // Every answer's header passes through here. `mark`: shown() when the call was sent; what was
  // shown by then cannot be unknown to etcd unless it has lost it.
  void heard(const EtcdHeader& header, std::int64_t mark);
  // Said once for each kind of failure, however long it lasts.
  void failed(const EtcdFailure& failure);
  net::Task<> watch();
  net::Task<> rest();
  void take(const EtcdBatch& batch);
  void tell_unreadable();

  const ClusterKeys keys_;
  const Duration pause_;
  const Listener listener_;
  std::unique_ptr<EtcdClient> client_;
  EtcdWatch watch_;
  ClusterView view_;
  std::int64_t shown_ = 0;
  bool read_once_ = false;
  std::string trouble_;
  std::set<EtcdFailure::Kind> said_;  // since etcd answered last
  std::map<std::string, std::string> told_unreadable_;
  net::TaskGroup tasks_;
  net::Notice ending_;
  bool stopping_ = false;
};

}  // namespace stickler::cluster
