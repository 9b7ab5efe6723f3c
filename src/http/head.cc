// SPDX-License-Identifier: MIT
#include "http/head.h"

#include <array>
#include <cstring>

#include "base/strings.h"

namespace stickler::http {
namespace {

struct KnownField {
  std::string_view name;
  FieldId id;
};

// By length, so that a name is compared only with those as long as itself.
constexpr std::array kKnownFields = {
    KnownField{"te", FieldId::te},
    KnownField{"date", FieldId::date},
    KnownField{"host", FieldId::host},
    KnownField{"cookie", FieldId::cookie},
    KnownField{"expect", FieldId::expect},
    KnownField{"trailer", FieldId::trailer},
    KnownField{"upgrade", FieldId::upgrade},
    KnownField{"connection", FieldId::connection},
    KnownField{"keep-alive", FieldId::keep_alive},
    KnownField{"set-cookie", FieldId::set_cookie},
    KnownField{"cache-control", FieldId::cache_control},
    KnownField{"content-length", FieldId::content_length},
    KnownField{"x-forwarded-for", FieldId::x_forwarded_for},
    KnownField{"proxy-connection", FieldId::proxy_connection},
    KnownField{"x-forwarded-host", FieldId::x_forwarded_host},
    KnownField{"transfer-encoding", FieldId::transfer_encoding},
    KnownField{"x-forwarded-proto", FieldId::x_forwarded_proto},
};
constexpr std::size_t kLongestKnown = kKnownFields.back().name.size();

// kFirstOfLength[n] is where the names of n bytes begin in the table.
constexpr auto kFirstOfLength = [] {
  std::array<std::uint8_t, kLongestKnown + 2> first{};
  for (std::size_t length = 0; length < first.size(); ++length) {
    for (const KnownField& known : kKnownFields) first[length] += known.name.size() < length;
  }
  return first;
}();

struct KnownMethod {
  std::string_view text;
  Method method;
};
constexpr std::array kKnownMethods = {
    KnownMethod{"GET", Method::get},         KnownMethod{"POST", Method::post},
    KnownMethod{"HEAD", Method::head},       KnownMethod{"PUT", Method::put},
    KnownMethod{"OPTIONS", Method::options}, KnownMethod{"DELETE", Method::delete_},
    KnownMethod{"PATCH", Method::patch},     KnownMethod{"CONNECT", Method::connect},
    KnownMethod{"TRACE", Method::trace},
};

// A known name in any case, eight bytes at a time. Setting the bit that tells 'a' from 'A' makes no
// other byte of a token one of those that known names consist of: letters and '-'.
bool is_known(std::string_view name, std::string_view known) {
  constexpr std::uint64_t kLowerCase = 0x2020202020202020;
  std::size_t at = 0;
  for (; at + sizeof(std::uint64_t) <= known.size(); at += sizeof(std::uint64_t)) {
    std::uint64_t ours = 0;
    std::uint64_t theirs = 0;
    std::memcpy(&ours, known.data() + at, sizeof ours);
    std::memcpy(&theirs, name.data() + at, sizeof theirs);
    if ((theirs | kLowerCase) != ours) return false;
  }
  return equals_ignoring_case(name.substr(at), known.substr(at));
}

}  // namespace

FieldId field_id(std::string_view name) {
  if (name.empty() || name.size() > kLongestKnown) return FieldId::other;
  const char first = to_lower(name.front());
  for (std::size_t i = kFirstOfLength[name.size()]; i < kFirstOfLength[name.size() + 1]; ++i) {
    const KnownField& known = kKnownFields[i];
    if (first == known.name.front() && is_known(name, known.name)) return known.id;
  }
  return FieldId::other;
}

Method method_of(std::string_view text) {
  for (const KnownMethod& known : kKnownMethods) {
    if (text == known.text) return known.method;
  }
  return Method::other;
}

bool is_idempotent(Method method) {
  switch (method) {
    case Method::get:
    case Method::head:
    case Method::put:
    case Method::delete_:
    case Method::options:
    case Method::trace:
      return true;
    case Method::post:
    case Method::patch:
    case Method::connect:
    case Method::other:
      return false;
  }
  return false;
}

}  // namespace stickler::http
