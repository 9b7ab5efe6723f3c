// SPDX-License-Identifier: MIT
#include "cluster/registration_words.h"

#include "base/assert.h"

namespace stickler::cluster {
namespace {

using NodeStage = RegistrationRules::Stage;
using Weight = RegistrationNews::Weight;

bool can_stop(const config::Cluster& cluster) { return !cluster.registration->stop.empty(); }

std::string how_lost(const config::Cluster& cluster, KeyLoss loss) {
  switch (loss) {
    case KeyLoss::none:
    case KeyLoss::time:
      return "etcd has not confirmed its key for " + format_duration(cluster.lease);
    case KeyLoss::lease:
      return "etcd has let its lease end";
    case KeyLoss::deleted:
      return "somebody has removed its key";
    case KeyLoss::overwritten:
      return "another node has overwritten its key";
  }
  ASSERT(false);
  return "";
}

RegistrationNews waiting(const config::Cluster& cluster, const RegistrationChange& change) {
  if (change.before == NodeStage::arriving) {
    return {Weight::info, "it has no key yet: it gets one when its check passes " +
                              std::to_string(cluster.registration->check.rise) + " times"};
  }
  if (change.before == NodeStage::registering) {
    return {Weight::warning, "its check fails (" + change.check + "): it is not registered"};
  }
  return {Weight::info, "it has no key any more, and gets one when its check passes again"};
}

RegistrationNews registered(const RegistrationChange& change) {
  if (change.before == NodeStage::arriving) {
    return {Weight::info, "it is registered already: its key is kept from now on"};
  }
  if (change.before == NodeStage::failing) {
    return {Weight::info, "its check passes again (" + change.check + "): it keeps its key"};
  }
  return {Weight::info, "registered"};
}

RegistrationNews failing(const config::Cluster& cluster, const RegistrationChange& change) {
  const std::string what = "its check fails (" + change.check + "): ";
  if (can_stop(cluster)) {
    return {Weight::warning, what + "it is stopped, and keeps its key until that is done"};
  }
  return {Weight::error, what +
                             "its key is given up. Make sure that it is stopped: there is no stop "
                             "command, and if it only hangs it may yet write what is another's"};
}

RegistrationNews lost(const config::Cluster& cluster, const RegistrationChange& change) {
  const std::string what = how_lost(cluster, change.loss) + ": its bases may become another's. ";
  if (can_stop(cluster)) return {Weight::error, what + "It is stopped at once"};
  return {Weight::error, what + "Restart it within " + format_duration(cluster.grace) +
                             ": there is no stop command"};
}

RegistrationNews releasing(const config::Cluster& cluster) {
  return {Weight::info,
          can_stop(cluster) ? "it is stopped: its key is given up" : "its key is given up"};
}

}  // namespace

RegistrationNews news_of(const config::Cluster& cluster, const RegistrationChange& change) {
  switch (change.after) {
    case NodeStage::arriving:
      break;
    case NodeStage::waiting:
      return waiting(cluster, change);
    case NodeStage::registering:
      return {Weight::info, "its check passes (" + change.check + ")"};
    case NodeStage::registered:
      return registered(change);
    case NodeStage::failing:
      return failing(cluster, change);
    case NodeStage::lost:
      return lost(cluster, change);
    case NodeStage::releasing:
      return releasing(cluster);
  }
  ASSERT(false);
  return {};
}

}  // namespace stickler::cluster
