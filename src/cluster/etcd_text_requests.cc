// SPDX-License-Identifier: MIT
#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "cluster/etcd_text.h"
#include "net/base64.h"

namespace stickler::cluster {
namespace {

using Json = nlohmann::json;

// Names of users may be no UTF-8, for which nlohmann::json would throw.
std::string request_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// Behind all keys that begin with the prefix: its last byte counted up, where it can be.
std::string end_of_prefix(std::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && end.back() == '\xff') end.pop_back();
  if (end.empty()) return std::string(1, '\0');  // to the end of all keys
  end.back() = static_cast<char>(end.back() + 1);
  return end;
}

// The first of all keys has one byte, for none means no key at all.
Json prefix_range(std::string_view prefix) {
  const std::string_view first = prefix.empty() ? std::string_view("\0", 1) : prefix;
  return {{"key", net::encode_base64(first)},
          {"range_end", net::encode_base64(end_of_prefix(prefix))}};
}

Json json_of(const EtcdCompare& compare) {
  const bool created = compare.what == EtcdCompare::What::create_revision;
  return {{"key", net::encode_base64(compare.key)},
          {"target", created ? "CREATE" : "MOD"},
          {"result", compare.how == EtcdCompare::How::equal ? "EQUAL" : "GREATER"},
          {created ? "create_revision" : "mod_revision", std::to_string(compare.value)}};
}

Json json_of(const EtcdWrite& write) {
  Json json{{"key", net::encode_base64(write.key)}};
  if (!write.value) return {{"request_delete_range", std::move(json)}};
  json["value"] = net::encode_base64(*write.value);
  if (write.lease != 0) json["lease"] = std::to_string(write.lease);
  return {{"request_put", std::move(json)}};
}

}  // namespace

std::string range_request(std::string_view key) {
  return request_text({{"key", net::encode_base64(key)}});
}

std::string prefix_request(std::string_view prefix) { return request_text(prefix_range(prefix)); }

std::string commit_request(const std::vector<EtcdCompare>& all_of,
                           const std::vector<EtcdWrite>& then) {
  Json json{{"compare", Json::array()}, {"success", Json::array()}};
  for (const EtcdCompare& compare : all_of) json["compare"].push_back(json_of(compare));
  for (const EtcdWrite& write : then) json["success"].push_back(json_of(write));
  return request_text(json);
}

std::string grant_request(Duration ttl) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(ttl).count();
  return request_text({{"TTL", std::to_string(std::max(seconds, decltype(seconds){1}))}});
}

std::string lease_request(std::int64_t lease) {
  return request_text({{"ID", std::to_string(lease)}});
}

std::string watch_request(std::string_view prefix, std::int64_t start_revision) {
  Json request = prefix_range(prefix);
  if (start_revision > 0) request["start_revision"] = std::to_string(start_revision);
  return request_text({{"create_request", std::move(request)}});
}

std::string login_request(std::string_view user, std::string_view password) {
  return request_text({{"name", user}, {"password", password}});
}

}  // namespace stickler::cluster
