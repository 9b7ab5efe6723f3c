// SPDX-License-Identifier: MIT
#include "cluster/registration_words.h"

#include <gtest/gtest.h>

namespace stickler::cluster {
namespace {

using NodeStage = RegistrationRules::Stage;

std::string said(const std::string& stop, NodeStage before, NodeStage after,
                 KeyLoss loss = KeyLoss::none) {
  config::Cluster cluster;
  cluster.registration.emplace().stop = stop;
  const RegistrationNews news = news_of(cluster, {before, after, loss, "GET /ping/: 503"});
  constexpr const char* kWeights[] = {"info", "warning", "error"};
  return std::string(kWeights[static_cast<std::size_t>(news.weight)]) + ": " + news.text;
}

TEST(RegistrationWords, SayWhyANodeIsStoppedAndThatItKeepsItsKey) {
  EXPECT_EQ(said("docker stop", NodeStage::registered, NodeStage::failing),
            "warning: its check fails (GET /ping/: 503): it is stopped, and keeps its key until "
            "that is done");
}

TEST(RegistrationWords, SayWhatAnAdministratorHasToDoWithoutAStopCommand) {
  EXPECT_EQ(said("", NodeStage::registered, NodeStage::failing),
            "error: its check fails (GET /ping/: 503): its key is given up. Make sure that it is "
            "stopped: there is no stop command, and if it only hangs it may yet write what is "
            "another's");
  EXPECT_EQ(said("", NodeStage::registered, NodeStage::lost, KeyLoss::deleted),
            "error: somebody has removed its key: its bases may become another's. Restart it "
            "within 30s: there is no stop command");
}

TEST(RegistrationWords, SayHowAKeyWasLost) {
  EXPECT_EQ(said("docker stop", NodeStage::registered, NodeStage::lost, KeyLoss::time),
            "error: etcd has not confirmed its key for 90s: its bases may become another's. It is "
            "stopped at once");
}

TEST(RegistrationWords, TellAPredecessorsKeyFromANewOne) {
  EXPECT_EQ(said("", NodeStage::arriving, NodeStage::registered),
            "info: it is registered already: its key is kept from now on");
  EXPECT_EQ(said("", NodeStage::registering, NodeStage::registered), "info: registered");
}

}  // namespace
}  // namespace stickler::cluster
