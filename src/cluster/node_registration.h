// SPDX-License-Identifier: MIT
// A node of this machine that cannot register itself: asked for its health, kept in etcd while it
// is well, stopped before its key is given up. By the rules of registration_rules.h; control
// thread.
//
//   watch: checks ───────┐
//   keep: etcd ◄─────────┼──► rules ──► stop: the command
//   keep time ───────────┘
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "backend/health_check.h"
#include "cluster/cluster_keys.h"
#include "cluster/etcd_client.h"
#include "cluster/registration_rules.h"
#include "cluster/registration_words.h"
#include "cluster/shell_command.h"
#include "config/config.h"
#include "config/url.h"
#include "net/task_group.h"
#include "net/tls_client.h"
#include "net/wait.h"

namespace stickler::cluster {

class NodeRegistration {
 private:
  // For make() alone.
  struct Private {};

 public:
  struct Listener {
    std::function<void(const RegistrationNews& news)> news;
    std::function<void()> registered;
    // Another process of the same kind keeps this node's key from now on: this one has to end.
    std::function<void()> replaced;
  };

  // The error is a sentence. `cluster` has a registration.
  static Result<std::unique_ptr<NodeRegistration>, std::string> make(const config::Cluster& cluster,
                                                                     Listener listener);
  NodeRegistration(Private, const config::Cluster& cluster, std::unique_ptr<EtcdClient> client,
                   Listener listener);

  void start();
  // The key is left to its lease. co_await stopped() before destroying it.
  void stop();
  net::Wait stopped(Duration limit) { return tasks_.all_ended(limit); }

  RegistrationRules::Stage stage() const { return rules_.stage(); }
  bool stop_command_runs() const { return command_runs_; }

 private:
  using Stage = RegistrationRules::Stage;
  using Weight = RegistrationNews::Weight;
  enum class Progress : std::uint8_t { done, again, later };

  // ---- The node (node_registration_node.cc)
  net::Task<> watch();
  net::Task<backend::CheckVerdict> check();
  net::Task<> mind_stopping();
  net::Task<bool> stop_node();

  // ---- Its key (node_registration_key.cc)
  net::Task<> keep();
  net::Task<Progress> next_step();
  net::Task<Progress> claim();
  net::Task<bool> obtain_lease();
  net::Task<Progress> put(std::int64_t seen_revision);
  net::Task<Progress> confirm();
  net::Task<Progress> release();
  net::Task<> drop_lease();
  Progress look_at(const EtcdReading& reading, balance::BootTime asked);
  bool claims() const;
  // Whose the key is: "" is this node.
  std::string owner_of(const EtcdKey& key) const;
  Duration pause_after(Progress progress) const;

  net::Task<> keep_time();
  void follow();
  void say(Weight weight, const std::string& text) const;
  void failed(const EtcdFailure& failure);
  void answered();

  const config::Cluster cluster_;
  const config::NodeRegistration& node_;  // of cluster_
  const config::Url local_url_;
  const std::string address_;  // as servers' are written
  const Listener listener_;
  const std::string key_;
  const NodeUrls urls_;

  RegistrationRules rules_;
  Stage told_ = Stage::arriving;
  std::unique_ptr<EtcdClient> client_;
  std::int64_t lease_ = 0;
  balance::BootTime lease_asked_{};
  std::string trouble_;  // what etcd's is, said already; "": none
  std::string foreign_;  // who has our key, said already

  const net::TlsClientContext tls_;
  backend::HealthCheck check_;
  net::WaitSlot* looking_up_ = nullptr;
  std::string verdict_ = "not checked yet";

  ShellCommand command_;
  bool command_runs_ = false;
  unsigned stops_ = 0;  // that succeeded
  balance::BootTime lost_at_{};

  net::TaskGroup tasks_;
  net::Notice check_due_;
  net::Notice etcd_due_;
  net::Notice stop_due_;
  net::Notice ticking_;
  bool ending_ = false;
};

}  // namespace stickler::cluster
