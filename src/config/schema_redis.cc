// SPDX-License-Identifier: MIT
// Rows of what several balancers share their stick tables through.
#include "config/schema_rows.h"

namespace stickler::config {
namespace {

using namespace std::chrono_literals;

std::optional<Complaint> check_redis_address(std::string_view text) {
  if (text.starts_with("unix:/") || text.starts_with("/")) return std::nullopt;
  return check_server_address(text);
}

// It stands before names that redis-cli is asked for, and in patterns.
std::optional<Complaint> check_prefix(std::string_view text) {
  const bool plain = !text.empty() && text.size() <= 64 &&
                     text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789-_.:/") == text.npos;
  if (plain) return std::nullopt;
  return Complaint{"may have letters, digits and - _ . : / only", "write \"stickler:\""};
}

std::optional<Complaint> check_redis_word(std::string_view text) {
  const bool plain = text.size() <= 128 && text.find_first_of(" \t\r\n\"'") == text.npos;
  if (plain) return std::nullopt;
  return Complaint{"is no name that Redis could have", "write it without spaces"};
}

constexpr Setting kRedisRows[] = {
    texts<&Redis::addresses>("address",
                             "Where it listens. Of several the first that may be written to.")
        .like("host:port or unix:/path", check_redis_address)
        .by_default("\"127.0.0.1:6379\""),
    texts<&Redis::sentinels>("sentinels", "Sentinels, which are asked for the address instead.")
        .like("host:port", check_redis_address),
    text<&Redis::master>("master", "The name that the sentinels know it by.")
        .like("name", check_redis_word),
    text<&Redis::user>("user", "Whose password it is (an ACL user); empty: the default user's.")
        .like("name", check_redis_word),
    text<&Redis::password_file>("password_file", "A file whose first line is the password.")
        .like("file", check_file_path),
    integer<&Redis::database>("database", "The number of the database.").between(0, 65535),
    text<&Redis::prefix>("prefix", "What the names of all keys and channels begin with.")
        .like("text", check_prefix),
    text<&Redis::hash_key_file>("hash_key_file",
                                "A file with the secret that keys are hashed with, the same for "
                                "all balancers; for tables that are `hashed`.")
        .like("file", check_file_path),
    duration<&Redis::wait>("wait",
                           "How long a request with a new key waits for an answer; then the "
                           "balancer decides alone.")
        .between(0s, 10s),
    duration<&Redis::timeout>("timeout",
                              "Connecting, and each answer; then the connection is given up.")
        .between(10ms, 60s),
};

}  // namespace

constinit const Section kRedisSection{
    "The Redis through which several balancers share the tables that say shared = true.",
    kRedisRows, defaults_of<Redis>};

}  // namespace stickler::config
