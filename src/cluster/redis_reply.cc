// SPDX-License-Identifier: MIT
#include "cluster/redis_reply.h"

#include <hiredis/hiredis.h>

namespace stickler::cluster {

const std::string& RedisReply::text_at(std::size_t index) const {
  static const std::string none;
  return index < list.size() && list[index].kind == Kind::text ? list[index].text : none;
}

RedisReply RedisReply::copy_of(const redisReply& reply) {
  RedisReply copy;
  switch (reply.type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      copy.kind = Kind::text;
      copy.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_ERROR:
      copy.kind = Kind::error;
      copy.text.assign(reply.str, reply.len);
      break;
    case REDIS_REPLY_INTEGER:
      copy.kind = Kind::number;
      copy.number = reply.integer;
      break;
    case REDIS_REPLY_ARRAY:
      copy.kind = Kind::list;
      // hiredis lets no reply be nested more than a few times.
      for (std::size_t i = 0; i < reply.elements; ++i) {
        copy.list.push_back(copy_of(*reply.element[i]));
      }
      break;
    default:
      break;
  }
  return copy;
}

}  // namespace stickler::cluster
