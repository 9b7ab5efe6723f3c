// SPDX-License-Identifier: MIT
#include "observe/cluster_json.h"

#include <utility>

#include "observe/cluster_words.h"

namespace stickler::observe {
namespace {

using cluster::BucketState;
using cluster::ClusterReport;

void add_state(Json& json, const BucketState& state, Json since) {
  json["state"] = to_string(state.stage);
  json["node"] = text_or_null(state.owner);
  json["next"] = text_or_null(state.next);
  json["cause"] = text_or_null(to_string(state.cause));
  json["since"] = std::move(since);
}

}  // namespace

Json cluster_json(const ClusterReport& report) {
  return {{"cluster", report.name},
          {"standing", standing_of(report)},
          {"monitor", text_or_null(report.monitor)},
          {"is_monitor", report.is_monitor},
          {"etcd", text_or_null(report.etcd)},
          {"trouble", text_or_null(report.trouble)},
          {"heartbeat_lag", report.balances ? Json(in_seconds(report.heartbeat_lag)) : Json()},
          {"epoch", report.epoch},
          {"moving", report.moving},
          {"unowned", report.unowned},
          {"moves", report.moves},
          {"last_move", report.moves > 0 ? Json(in_seconds(report.last_move)) : Json()},
          {"silences", report.silences},
          {"text", cluster_details(report)}};
}

Json nodes_json(const ClusterReport& report, JsonTime time) {
  Json all = Json::array();
  for (const cluster::NodeReport& node : report.nodes) {
    all.push_back({{"node_id", node.id},
                   {"node_url", text_or_null(node.urls.node_url)},
                   {"local_node_url", text_or_null(node.urls.local_node_url)},
                   {"registered", node.registered},
                   {"gone_since", node.registered ? Json() : time(node.gone_since)},
                   {"buckets", node.buckets},
                   {"leaving", node.leaving},
                   {"coming", node.coming},
                   {"trouble", text_or_null(node.trouble)}});
  }
  return all;
}

Json buckets_json(const ClusterReport& report, JsonTime time) {
  Json all = Json::array();
  for (std::size_t i = 0; i < report.buckets.size(); ++i) {
    const auto& [state, since] = report.buckets[i];
    Json json;
    json["bucket"] = bucket_label(report, i);
    add_state(json, state, time(since));
    all.push_back(std::move(json));
  }
  return all;
}

Json balancers_json(const ClusterReport& report) {
  Json all = Json::array();
  for (const cluster::BalancerReport& balancer : report.balancers) {
    all.push_back({{"id", balancer.id},
                   {"name", balancer.name},
                   {"obeys", balancer.obeys},
                   {"busy", balancer.busy},
                   {"here", balancer.here}});
  }
  return all;
}

Json bucket_ranges_json(const ClusterReport& report, JsonTime time) {
  Json all = Json::array();
  for (const BucketRange& range : bucket_ranges(report)) {
    Json json{{"first", bucket_label(report, range.first)},
              {"last", bucket_label(report, range.last)},
              {"count", range.last - range.first + 1}};
    add_state(json, report.buckets[range.first].state, time(range.since));
    all.push_back(std::move(json));
  }
  return all;
}

}  // namespace stickler::observe
