// SPDX-License-Identifier: MIT
#include "config/written.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace stickler::config {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Node leaf(const std::string& name, const std::string& text) {
  Node node;
  node.kind = Node::Kind::string;
  node.name = name;
  node.text = text;
  return node;
}

Node group(const std::string& name, std::vector<Node> children) {
  Node node;
  node.kind = Node::Kind::group;
  node.name = name;
  node.children = std::move(children);
  return node;
}

Written root(std::vector<Node> children) {
  return written_settings(group("", std::move(children)));
}

TEST(Written, NamesEachSettingByItsPath) {
  Node list = leaf("bind", "");
  list.kind = Node::Kind::list;
  list.children = {leaf("", ":80"), leaf("", ":81")};
  Written written = root({group("listeners", {group("web", {list})})});
  EXPECT_EQ(written["listeners.web.bind"], "[:80, :81]");
}

TEST(Written, SaysWhatDiffers) {
  Written before = root({group("timeouts", {leaf("server", "10m"), leaf("client", "1m")})});
  Written after = root({group("timeouts", {leaf("server", "15m"), leaf("queue", "5s")})});
  EXPECT_THAT(changes(before, before), IsEmpty());
  EXPECT_THAT(changes(before, after),
              ElementsAre("timeouts.client removed (was 1m)", "timeouts.server 10m → 15m",
                          "timeouts.queue set to 5s"));
}

TEST(Written, SaysOfAWholeGroupOnce) {
  Node s1 = group("s1", {leaf("address", "10.0.0.1:80")});
  Node s2 = group("s2", {leaf("address", "10.0.0.2:80"), leaf("weight", "2")});
  Written one = root({group("servers", {s1})});
  Written two = root({group("servers", {s1, s2})});
  EXPECT_THAT(changes(one, two), ElementsAre("servers.s2 added"));
  EXPECT_THAT(changes(two, one), ElementsAre("servers.s2 removed"));
}

TEST(Written, SaysThatRoutesHaveAnotherOrder) {
  Node a = group("a", {leaf("path", "/a")});
  Node b = group("b", {leaf("path", "/b")});
  EXPECT_THAT(changes(root({group("routes", {a, b})}), root({group("routes", {b, a})})),
              ElementsAre("routes (order) a, b → b, a"));
  EXPECT_THAT(changes(root({}), root({group("routes", {a, b})})), ElementsAre("routes added"));
}

}  // namespace
}  // namespace stickler::config
