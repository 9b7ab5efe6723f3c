// SPDX-License-Identifier: MIT
// What Redis answers, as a value of our own (RESP2, https://redis.io/docs/reference/protocol-spec).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct redisReply;

namespace stickler::cluster {

struct RedisReply {
  enum class Kind : std::uint8_t { nil, text, number, list, error };
  Kind kind = Kind::nil;
  std::string text;  // of an error: its sentence
  long long number = 0;
  std::vector<RedisReply> list;

  bool is_error() const { return kind == Kind::error; }
  // Of a list whose element is a text; else "".
  const std::string& text_at(std::size_t index) const;

  static RedisReply copy_of(const redisReply& reply);
};

}  // namespace stickler::cluster
