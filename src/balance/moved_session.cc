// SPDX-License-Identifier: MIT
#include "balance/moved_session.h"

#include "balance/rendezvous.h"
#include "http/cookie.h"

namespace stickler::balance {

std::optional<std::uint64_t> moved_session_key(std::span<const http::Field> fields,
                                               std::string_view persistence_cookie,
                                               std::string_view client_key) {
  std::uint64_t key = hash_bytes(client_key);
  bool told_apart = false;
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::cookie) continue;
    http::CookieReader reader(field.value);
    while (auto cookie = reader.next()) {
      if (cookie->name == persistence_cookie) continue;
      key = hash_bytes(cookie->value, hash_bytes(cookie->name, key));
      told_apart = true;
    }
  }
  return told_apart ? std::optional(key) : std::nullopt;
}

std::optional<std::size_t> choose_for_moved_session(const Candidates& candidates,
                                                    std::uint64_t key) {
  std::string_view bytes(reinterpret_cast<const char*>(&key), sizeof key);
  return rendezvous(candidates, bytes,
                    [&](std::size_t i) { return hash_bytes(candidates.servers()[i]->name); });
}

}  // namespace stickler::balance
