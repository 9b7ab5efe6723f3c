// SPDX-License-Identifier: MIT
// What is said of a cluster's `register`, and of files that are for nothing else.
#include "config_files.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

constexpr const char* kUrls =
    "node_url = \"https://dtable-server-01.example.com/\"; "
    "local_node_url = \"http://172.17.30.94/\"; ";
constexpr const char* kStop = "stop = \"docker stop seatable\"; ";
constexpr const char* kPing = "check = { http = \"GET /ping/\"; }; ";

std::string in_cluster(const std::string& settings) {
  return "clusters = { dtable = { " + settings + " }; };\n";
}
std::string in_register(const std::string& settings, const std::string& of_cluster = "") {
  return in_cluster(of_cluster + " register = { " + settings + " };");
}
std::string node(const std::string& settings) {
  return in_register("node_id = \"one\"; " + std::string(kUrls) + settings);
}

class Registration : public ConfigFiles {};

TEST_F(Registration, ItsFileNeedsNothingElse) {
  const LoadResult result = load_text(node(std::string(kPing) + kStop));
  EXPECT_EQ(report(result), "test.conf: OK: 0 listeners, 0 backends, 0 servers\n");
  const NodeRegistration& read = *result.config->clusters.front().registration;
  EXPECT_EQ(read.node_id, "one");
  EXPECT_EQ(read.node_url, "https://dtable-server-01.example.com/");
  EXPECT_EQ(read.local_node_url, "http://172.17.30.94/");
  EXPECT_EQ(read.check.method + " " + read.check.path, "GET /ping/");
  EXPECT_EQ(read.stop, "docker stop seatable");
}

TEST_F(Registration, AFileWithoutAnyClusterStillLacksListeners) {
  EXPECT_EQ(findings("tables = { };"),
            "0:error: the file lacks 'listeners' [write listeners = { http = { bind = "
            "\":80\"; backend = \"NAME\"; }; };]");
}

TEST_F(Registration, ItsCheckHasTheDefaultsOfABackends) {
  const LoadResult result = load_text(
      node(std::string(kStop) + "check = { http = \"GET /ping/\"; interval = \"5s\"; };"));
  const Check& check = result.config->clusters.front().registration->check;
  EXPECT_EQ(check.down_interval, 5s);
  EXPECT_EQ(check.timeout, 5s);
  EXPECT_EQ(check.fast_interval, 1s);
}

TEST_F(Registration, NamesWhatIsMissing) {
  EXPECT_EQ(findings(in_register(kStop)),
            "1:error: clusters.dtable.register lacks 'check' [write check = { http = \"GET "
            "/ping/\"; };]\n"
            "1:error: clusters.dtable.register lacks 'local_node_url' [write local_node_url = "
            "\"http://10.0.0.1/\";]\n"
            "1:error: clusters.dtable.register lacks 'node_id' [write node_id = "
            "\"dtable-server-01\";]\n"
            "1:error: clusters.dtable.register lacks 'node_url' [write node_url = "
            "\"https://dtable-server-01.example.com/\";]");
}

TEST_F(Registration, RefusesWhatIsNoNameAndNoUrl) {
  const std::string rest = std::string(kPing) + kStop;
  EXPECT_EQ(findings(in_register("node_id = \"a/b\"; " + std::string(kUrls) + rest)),
            "1:error: clusters.dtable.register.node_id: is no name of a node: letters, digits, - _ "
            "and . only [write \"dtable-server-01\"]");
  auto local = [&](const std::string& url) {
    return findings(
        in_register("node_id = \"one\"; node_url = \"https://one/\"; local_node_url = \"" + url +
                    "\"; " + rest));
  };
  EXPECT_EQ(local("http://10.0.0.1:5000"), "");
  EXPECT_EQ(local("http://[fd00::1]/"), "");
  EXPECT_EQ(local("10.0.0.1"),
            "1:error: clusters.dtable.register.local_node_url: is no URL of a node [write "
            "\"http://10.0.0.1/\"]");
  EXPECT_EQ(local("https://10.0.0.1/"),
            "1:error: clusters.dtable.register.local_node_url: is no http:// URL: balancers ask "
            "nodes in the clear [write \"http://10.0.0.1/\"]");
  EXPECT_EQ(local("http://10.0.0.1/dtable-server/"),
            "1:error: clusters.dtable.register.local_node_url: has a path, which balancers leave "
            "out [write \"http://10.0.0.1/\"]");
}

TEST_F(Registration, WarnsOfANodeThatNobodyStops) {
  EXPECT_EQ(findings(node(kPing)),
            "1:warning: clusters.dtable.register has no stop: a node that only hung, and wakes "
            "when its bases are another's, writes over what that one has written [write stop = "
            "\"docker stop seatable\";, for example]");
}

TEST_F(Registration, AStopHasTheGraceOfANodeThatLostItsKey) {
  const std::string rest = "node_id = \"one\"; " + std::string(kUrls) + kPing + kStop;
  auto timeout_with = [&](const std::string& of_cluster) {
    const LoadResult result = load_text(in_register(rest, of_cluster));
    return result.config->clusters.front().registration->stop_timeout;
  };
  EXPECT_EQ(timeout_with(""), 30s);
  EXPECT_EQ(timeout_with("grace = \"5m\";"), 60s);
  EXPECT_EQ(findings(in_register(rest + "stop_timeout = \"20s\";")), "");
  EXPECT_EQ(findings(in_register(rest + "stop_timeout = \"31s\";")),
            "1:warning: clusters.dtable.register.stop_timeout is more than grace, 30s: a node that "
            "has lost its key could still be stopping when its bases are another's [make "
            "clusters.dtable.grace longer, at every balancer]");
}

TEST_F(Registration, RefusesACheckThatIsNone) {
  EXPECT_EQ(findings(node("check = { off = true; }; " + std::string(kStop))),
            "1:error: clusters.dtable.register.check.off: without a check a dead node would keep "
            "its key [write http = \"GET /ping/\";]");
}

TEST_F(Registration, WarnsOfALeaseThatOneSlowMemberCanUseUp) {
  const std::string rest = "node_id = \"one\"; " + std::string(kUrls) + kPing + kStop;
  EXPECT_EQ(findings(in_register(rest, "lease = \"8s\";")),
            "1:warning: clusters.dtable.etcd.timeout is more than a third of "
            "clusters.dtable.lease: one slow member is enough for the node to be stopped");
}

}  // namespace
}  // namespace stickler::config
