// SPDX-License-Identifier: MIT
#include "observe/cluster_words.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <utility>

#include "balance/bucket_table.h"
#include "base/assert.h"
#include "observe/readable.h"

namespace stickler::observe {
namespace {

using cluster::BucketReport;
using cluster::BucketState;
using cluster::Cause;
using cluster::ClusterReport;

// Not in which epoch it came to be so.
bool are_alike(const BucketState& one, const BucketState& other) {
  return one.stage == other.stage && one.owner == other.owner && one.next == other.next &&
         one.cause == other.cause;
}

std::string buckets_in_words(std::size_t count, std::string_view one, std::string_view several) {
  return fmt::format("{} bucket{} {}", count, count == 1 ? "" : "s", count == 1 ? one : several);
}

std::string monitor_in_words(const ClusterReport& report) {
  if (report.monitor.empty()) return "no monitor is elected";
  return "monitor " + report.monitor + (report.is_monitor ? " (this process)" : "");
}

std::string etcd_in_words(const ClusterReport& report) {
  const std::string place = report.etcd.empty() ? "etcd" : "etcd at " + report.etcd;
  return report.trouble.empty() ? place : "trouble with " + place + " (" + report.trouble + ")";
}

std::string_view dash_or(const std::string& name) {
  return name.empty() ? std::string_view("–") : std::string_view(name);
}

}  // namespace

std::vector<BucketRange> bucket_ranges(const ClusterReport& report) {
  std::vector<BucketRange> ranges;
  for (std::size_t i = 0; i < report.buckets.size(); ++i) {
    const auto& [state, since] = report.buckets[i];
    if (ranges.empty() || !are_alike(report.buckets[ranges.back().first].state, state)) {
      ranges.push_back({i, i, since});
      continue;
    }
    BucketRange& range = ranges.back();
    range.last = i;
    range.since = state.moves() ? std::min(range.since, since) : std::max(range.since, since);
  }
  return ranges;
}

std::string bucket_label(const ClusterReport& report, std::size_t bucket) {
  return std::string(balance::bucket_name(bucket, report.buckets.size()));
}

std::string bucket_label(const ClusterReport& report, const BucketRange& range) {
  const std::string first = bucket_label(report, range.first);
  return range.first == range.last ? first : first + "-" + bucket_label(report, range.last);
}

std::vector<std::size_t> moving_buckets(const ClusterReport& report) {
  std::vector<std::size_t> moving;
  for (std::size_t i = 0; i < report.buckets.size(); ++i) {
    if (report.buckets[i].state.moves()) moving.push_back(i);
  }
  std::ranges::sort(moving, {}, [&](std::size_t bucket) {
    return std::pair(report.buckets[bucket].since, bucket);
  });
  return moving;
}

std::string way_of(const BucketState& bucket, std::string_view arrow) {
  if (!bucket.moves()) return std::string(dash_or(bucket.owner));
  return fmt::format("{} {} {}", dash_or(bucket.owner), arrow, dash_or(bucket.next));
}

std::string_view cause_in_words(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "";
    case Cause::rebalance:
      return "rebalance";
    case Cause::gone:
      return "its node is gone";
    case Cause::vanished:
      return "the assignment had vanished";
  }
  ASSERT(false);
  return {};
}

std::string_view standing_of(const ClusterReport& report) {
  if (!report.balances) return "watches";
  return report.vouches ? "vouches" : "silent";
}

std::string cluster_details(const ClusterReport& report) {
  std::string text =
      report.epoch == 0 ? "no assignment yet" : fmt::format("epoch {}", report.epoch);
  text += ", " + monitor_in_words(report) + ", " + etcd_in_words(report);
  if (report.heartbeat_lag > Duration{0}) {
    text += ", heartbeat " + readable_latency(report.heartbeat_lag);
  }
  if (report.epoch == 0) return text;
  text += ", ";
  text += report.moving == 0 ? "nothing moves" : buckets_in_words(report.moving, "moves", "move");
  if (report.unowned > 0)
    text += ", " + buckets_in_words(report.unowned, "has", "have") + " no node";
  return text;
}

std::string cluster_past(const ClusterReport& report) {
  std::string text;
  if (report.moves > 0) {
    text = fmt::format("{} move{}, the last took {}", readable_count(report.moves),
                       report.moves == 1 ? "" : "s", readable_latency(report.last_move));
  }
  if (report.silences == 0) return text;
  if (!text.empty()) text += ", ";
  return text + fmt::format("silent {} time{}", readable_count(report.silences),
                            report.silences == 1 ? "" : "s");
}

std::string key_in_words(const cluster::NodeReport& node, WallTime now) {
  if (node.registered) return "registered";
  if (node.gone_since == WallTime{}) return "gone";
  return "gone for " + readable_span(now - node.gone_since);
}

}  // namespace stickler::observe
