// SPDX-License-Identifier: MIT
// Explanations of requests whose servers are a cluster's nodes: which has the bucket is known to
// the running program alone.
#include "observe/explain_bucket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "observe/cluster_fixture.h"
#include "observe/explain_fixture.h"
#include "observe/explain_json.h"
#include "observe/explain_text.h"

namespace stickler::observe {
namespace {

using Kind = Explanation::Outcome::Kind;
using testing::HasSubstr;

// Backend "app" of cluster "bases", whose nodes node-a and node-b are known.
class ExplainBucket : public ExplainTest {
 protected:
  ExplainBucket() {
    config::Config settings = good(
        "clusters = { bases = { hold = \"7s\"; }; };\n"
        "listeners = { web = { bind = \":80\"; backend = \"app\"; }; };\n"
        "backends = { app = { cluster = \"bases\"; no_key = \"any\"; }; };\n");
    for (const char* name : {"node-a", "node-b"}) {
      config::Server server;
      server.name = name;
      server.address = name == std::string("node-a") ? "10.0.0.1:80" : "10.0.0.2:80";
      settings.backends.front().servers.push_back(server);
    }
    given(std::make_shared<config::Config>(std::move(settings)));
  }

  // The key's first two digits are its bucket.
  static ExplainWords request_for(const std::string& bucket) {
    return {.url = "http://a.example/api/v1/dtables/" + bucket +
                   "345678-1234-1234-1234-123456789abc/"};
  }
  Explanation running(const std::string& bucket) {
    auto request = read_explained_request(request_for(bucket));
    auto all = observe::explain(*snapshot_, *request, kSeen, &clusters_);
    EXPECT_TRUE(all.ok());
    return all ? *all : Explanation{};
  }

  static constexpr std::time_t kSeen = 1'800'000'000;
  std::vector<cluster::ClusterReport> clusters_{test::busy_cluster()};
};

TEST_F(ExplainBucket, AFileDoesNotSayWhoHasIt) {
  const Explanation all = explained(request_for("7f"));
  EXPECT_EQ(all.outcome.kind, Kind::unknown);
  const std::string text = explanation_text(all);
  EXPECT_THAT(text,
              HasSubstr("\nbucket    7f of cluster bases: only the running program knows which "
                        "node has it\nanswer    the bucket's node   reason: bucket 7f\n"));
  const auto explained = nlohmann::json::parse(explanation_json(all));
  EXPECT_EQ(explained["bucket"]["known"], false);
  EXPECT_EQ(explained["answer"]["kind"], "unknown");
  EXPECT_EQ(explained["answer"]["status"], nullptr);
}

TEST_F(ExplainBucket, TheRunningProgramDoes) {
  const Explanation all = running("7f");
  EXPECT_EQ(in_short(all.outcome), "node-a: bucket 7f");
  EXPECT_EQ(in_short(all.if_down->outcome), "503: bucket 7f: node-a is down");
  EXPECT_THAT(explanation_text(all),
              HasSubstr("\nbucket    7f of cluster bases: node-a has had it for 3 h\n"
                        "server    node-a (10.0.0.1:80): up\n"));
  const auto explained = nlohmann::json::parse(explanation_json(all))["bucket"];
  EXPECT_EQ(explained["state"], "serving");
  EXPECT_EQ(explained["node"], "node-a");
  EXPECT_EQ(explained["for"], 3 * 3600);
}

TEST_F(ExplainBucket, WhatMovesIsHeld) {
  const Explanation all = running("40");
  EXPECT_EQ(all.outcome.kind, Kind::hold);
  EXPECT_THAT(
      explanation_text(all),
      HasSubstr("\nbucket    40 of cluster bases: it moves, node-a → node-b (closing for 12 "
                "s: rebalance)\nanswer    waits for the next node for 7s (the cluster's "
                "hold), then 503 Service Unavailable   reason: bucket 40 moves\n"));
  EXPECT_EQ(nlohmann::json::parse(explanation_json(all))["answer"]["waits_at_most"], 7.0);
}

TEST_F(ExplainBucket, ANodeThatThisConfigurationDoesNotKnowYetIsWaitedFor) {
  clusters_[0].buckets[0x7f].state.owner = "node-d";
  EXPECT_EQ(running("7f").outcome.kind, Kind::hold);
}

TEST_F(ExplainBucket, NobodyHasItOrThisBalancerIsSilent) {
  EXPECT_EQ(in_short(running("ff").outcome), "503: bucket ff has no node yet");
  clusters_[0].vouches = false;
  const Explanation silent = running("7f");
  EXPECT_EQ(in_short(silent.outcome), "503: cut off from etcd for too long");
  EXPECT_THAT(explanation_text(silent), HasSubstr("; this balancer is silent\n"));
  clusters_.clear();
  EXPECT_EQ(in_short(running("7f").outcome), "503: cut off from etcd for too long");
}

TEST_F(ExplainBucket, WithoutAKeyThereIsNone) {
  const Explanation all = explained();
  EXPECT_FALSE(all.bucket.has_value());
  EXPECT_EQ(in_short(all.outcome), "node-a node-b: roundrobin");
}

}  // namespace
}  // namespace stickler::observe
