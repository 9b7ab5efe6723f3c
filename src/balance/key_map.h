// SPDX-License-Identifier: MIT
// A backend's map: whose each key is, by rules of which the first that fits decides. Says nothing
// of whether that server is usable; no other may take its place. Compiled once per configuration;
// pure and thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "balance/map_key.h"
#include "base/result.h"
#include "config/config.h"

namespace stickler::balance {

// What a map says of a request.
struct MapVerdict {
  enum class Kind : std::uint8_t {
    unasked,    // there is no map
    owned,      // `server`, by `rule`
    no_key,     // `server`, if the map names one for that; else any
    refused,    // without a key, and the map wants one: 404
    malformed,  // 400, as the next
    several,
    unowned,  // no rule fits: 404
    held,     // its owner changes just now: 503
    absent,   // no_key names a node that is not there: 503
  };
  Kind kind = Kind::unasked;
  std::optional<std::size_t> server = {};  // position
  std::string_view rule = {};              // its name
  std::string_view backend = {};           // in place of a server: another one, that finds it
  // Of a cluster, in place of both: who has it is not for the map to say.
  std::optional<std::size_t> bucket = {};

  // Whether it is answered here.
  bool refuses() const { return kind >= Kind::refused; }
};

class KeyMap {
  struct Private {};

 public:
  KeyMap(Private, const config::Backend& backend, MapKeyReader reader);
  // `backend` has a map and outlives this. Fails with a sentence: an expression that does not
  // compile.
  static Result<std::unique_ptr<KeyMap>, std::string> make(const config::Backend& backend);
  ~KeyMap();

  MapVerdict find(std::string_view path, std::string_view query) const;
  // Keys that begin so have another owner than before, who may still have them in memory: they are
  // refused. Before anybody else knows of this object.
  void hold(std::vector<std::string> beginnings) { held_ = std::move(beginnings); }
  const std::vector<std::string>& held() const { return held_; }

  // The rule that a key falls under; null if there is none. Of a UUID the digits.
  const config::MapRule* rule_of(std::string_view key) const;

 private:
  struct Rule;
  bool is_held(std::string_view key) const;
  MapVerdict without_key() const;
  const Rule* find_rule(std::string_view key) const;
  std::optional<std::size_t> position_of(std::string_view server) const;

  const config::Backend& backend_;
  const MapKeyReader reader_;
  std::vector<Rule> rules_;
  std::vector<std::string> held_;
};

}  // namespace stickler::balance
