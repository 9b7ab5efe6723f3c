// SPDX-License-Identifier: MIT
#include "cluster/cluster_keys.h"

#include <nlohmann/json.hpp>

#include "balance/bucket_table.h"
#include "config/url.h"

namespace stickler::cluster {
namespace {

using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kNodes = "nodes/";
constexpr std::string_view kBalancers = "balancers/";

OrderedJson parse_value(std::string_view text) { return OrderedJson::parse(text, nullptr, false); }

// Whatever bytes are in it.
std::string written(const OrderedJson& json) {
  return json.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

std::string text_member(const OrderedJson& object, const char* name) {
  if (!object.is_object()) return "";
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::uint64_t number_member(const OrderedJson& object, const char* name) {
  if (!object.is_object()) return 0;
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

OrderedJson urls_json(const NodeUrls& urls) {
  return {{"node_url", urls.node_url}, {"local_node_url", urls.local_node_url}};
}

NodeUrls urls_of(const OrderedJson& object) {
  return {text_member(object, "node_url"), text_member(object, "local_node_url")};
}

OrderedJson bucket_json(const BucketState& bucket) {
  OrderedJson json{{"stage", to_string(bucket.stage)}};
  if (!bucket.owner.empty()) json["node"] = bucket.owner;
  if (!bucket.next.empty()) json["next"] = bucket.next;
  if (bucket.cause != Cause::none) json["cause"] = to_string(bucket.cause);
  json["since"] = bucket.since;
  return json;
}

template <typename Word>
std::optional<Word> find_word(const std::string& text, std::initializer_list<Word> words) {
  for (const Word word : words) {
    if (text == to_string(word)) return word;
  }
  return std::nullopt;
}

// Nothing if it makes no sense.
std::optional<BucketState> bucket_of(const OrderedJson& json) {
  using enum Stage;
  const auto stage = find_word(text_member(json, "stage"), {unowned, serving, closing, unloading});
  const auto cause = find_word(text_member(json, "cause"),
                               {Cause::none, Cause::rebalance, Cause::gone, Cause::vanished});
  if (!stage || !cause) return std::nullopt;
  BucketState bucket{*stage, text_member(json, "node"), text_member(json, "next"),
                     number_member(json, "since"), *cause};
  const bool has_owner = !bucket.owner.empty();
  const bool whole = (bucket.stage == serving && has_owner) ||
                     (bucket.stage == closing && has_owner && !bucket.next.empty()) ||
                     (bucket.stage == unloading && !bucket.next.empty()) ||
                     (bucket.stage == unowned && !has_owner);
  return whole ? std::optional(std::move(bucket)) : std::nullopt;
}

BalancerKey read_balancer(const EtcdKey& key, std::size_t buckets) {
  const OrderedJson json = parse_value(key.value);
  BalancerKey balancer;
  balancer.revision = key.mod_revision;
  balancer.name = text_member(json, "name");
  balancer.obeys = number_member(json, "obeys");
  if (!json.is_object() || !json.contains("busy") || !json["busy"].is_array()) return balancer;
  for (const OrderedJson& name : json["busy"]) {
    if (!name.is_string()) continue;
    balancer.busy.insert(balance::bucket_named(name.get<std::string>(), buckets));
  }
  return balancer;
}

MonitorKey read_monitor(const EtcdKey& key) {
  const OrderedJson json = parse_value(key.value);
  return {key.create_revision, key.mod_revision, text_member(json, "id"),
          text_member(json, "name")};
}

// It becomes a server's name, and part of texts that people and programs read.
bool is_name(std::string_view id) {
  constexpr std::size_t kLongest = 128;
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
  return !id.empty() && id.size() <= kLongest && id.find_first_not_of(kLetters) == id.npos;
}

void put_node(const std::string& id, const EtcdKey& key, ClusterView& view) {
  const auto urls = is_name(id) ? read_node(key.value) : Failed{std::string("names no node")};
  if (urls) {
    view.nodes[id] = *urls;
    view.unreadable.erase(key.key);
  } else {
    view.nodes.erase(id);
    view.unreadable[key.key] = urls.error();
  }
}

void put_assignment(const ClusterKeys& keys, const EtcdKey& key, ClusterView& view) {
  auto assignment = read_assignment(key.value, keys.buckets);
  view.assignment.reset();
  view.assignment_created = key.create_revision;
  view.assignment_revision = key.mod_revision;
  if (assignment) {
    view.assignment = std::move(*assignment);
    view.unreadable.erase(key.key);
  } else {
    view.unreadable[key.key] = assignment.error();
  }
}

void put(const ClusterKeys& keys, const EtcdKey& key, ClusterView& view) {
  const std::string name = key.key.substr(keys.prefix.size());
  if (name.starts_with(kNodes)) {
    put_node(name.substr(kNodes.size()), key, view);
  } else if (name.starts_with(kBalancers)) {
    view.balancers[name.substr(kBalancers.size())] = read_balancer(key, keys.buckets);
  } else if (key.key == keys.monitor()) {
    view.monitor = read_monitor(key);
  } else if (key.key == keys.assignment()) {
    put_assignment(keys, key, view);
  } else if (key.key == keys.wish()) {
    view.wish = Wish{key.mod_revision, text_member(parse_value(key.value), "by")};
  }
}

void remove(const ClusterKeys& keys, const std::string& key, ClusterView& view) {
  const std::string name = key.substr(keys.prefix.size());
  view.unreadable.erase(key);
  if (name.starts_with(kNodes)) view.nodes.erase(name.substr(kNodes.size()));
  if (name.starts_with(kBalancers)) view.balancers.erase(name.substr(kBalancers.size()));
  if (key == keys.monitor()) view.monitor.reset();
  if (key == keys.wish()) view.wish.reset();
  if (key != keys.assignment()) return;
  view.assignment.reset();
  view.assignment_created = view.assignment_revision = 0;
}

}  // namespace

std::string node_text(const NodeUrls& urls) { return written(urls_json(urls)); }

std::string balancer_text(const BalancerKey& balancer, std::uint64_t beat, std::size_t buckets) {
  OrderedJson busy = OrderedJson::array();
  for (const std::size_t bucket : balancer.busy) {
    busy.push_back(balance::bucket_name(bucket, buckets));
  }
  return written(
      {{"name", balancer.name}, {"beat", beat}, {"obeys", balancer.obeys}, {"busy", busy}});
}

std::string monitor_text(const MonitorKey& monitor, std::uint64_t beat) {
  return written({{"name", monitor.name}, {"id", monitor.id}, {"beat", beat}});
}

std::string wish_text(const std::string& by) {
  OrderedJson wish = OrderedJson::object();
  wish["by"] = by;
  return written(wish);
}

std::string assignment_text(const Assignment& assignment) {
  OrderedJson nodes = OrderedJson::object();
  for (const auto& [id, urls] : assignment.nodes) nodes[id] = urls_json(urls);
  OrderedJson buckets = OrderedJson::object();
  for (std::size_t i = 0; i < assignment.buckets.size(); ++i) {
    const std::string name(balance::bucket_name(i, assignment.buckets.size()));
    buckets[name] = bucket_json(assignment.buckets[i]);
  }
  return written({{"epoch", assignment.epoch}, {"nodes", nodes}, {"buckets", buckets}});
}

Result<Assignment, std::string> read_assignment(std::string_view text, std::size_t buckets) {
  const OrderedJson json = parse_value(text);
  if (!json.is_object()) return Failed{std::string("is no JSON object")};
  Assignment assignment;
  assignment.epoch = number_member(json, "epoch");
  if (assignment.epoch == 0) return Failed{std::string("has no epoch")};
  if (json.contains("nodes") && json["nodes"].is_object()) {
    for (const auto& [id, urls] : json["nodes"].items()) assignment.nodes[id] = urls_of(urls);
  }
  const bool listed = json.contains("buckets") && json["buckets"].is_object();
  if (!listed || json["buckets"].size() != buckets) {
    const std::size_t found = listed ? json["buckets"].size() : 0;
    return Failed{"has " + std::to_string(found) + " buckets, not the " + std::to_string(buckets) +
                  " of clusters.NAME.buckets"};
  }
  for (std::size_t i = 0; i < buckets; ++i) {
    const std::string name(balance::bucket_name(i, buckets));
    if (!json["buckets"].contains(name)) return Failed{"lacks bucket " + name};
    auto bucket = bucket_of(json["buckets"][name]);
    if (!bucket) return Failed{"makes no sense of bucket " + name};
    assignment.buckets.push_back(std::move(*bucket));
  }
  return assignment;
}

Result<NodeUrls, std::string> read_node(std::string_view text) {
  const OrderedJson json = parse_value(text);
  if (!json.is_object()) return Failed{std::string("is no JSON object")};
  NodeUrls urls = urls_of(json);
  if (urls.local_node_url.empty()) return Failed{std::string("has no local_node_url")};
  const std::optional<config::Url> place = config::parse_url(urls.local_node_url);
  if (!place || place->tls)
    return Failed{std::string("has a local_node_url that is no http:// URL")};
  return urls;
}

ClusterView read_view(const ClusterKeys& keys, const EtcdReading& reading,
                      const ClusterView& before) {
  ClusterView view;
  view.cluster_id = reading.header.cluster_id;
  view.revision = reading.header.revision;
  const bool same_etcd = before.cluster_id == view.cluster_id;
  for (const EtcdKey& key : reading.keys) {
    if (!key.key.starts_with(keys.prefix)) continue;
    const bool known = same_etcd && key.key == keys.assignment() && before.assignment &&
                       before.assignment_revision == key.mod_revision &&
                       before.assignment_created == key.create_revision;
    if (known) {
      view.assignment = before.assignment;
      view.assignment_created = before.assignment_created;
      view.assignment_revision = before.assignment_revision;
    } else {
      put(keys, key, view);
    }
  }
  return view;
}

void apply(const ClusterKeys& keys, const EtcdEvent& event, ClusterView& view) {
  if (!event.key.key.starts_with(keys.prefix)) return;
  if (event.deleted) {
    remove(keys, event.key.key, view);
  } else {
    put(keys, event.key, view);
  }
}

}  // namespace stickler::cluster
