// SPDX-License-Identifier: MIT
// How an entry of a shared table changes in Redis: whole, or not at all, whoever else is at it.
// docs/sticky-tables.md documents keys and values.
#pragma once

#include <string_view>

namespace stickler::cluster {

// KEYS: the entry's. ARGV: "keep", "insist" or "forget"; the version and server that the change is
// based upon ("0" and ""); the version, server and time of choice to be kept; milliseconds to live,
// or 0; the channel, what a message begins with, and the key as the table knows it.
// Answers what stands afterwards: "VERSION SINCE SERVER", without a server if it is forgotten.
//
// A key that is missing, forgotten or holds what is no entry goes to whoever comes first. Of one
// that is there a higher version stands, and also the same one, so that the first of two wins. What
// is forgotten leaves a mark for as long as somebody's renewal may be under way, which would bring
// it back.
inline constexpr std::string_view kTableScript = R"lua(
local found = redis.pcall('GET', KEYS[1])
local version, server = 0, ''
if type(found) == 'string' then
  local v, t, s = string.match(found, '^(%d+) (%d+) (%S*)$')
  if v and #v < 10 and #t < 13 then version, server = tonumber(v), s end
end
local kind, base, base_server = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local new, new_server, since, ttl = tonumber(ARGV[4]), ARGV[5], ARGV[6], tonumber(ARGV[7])
local stands = false
if kind == 'insist' then
  new = math.max(version, base) + 1
elseif kind == 'forget' then
  stands = base_server ~= '' and server ~= base_server
  new, new_server, ttl = math.max(version, base) + 1, '', 10000
elseif server == '' then
  stands = base > 0 and version >= new
  new = math.max(version + 1, new)
else
  stands = version >= new or (version == base and base_server ~= '' and server ~= base_server)
end
if stands then
  if server == new_server and ttl > 0 then redis.call('PEXPIRE', KEYS[1], ttl) end
  return found
end
local value = string.format('%d %s %s', new, since, new_server)
if ttl > 0 then
  redis.call('SET', KEYS[1], value, 'PX', ttl)
else
  redis.call('SET', KEYS[1], value)
end
if new > 1 then redis.call('PUBLISH', ARGV[8], ARGV[9] .. value .. ' ' .. ARGV[10]) end
return value
)lua";

}  // namespace stickler::cluster
