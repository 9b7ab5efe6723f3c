// SPDX-License-Identifier: MIT
#include "balance/session_key.h"

#include <functional>

#include "balance/rendezvous.h"

namespace stickler::balance {
namespace {

bool lies_within(std::string_view part, std::string_view whole) {
  const std::less_equal<> no_later;  // of pointers into different strings < says nothing
  return no_later(whole.data(), part.data()) &&
         no_later(part.data() + part.size(), whole.data() + whole.size());
}

}  // namespace

std::uint64_t session_key(std::span<const http::Field> fields, std::string_view own_value,
                          std::string_view client_key) {
  std::uint64_t key = hash_bytes(client_key);
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::cookie) continue;
    if (!lies_within(own_value, field.value)) {
      key = hash_bytes(field.value, key);
      continue;
    }
    const auto begin = static_cast<std::size_t>(own_value.data() - field.value.data());
    key = hash_bytes(field.value.substr(0, begin), key);
    key = hash_bytes(field.value.substr(begin + own_value.size()), key);
  }
  return key == 0 ? 1 : key;
}

}  // namespace stickler::balance
