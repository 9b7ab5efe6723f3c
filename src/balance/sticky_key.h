// SPDX-License-Identifier: MIT
// Where a request's key is: a part of its path, a parameter, a field, a cookie, the client's
// address, the name asked for in TLS or its session; the first that is there. Compiled once per
// configuration; reading is pure and thread-safe, and mostly yields a view of the request itself.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/config.h"
#include "http/head.h"

namespace stickler::balance {

// What is kept of a key that is too long, or must not be kept as it is: some 32 characters that
// nobody finds twice and nobody can undo. From whoever knows cryptography. Any thread.
using KeyHash = std::function<std::string(std::string_view key)>;

// What of a request may hold a key.
struct KeyFacts {
  std::string_view path;
  std::string_view query;
  std::span<const http::Field> fields;
  std::string_view client;  // address bytes, 4 or 16 of them; else nobody's
  std::string_view sni;
  std::string_view tls_session;
};

class StickyKeyReader {
 public:
  // Fails with RE2's words if an expression does not compile.
  static Result<StickyKeyReader, std::string> compile(const config::KeyRule& rule,
                                                      const config::Table& table, KeyHash hash);
  StickyKeyReader(StickyKeyReader&&) noexcept;
  StickyKeyReader& operator=(StickyKeyReader&&) noexcept;
  ~StickyKeyReader();

  struct Key {
    std::string_view text;                      // as the table keeps it; empty: there is none
    const config::KeySource* source = nullptr;  // where it was
  };
  // The key views the facts, or `scratch`.
  Key read(const KeyFacts& facts, std::string& scratch) const;

  // A key that somebody names, as the table keeps it: itself, or its hash. Views it, or `scratch`.
  std::string_view as_kept(std::string_view key, std::string& scratch) const;

 private:
  struct Source;
  explicit StickyKeyReader(std::vector<Source> sources);
  std::string_view find(const Source& source, const KeyFacts& facts, std::string& scratch) const;

  std::vector<Source> sources_;
  unsigned client_bits_ = 32;
  unsigned client6_bits_ = 64;
  std::size_t key_max_ = 64;
  bool hashed_ = false;
  KeyHash hash_;
};

}  // namespace stickler::balance
