// SPDX-License-Identifier: MIT
// The JSON that etcd's v3 gateway is asked with and answers with: keys and values in base64,
// integers of 64 bits as texts, and what is zero or empty left out. Answers may be anything; what
// cannot be understood gives an error, a phrase. Pure; any thread.
// https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "cluster/etcd_trouble.h"
#include "cluster/etcd_values.h"

namespace stickler::cluster {

// ---- Requests (etcd_text_requests.cc) ----

std::string range_request(std::string_view key);
std::string prefix_request(std::string_view prefix);
std::string commit_request(const std::vector<EtcdCompare>& all_of,
                           const std::vector<EtcdWrite>& then);
std::string grant_request(Duration ttl);
std::string lease_request(std::int64_t lease);
std::string watch_request(std::string_view prefix, std::int64_t start_revision);
std::string login_request(std::string_view user, std::string_view password);

// ---- Answers ----

template <typename T>
using Understood = Result<T, std::string>;

Understood<EtcdReading> read_range_answer(std::string_view text);
Understood<EtcdCommit> read_commit_answer(std::string_view text);
Understood<std::int64_t> read_grant_answer(std::string_view text);
// Whether the lease is still there.
Understood<bool> read_keep_alive_answer(std::string_view text);
Understood<std::string> read_login_answer(std::string_view text);

// One line of a watch: a batch, or why there is none any more.
struct EtcdWatchLine {
  EtcdBatch batch;
  bool cancelled = false;  // unless it was for a compaction, which the batch tells
  EtcdRefusal refusal;     // if cancelled
};
Understood<EtcdWatchLine> read_watch_line(std::string_view text);

// Of an answer that is no success. A message is always there.
EtcdRefusal read_refusal(std::string_view text);

}  // namespace stickler::cluster
