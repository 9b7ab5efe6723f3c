// SPDX-License-Identifier: MIT
#include "observe/runtime_cluster_commands.h"

#include <algorithm>

#include "base/log.h"
#include "net/event_loop.h"
#include "observe/cluster_listing.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

constexpr std::string_view kNoSuchCluster = "No such cluster";
constexpr std::string_view kHowToRebalance = "usage: rebalance [<cluster>] [dry-run] [json]";

// Takes the word away if it is the last one.
bool take_last(Words& words, std::string_view word) {
  if (words.empty() || words.back() != word) return false;
  words.pop_back();
  return true;
}

// One of the two that clusters are shown by.
struct Listing {
  std::string_view usage;
  std::string (*lines)(const Clusters& clusters, WallTime now);
  std::string (*json)(const Clusters& clusters);
};
constexpr Listing kBucketListing{"usage: show buckets [<cluster>] [json]", bucket_lines,
                                 clusters_buckets_json};
constexpr Listing kNodeListing{"usage: show nodes [<cluster>] [json]", node_lines,
                               clusters_nodes_json};

// A cluster may be called "json": then that has to be said once more.
std::string show(const Administration& administration, Words words, const Listing& listing) {
  const bool json = take_last(words, "json");
  if (words.size() > 1) return std::string(listing.usage);
  Clusters clusters = administration.clusters();
  if (!words.empty()) {
    std::erase_if(clusters, [&](const auto& cluster) { return cluster.name != words.front(); });
    if (clusters.empty()) return std::string(kNoSuchCluster);
  }
  if (json) return listing.json(clusters);
  return listing.lines(clusters, net::EventLoop::current().wall_now());
}

std::string moves_in_words(std::size_t moving, bool dry_run) {
  if (moving == 0) return dry_run ? "nothing would move" : "nothing has to move";
  return fmt::format("{} bucket{} {} move", moving, moving == 1 ? "" : "s",
                     dry_run ? "would" : "will");
}

net::Task<std::string> rebalance(Administration* administration, Words words) {
  const bool json = take_last(words, "json");
  const bool dry_run = take_last(words, "dry-run");
  if (words.size() > 1) co_return std::string(kHowToRebalance);
  const std::string name = words.empty() ? "" : words.front();
  const Clusters clusters = administration->clusters();
  const bool known =
      name.empty() ||
      std::ranges::find(clusters, name, &cluster::ClusterReport::name) != clusters.end();
  if (!known) co_return std::string(kNoSuchCluster);
  auto moving = co_await administration->rebalance(name, dry_run);
  if (!moving) co_return std::string(kNotRebalanced) + moving.error();
  const std::string said = moves_in_words(*moving, dry_run);
  if (!dry_run) {
    log_info("cluster{}{}: rebalance by an administrator: {}", name.empty() ? "" : " ", name, said);
  }
  if (!json) co_return said;
  co_return fmt::format("{{\"moving\": {}, \"dry_run\": {}}}\n", *moving, dry_run);
}

}  // namespace

void add_cluster_commands(RuntimeCommands& commands, Administration& administration) {
  commands.add("show buckets", "[<cluster>] [json]",
               "Clusters' buckets: which node has each, and which move.",
               [&](const Words& words) { return show(administration, words, kBucketListing); });
  commands.add("show nodes", "[<cluster>] [json]",
               "Clusters' nodes: whether they are there, and how many buckets they have.",
               [&](const Words& words) { return show(administration, words, kNodeListing); });
  commands.add(
      {"rebalance", "[<cluster>] [dry-run] [json]",
       "Gives all nodes of a cluster the same number of buckets; says how many move.",
       [&administration](const Words& words) { return rebalance(&administration, words); }});
}

}  // namespace stickler::observe
