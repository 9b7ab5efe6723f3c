// SPDX-License-Identifier: MIT
#include "cluster/cluster_keys.h"

#include <gtest/gtest.h>

namespace stickler::cluster {
namespace {

const ClusterKeys kKeys{"/stickler/", 16};

EtcdKey key(const std::string& name, const std::string& value, std::int64_t revision = 7) {
  return {kKeys.prefix + name, value, 3, revision, 0};
}
ClusterView view_of(std::vector<EtcdKey> keys) {
  EtcdReading reading;
  reading.header = {42, 9, 1};
  reading.keys = std::move(keys);
  return read_view(kKeys, reading);
}
Assignment assignment() {
  Assignment assignment;
  assignment.epoch = 12;
  assignment.buckets.assign(16, {Stage::serving, "A", "", 1, Cause::none});
  assignment.buckets[1] = {Stage::closing, "A", "B", 5, Cause::rebalance};
  assignment.buckets[2] = {Stage::unloading, "A", "B", 6, Cause::gone};
  assignment.buckets[3] = {Stage::unloading, "", "B", 7, Cause::vanished};
  assignment.buckets[4] = {};
  assignment.nodes = {{"A", {"https://a/", "http://10.0.0.1/"}}, {"B", {"", "http://10.0.0.2/"}}};
  return assignment;
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

// ---- There and back ----

TEST(ClusterKeys, AnAssignmentComesBackAsItWas) {
  const auto read = read_assignment(assignment_text(assignment()), 16);
  ASSERT_TRUE(read) << read.error();
  EXPECT_EQ(*read, assignment());
}

TEST(ClusterKeys, AnAssignmentCanBeRead) {
  const std::string text = assignment_text(assignment());
  for (const char* part :
       {R"("epoch":12)", R"("0":{"stage":"serving","node":"A","since":1})",
        R"("2":{"stage":"unloading","node":"A","next":"B","cause":"gone","since":6})",
        R"("3":{"stage":"unloading","next":"B","cause":"vanished","since":7})"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  }
}

TEST(ClusterKeys, EveryKeyOfAViewComesBack) {
  const BalancerKey balancer{0, "lb1", 12, {1, 15}};
  const ClusterView view = view_of({key("nodes/A", node_text({"https://a/", "http://10.0.0.1/"})),
                                    key("balancers/x", balancer_text(balancer, 4, 16), 8),
                                    key("monitor", monitor_text({0, 0, "x", "lb1"}, 5)),
                                    key("assignment", assignment_text(assignment())),
                                    key("rebalance", wish_text("me"))});
  EXPECT_EQ(view.cluster_id, 42U);
  EXPECT_EQ(view.revision, 9);
  EXPECT_EQ(view.nodes.at("A"), (NodeUrls{"https://a/", "http://10.0.0.1/"}));
  EXPECT_EQ(view.balancers.at("x").revision, 8);
  EXPECT_EQ(view.balancers.at("x").name, "lb1");
  EXPECT_EQ(view.balancers.at("x").obeys, 12U);
  EXPECT_EQ(view.balancers.at("x").busy, balancer.busy);
  EXPECT_EQ(view.monitor->created, 3);
  EXPECT_EQ(view.monitor->revision, 7);
  EXPECT_EQ(view.monitor->id, "x");
  EXPECT_EQ(view.monitor->name, "lb1");
  EXPECT_EQ(view.assignment, assignment());
  EXPECT_EQ(view.assignment_created, 3);
  EXPECT_EQ(view.assignment_revision, 7);
  EXPECT_EQ(view.wish->by, "me");
  EXPECT_TRUE(view.unreadable.empty());
}

TEST(ClusterKeys, NamesAreWhereTheyAreRead) {
  EXPECT_EQ(kKeys.node("A"), "/stickler/nodes/A");
  EXPECT_EQ(kKeys.balancer("x"), "/stickler/balancers/x");
  EXPECT_EQ(kKeys.monitor(), "/stickler/monitor");
  EXPECT_EQ(kKeys.assignment(), "/stickler/assignment");
  EXPECT_EQ(kKeys.wish(), "/stickler/rebalance");
}

// ---- Events ----

TEST(ClusterKeys, WhatIsDeletedIsGone) {
  ClusterView view =
      view_of({key("nodes/A", node_text({"", "http://a/"})), key("balancers/x", "{}"),
               key("monitor", "{}"), key("assignment", assignment_text(assignment())),
               key("rebalance", "{}"), key("nodes/B", "?")});
  for (const char* name :
       {"nodes/A", "nodes/B", "balancers/x", "monitor", "assignment", "rebalance", "nodes/never"}) {
    apply(kKeys, {true, key(name, "")}, view);
  }
  EXPECT_TRUE(view.nodes.empty());
  EXPECT_TRUE(view.balancers.empty());
  EXPECT_FALSE(view.monitor);
  EXPECT_FALSE(view.assignment);
  EXPECT_FALSE(view.wish);
  EXPECT_EQ(view.assignment_created, 0);
  EXPECT_EQ(view.assignment_revision, 0);
  EXPECT_TRUE(view.unreadable.empty());
}

TEST(ClusterKeys, WhatBecomesReadableIsReported_NoMore) {
  ClusterView view = view_of({key("nodes/A", "?"), key("assignment", "?")});
  EXPECT_EQ(view.unreadable.size(), 2U);
  apply(kKeys, {false, key("nodes/A", node_text({"", "http://a/"}))}, view);
  apply(kKeys, {false, key("assignment", assignment_text(assignment()))}, view);
  EXPECT_TRUE(view.unreadable.empty());
  EXPECT_TRUE(view.nodes.contains("A"));
  apply(kKeys, {false, key("nodes/A", "{}")}, view);
  EXPECT_FALSE(view.nodes.contains("A"));
  EXPECT_EQ(view.unreadable.at("/stickler/nodes/A"), "has no local_node_url");
}

TEST(ClusterKeys, OtherKeysAreNobodysBusiness) {
  ClusterView view = view_of({key("other", "1"), {"/elsewhere/nodes/A", "{}", 1, 1, 0}});
  apply(kKeys, {false, {"/elsewhere/monitor", "{}", 1, 1, 0}}, view);
  EXPECT_TRUE(view.nodes.empty());
  EXPECT_FALSE(view.monitor);
  EXPECT_TRUE(view.unreadable.empty());
}

// ---- What others have written ----

TEST(ClusterKeys, AnAssignmentThatMakesNoSenseIsNone) {
  const std::string good = assignment_text(assignment());
  const std::string text_cases[][2] = {
      {"", "is no JSON object"},
      {"[]", "is no JSON object"},
      {"{}", "has no epoch"},
      {R"({"epoch":-1})", "has no epoch"},
      {R"({"epoch":1.5})", "has no epoch"},
      {R"({"epoch":"7"})", "has no epoch"},
      {R"({"epoch":7})", "has 0 buckets, not the 16 of clusters.NAME.buckets"},
      {R"({"epoch":7,"buckets":[1]})", "has 0 buckets, not the 16 of clusters.NAME.buckets"},
      {replaced(good, R"("f":)", R"("F":)"), "lacks bucket f"},
      {replaced(good, R"("stage":"serving")", R"("stage":"lost")"), "makes no sense of bucket 0"},
      {replaced(good, R"("stage":"serving","node":"A")", R"("stage":"serving")"),
       "makes no sense of bucket 0"},
      {replaced(good, R"("next":"B","cause":"rebalance")", R"("cause":"rebalance")"),
       "makes no sense of bucket 1"},
      {replaced(good, R"("cause":"gone")", R"("cause":"why")"), "makes no sense of bucket 2"},
      {replaced(good, R"("stage":"unowned")", R"("stage":"unowned","node":"A")"),
       "makes no sense of bucket 4"},
  };
  for (const auto& [text, error] : text_cases) {
    const auto read = read_assignment(text, 16);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error(), error) << text;
  }
}

TEST(ClusterKeys, AnUnreadableAssignmentIsThereAllTheSame) {
  const ClusterView view = view_of({key("assignment", "?")});
  EXPECT_FALSE(view.assignment);
  EXPECT_EQ(view.assignment_revision, 7);
  EXPECT_EQ(view.unreadable.at("/stickler/assignment"), "is no JSON object");
}

// Anything may stand anywhere: it is read as far as it can be, and nothing throws.
TEST(ClusterKeys, HostileValuesAreRead) {
  const std::string deep(100000, '[');
  for (const std::string& value :
       {std::string(), std::string("null"), std::string("0"), std::string("\"\""),
        std::string("[]"), std::string("{"), std::string("\xff\xfe"), std::string("\0", 1), deep,
        std::string(R"({"name":1,"id":[],"obeys":"x","busy":{},"by":null,"epoch":{}})"),
        std::string(R"({"obeys":-3,"busy":[1,null,"zz","0","00",["1"]]})"),
        std::string(R"({"obeys":1e400,"local_node_url":7})"),
        std::string(R"({"obeys":18446744073709551616})"),
        std::string(R"({"epoch":1,"nodes":{"A":1,"":[]},"buckets":{"0":1}})")}) {
    const ClusterView view =
        view_of({key("nodes/A", value), key("balancers/x", value), key("monitor", value),
                 key("assignment", value), key("rebalance", value)});
    EXPECT_TRUE(view.nodes.empty()) << value;
    EXPECT_TRUE(view.unreadable.contains("/stickler/nodes/A")) << value;
    EXPECT_TRUE(view.unreadable.contains("/stickler/assignment")) << value;
    EXPECT_EQ(view.balancers.at("x").obeys, 0U) << value;
    EXPECT_TRUE(view.monitor) << value;
    EXPECT_TRUE(view.wish) << value;
  }
}

// Every beginning of a good value, and every good value with one byte made another.
TEST(ClusterKeys, NoDamageToAnAssignmentThrows) {
  const std::string good = assignment_text(assignment());
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(read_assignment(good.substr(0, i), 16));
    for (const char other : {'\0', '"', '}', '9', '\xff'}) {
      std::string damaged = good;
      damaged[i] = other;
      const auto read = read_assignment(damaged, 16);
      EXPECT_TRUE(!read || read->buckets.size() == 16);
    }
  }
}

// What others call themselves goes back into what is written.
TEST(ClusterKeys, HostileNamesCanBeWritten) {
  ClusterView view = view_of({key("nodes/\xff", node_text({"", "http://a/"}))});
  Assignment made = assignment();
  made.nodes = view.nodes;
  EXPECT_NO_THROW(assignment_text(made));
}

TEST(ClusterKeys, ANodeWithoutANameIsNone) {
  const ClusterView view = view_of({key("nodes/", node_text({"", "http://a/"}))});
  EXPECT_TRUE(view.nodes.empty());
  EXPECT_FALSE(view.unreadable.empty());
}

}  // namespace
}  // namespace stickler::cluster
