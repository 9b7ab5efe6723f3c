// SPDX-License-Identifier: MIT
#include "observe/cluster_page.h"

#include "observe/cluster_json.h"

namespace stickler::observe {
namespace {

proxy::PageAnswer json_page(unsigned status, const Json& json) {
  proxy::PageAnswer page;
  page.status = status;
  page.content_type = "application/json";
  page.body = document(json);
  return page;
}

proxy::PageAnswer refusal(unsigned status, const std::string& why) {
  return json_page(status, {{"error", why}});
}

}  // namespace

proxy::PageAnswer ping_page() { return {200, "text/plain; charset=utf-8", "pong", {}}; }

proxy::PageAnswer owner_page(const BucketOwner& owner) {
  if (!owner) return refusal(400, owner.error());
  if (!*owner) return refusal(404, "no node has it yet");
  const cluster::BucketCluster::Owner& found = **owner;
  return json_page(200, {{"node_id", found.node},
                         {"node_url", text_or_null(found.urls.node_url)},
                         {"moving", found.moves}});
}

proxy::PageAnswer buckets_page(const cluster::ClusterReport& report) {
  return json_page(200, {{"cluster", report.name},
                         {"epoch", report.epoch},
                         {"moving", report.moving},
                         {"buckets", buckets_json(report, iso_or_null)}});
}

proxy::PageAnswer nodes_page(const cluster::ClusterReport& report) {
  return json_page(200, {{"cluster", report.name},
                         {"epoch", report.epoch},
                         {"monitor", text_or_null(report.monitor)},
                         {"etcd", text_or_null(report.etcd)},
                         {"trouble", text_or_null(report.trouble)},
                         {"nodes", nodes_json(report, iso_or_null)}});
}

proxy::PageAnswer rebalance_page(const Result<std::size_t, std::string>& moving) {
  if (!moving) return refusal(503, moving.error());
  return json_page(202, {{"moving", *moving}});
}

}  // namespace stickler::observe
