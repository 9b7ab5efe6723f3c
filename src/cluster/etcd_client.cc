// SPDX-License-Identifier: MIT
#include "cluster/etcd_client.h"

#include <utility>

#include "cluster/etcd_text.h"

namespace stickler::cluster {
namespace {

using Repeat = EtcdMembers::Repeat;
using Answer = EtcdMembers::Answer;

const char* const kRange = "/v3/kv/range";

// What `read` makes of a good answer.
template <typename T>
Result<T, EtcdFailure> understood(const Answer& answer, Understood<T> (*read)(std::string_view),
                                  Repeat repeat) {
  if (!answer) return Failed{answer.error()};
  Understood<T> value = read(*answer);
  if (value) return std::move(*value);
  return Failed{EtcdFailure{EtcdFailure::Kind::bad_answer, repeat == Repeat::never,
                            "etcd: " + value.error()}};
}

bool is_unknown_lease(const EtcdFailure& failure) {
  return failure.kind == EtcdFailure::Kind::rejected &&
         failure.text.find("requested lease not found") != std::string::npos;
}

}  // namespace

Result<std::unique_ptr<EtcdClient>, std::string> EtcdClient::make(const EtcdSettings& settings) {
  Result<EtcdMembers, std::string> members = EtcdMembers::make(settings);
  if (!members) return Failed{std::move(members.error())};
  return std::make_unique<EtcdClient>(EtcdClient(std::move(*members)));
}

net::Task<Result<EtcdReading, EtcdFailure>> EtcdClient::read(std::string key) {
  std::string request = range_request(key);
  co_return co_await read_range(std::move(request));
}

net::Task<Result<EtcdReading, EtcdFailure>> EtcdClient::read_prefix(std::string prefix) {
  std::string request = prefix_request(prefix);
  co_return co_await read_range(std::move(request));
}

net::Task<Result<EtcdReading, EtcdFailure>> EtcdClient::read_range(std::string request) {
  Answer answer = co_await members_.ask(kRange, std::move(request), Repeat::harmless);
  co_return understood(answer, &read_range_answer, Repeat::harmless);
}

net::Task<Result<EtcdCommit, EtcdFailure>> EtcdClient::commit(std::vector<EtcdCompare> all_of,
                                                              std::vector<EtcdWrite> then) {
  std::string request = commit_request(all_of, then);
  Answer answer = co_await members_.ask("/v3/kv/txn", std::move(request), Repeat::never);
  co_return understood(answer, &read_commit_answer, Repeat::never);
}

net::Task<Result<std::int64_t, EtcdFailure>> EtcdClient::grant_lease(Duration ttl) {
  std::string request = grant_request(ttl);
  Answer answer = co_await members_.ask("/v3/lease/grant", std::move(request), Repeat::harmless);
  co_return understood(answer, &read_grant_answer, Repeat::harmless);
}

net::Task<Result<bool, EtcdFailure>> EtcdClient::keep_alive(std::int64_t lease) {
  std::string request = lease_request(lease);
  Answer answer =
      co_await members_.ask("/v3/lease/keepalive", std::move(request), Repeat::harmless);
  co_return understood(answer, &read_keep_alive_answer, Repeat::harmless);
}

net::Task<Result<bool, EtcdFailure>> EtcdClient::revoke(std::int64_t lease) {
  std::string request = lease_request(lease);
  Answer answer = co_await members_.ask("/v3/lease/revoke", std::move(request), Repeat::harmless);
  if (answer) co_return true;
  if (is_unknown_lease(answer.error())) co_return false;
  co_return Failed{std::move(answer.error())};
}

}  // namespace stickler::cluster
