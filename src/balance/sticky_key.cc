// SPDX-License-Identifier: MIT
#include "balance/sticky_key.h"

#include <arpa/inet.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <utility>

#include "balance/path_match.h"
#include "balance/query_text.h"
#include "base/assert.h"
#include "base/strings.h"
#include "http/cookie.h"

namespace stickler::balance {
namespace {

using SourceKind = config::KeySource::Kind;

constexpr std::size_t kIpv4Bytes = 4;
constexpr std::size_t kIpv6Bytes = 16;

// What the group holds, or without one all that fits, from the path's beginning.
std::string_view captured(const re2::RE2& regex, std::string_view path) {
  std::array<re2::StringPiece, 2> parts;
  const int wanted = regex.NumberOfCapturingGroups() + 1;
  const re2::StringPiece text(path.data(), path.size());
  if (!regex.Match(text, 0, path.size(), re2::RE2::ANCHOR_START, parts.data(), wanted)) return {};
  const re2::StringPiece& key = parts[static_cast<std::size_t>(wanted) - 1];
  return {key.data(), key.size()};
}

// The first that is not empty.
std::string_view parameter(std::string_view query, std::string_view name, std::string& scratch) {
  while (auto value = take_parameter(query, name, scratch)) {
    if (!value->empty()) return *value;
  }
  return {};
}

std::string_view field_value(std::span<const http::Field> fields, std::string_view name) {
  for (const http::Field& field : fields) {
    if (equals_ignoring_case(field.name, name) && !field.value.empty()) return field.value;
  }
  return {};
}

std::string_view cookie_value(std::span<const http::Field> fields, std::string_view name) {
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::cookie) continue;
    http::CookieReader reader(field.value);
    while (auto cookie = reader.next()) {
      if (cookie->name == name && !cookie->value.empty()) return cookie->value;
    }
  }
  return {};
}

// The network's address: "10.1.0.0".
std::string_view network(std::string_view address, unsigned bits, std::string& scratch) {
  std::array<unsigned char, kIpv6Bytes> bytes{};
  std::ranges::copy(address, bytes.begin());
  for (std::size_t bit = bits; bit < 8 * address.size(); ++bit) {
    bytes[bit / 8] &= static_cast<unsigned char>(~(0x80U >> (bit % 8)));
  }
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.size() == kIpv4Bytes ? AF_INET : AF_INET6;
  ::inet_ntop(family, bytes.data(), text.data(), text.size());
  return scratch = text.data();
}

}  // namespace

struct StickyKeyReader::Source {
  const config::KeySource* setting;
  std::unique_ptr<re2::RE2> regex;  // of a path
};

StickyKeyReader::StickyKeyReader(std::vector<Source> sources) : sources_(std::move(sources)) {}
StickyKeyReader::StickyKeyReader(StickyKeyReader&&) noexcept = default;
StickyKeyReader& StickyKeyReader::operator=(StickyKeyReader&&) noexcept = default;
StickyKeyReader::~StickyKeyReader() = default;

Result<StickyKeyReader, std::string> StickyKeyReader::compile(const config::KeyRule& rule,
                                                              const config::Table& table,
                                                              KeyHash hash) {
  std::vector<Source> sources;
  for (const config::KeySource& setting : rule.sources) {
    Source source{&setting, nullptr};
    if (setting.kind == SourceKind::path) {
      source.regex = compile_path_regex(setting.text);
      if (!source.regex->ok()) return Failed{source.regex->error()};
    }
    sources.push_back(std::move(source));
  }
  StickyKeyReader reader(std::move(sources));
  reader.client_bits_ = rule.client_bits;
  reader.client6_bits_ = rule.client6_bits;
  reader.key_max_ = table.key_max;
  reader.hashed_ = table.hashed;
  reader.hash_ = std::move(hash);
  return reader;
}

StickyKeyReader::Key StickyKeyReader::read(const KeyFacts& facts, std::string& scratch) const {
  for (const Source& source : sources_) {
    const std::string_view found = find(source, facts, scratch);
    if (!found.empty()) return {as_kept(found, scratch), source.setting};
  }
  return {};
}

std::string_view StickyKeyReader::find(const Source& source, const KeyFacts& facts,
                                       std::string& scratch) const {
  switch (source.setting->kind) {
    case SourceKind::path:
      return captured(*source.regex, normalize_path(facts.path, scratch));
    case SourceKind::query:
      return parameter(facts.query, source.setting->text, scratch);
    case SourceKind::field:
      return field_value(facts.fields, source.setting->text);
    case SourceKind::cookie:
      return cookie_value(facts.fields, source.setting->text);
    case SourceKind::client:
      if (facts.client.size() == kIpv4Bytes) return network(facts.client, client_bits_, scratch);
      if (facts.client.size() == kIpv6Bytes) return network(facts.client, client6_bits_, scratch);
      return {};
    case SourceKind::sni:
      return facts.sni;
    case SourceKind::tls_session:
      return facts.tls_session;
  }
  ASSERT(false);
  return {};
}

std::string_view StickyKeyReader::as_kept(std::string_view key, std::string& scratch) const {
  if (!hashed_ && key.size() <= key_max_) return key;
  return scratch = hash_(key);
}

}  // namespace stickler::balance
