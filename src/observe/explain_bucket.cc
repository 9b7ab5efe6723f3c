// SPDX-License-Identifier: MIT
#include "observe/explain_bucket.h"

#include <algorithm>
#include <chrono>

#include "balance/bucket_table.h"
#include "observe/cluster_words.h"
#include "observe/explain_text.h"
#include "proxy/failure.h"

namespace stickler::observe {
namespace {

using Kind = Explanation::Outcome::Kind;
using balance::Reason;
using cluster::Stage;

std::string_view name_of(const balance::Question& question) {
  return balance::bucket_name(*question.mapped.bucket, question.backend->map->buckets);
}

std::string lasting(const Explanation::Bucket& bucket) {
  return bucket.lasted ? " for " + span_in_words(*bucket.lasted) : "";
}

std::string owner_in_words(const Explanation::Bucket& bucket) {
  const cluster::BucketState& state = bucket.state;
  if (!bucket.known) return "only the running program knows which node has it";
  if (state.stage == Stage::unowned) return "no node has it yet";
  if (state.stage == Stage::serving) return state.owner + " has had it" + lasting(bucket);
  return "it moves, " + way_of(state) + " (" + to_string(state.stage) + lasting(bucket) + ": " +
         std::string(cause_in_words(state.cause)) + ")";
}

}  // namespace

Explanation::Bucket explain_bucket(const balance::Question& question,
                                   const std::vector<cluster::ClusterReport>* clusters,
                                   std::time_t now) {
  Explanation::Bucket bucket;
  bucket.cluster = question.backend->cluster;
  bucket.name = name_of(question);
  bucket.counts = !question.pin;
  if (clusters == nullptr) return bucket;
  bucket.known = true;
  const auto report = std::ranges::find(*clusters, bucket.cluster, &cluster::ClusterReport::name);
  const std::size_t position = *question.mapped.bucket;
  const bool found = report != clusters->end() && position < report->buckets.size();
  bucket.silent = !found || !report->vouches;
  if (!found) return bucket;
  const auto& [state, since] = report->buckets[position];
  bucket.state = state;
  if (since == WallTime{}) return bucket;
  bucket.lasted = std::chrono::seconds(now) -
                  std::chrono::floor<std::chrono::seconds>(since.time_since_epoch());
  return bucket;
}

std::optional<std::size_t> server_of(const Explanation::Bucket& bucket,
                                     const balance::Question& question) {
  if (!bucket.known || bucket.silent || bucket.state.stage != Stage::serving) return std::nullopt;
  const auto& servers = question.backend->servers;
  const auto server = std::ranges::find(servers, bucket.state.owner, &config::Server::name);
  if (server == servers.end()) return std::nullopt;
  return static_cast<std::size_t>(server - servers.begin());
}

// As proxy/attempts_bucket.cc has it.
Explanation::Outcome without_server(const Explanation::Bucket& bucket,
                                    const balance::Question& question) {
  const std::string_view name = name_of(question);
  Explanation::Outcome outcome;
  outcome.status = 503;
  if (!bucket.known) {
    outcome.kind = Kind::unknown;
    outcome.status = 0;
    outcome.reason = balance::to_string({Reason::Kind::bucket, name});
  } else if (bucket.silent) {
    outcome.kind = Kind::refused;
    outcome.reason = balance::to_string({Reason::Kind::silent});
  } else if (bucket.state.stage == Stage::unowned) {
    outcome.kind = Kind::refused;
    outcome.reason = balance::to_string({Reason::Kind::bucket_unowned, name});
  } else {
    outcome.kind = Kind::hold;
    outcome.limit = question.backend->map->hold;
    outcome.reason = balance::to_string({Reason::Kind::bucket_moves, name});
  }
  return outcome;
}

std::string bucket_in_words(const Explanation::Bucket& bucket) {
  std::string text = bucket.name + " of cluster " + bucket.cluster + ": " + owner_in_words(bucket);
  if (bucket.silent) text += "; this balancer is silent";
  if (!bucket.counts) text += "; it does not count here";
  return text;
}

}  // namespace stickler::observe
