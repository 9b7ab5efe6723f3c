// SPDX-License-Identifier: MIT
// What `explain` says of a request's bucket: which node of a cluster has it. Only the running
// program knows that; a file does not.
#pragma once

#include <ctime>
#include <string>
#include <vector>

#include "balance/decision.h"
#include "observe/explain.h"

namespace stickler::observe {

// The question has a bucket. `clusters` null: a file is explained.
Explanation::Bucket explain_bucket(const balance::Question& question,
                                   const std::vector<cluster::ClusterReport>* clusters,
                                   std::time_t now);
// The server of that name, if the bucket has one and it may be asked.
std::optional<std::size_t> server_of(const Explanation::Bucket& bucket,
                                     const balance::Question& question);
// What becomes of a request whose bucket has none.
Explanation::Outcome without_server(const Explanation::Bucket& bucket,
                                    const balance::Question& question);

// The step in words: "7f of cluster bases: node-a has had it for 3 h".
std::string bucket_in_words(const Explanation::Bucket& bucket);

}  // namespace stickler::observe
