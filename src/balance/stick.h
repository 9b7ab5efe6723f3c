// SPDX-License-Identifier: MIT
// A backend's use of a stick table: whose a request's key is, and whose it becomes. The table knows
// servers by number, decisions know them by position; here is where they meet. Any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "balance/stick_tables.h"
#include "base/result.h"
#include "config/config.h"

namespace stickler::balance {

// What a table says of a request's key.
struct KeyVerdict {
  std::string_view text;                      // as the table keeps it; "" : there is none
  const config::KeySource* source = nullptr;  // where it was
  std::string_view table;                     // its name
  std::optional<ServerNumber> owner;          // nothing: nobody has it yet
  bool asked = false;    // others who keep the table may know another one: await their answer
  bool foreign = false;  // the owner is a server that others have, and no configuration here had
  std::optional<std::size_t> server;  // the owner's position, unless the backend lost it
  std::string_view owner_name;        // of an owner
  Duration unused{0};                 // before this request, if it was looked at only
};

class Stick {
  struct Private {};

 public:
  // `settings` has a stick group whose table `tables` has; both outlive this. Fails with a sentence
  // if an expression does not compile.
  static Result<std::unique_ptr<Stick>, std::string> make(const config::Backend& settings,
                                                          const config::Table& table,
                                                          StickTables& tables);

  // The request's key and its owner, if it has one; this is a use of it. Views facts and `scratch`.
  KeyVerdict find(const KeyFacts& facts, TimePoint now, std::string& scratch) const;
  // The same for who explains: no use.
  KeyVerdict look(const KeyFacts& facts, TimePoint now, std::string& scratch) const;

  // The request goes to the server at this position: it becomes the key's if that was nobody's, or
  // still is whose the verdict says. Then the verdict says who has it, who may have been faster.
  void settle(KeyVerdict& verdict, std::size_t position, TimePoint now) const;
  // As far as nobody has it: for a request whose server something else decided.
  void join(KeyVerdict& verdict, std::size_t position, TimePoint now) const;
  // Whether answers tell of keys, too.
  bool learns() const { return settings_.learn.has_value(); }
  // The server at this position has answered with these fields: what they tell of keys is its.
  // Returns those that others have been asked about.
  std::vector<std::string> learn(std::span<const http::Field> answer, std::size_t position,
                                 TimePoint now) const;

  // For a key that others are asked about: how long they may be waited for, and who calls back,
  // from any thread, when they have answered.
  Duration patience() const;
  void when_settled(std::string_view key, std::function<void()> call) const;
  // They have not, within that time: what is known here counts.
  void stand_alone(std::string_view key, TimePoint now) const;
  // Of a foreign owner: whether this process has not heard of it before. True once.
  bool is_first_of(const KeyVerdict& verdict) const;
  // What the table says now.
  void renew(KeyVerdict& verdict, TimePoint now) const;

  Stick(Private, const config::Stick& settings, StickyKeyReader reader, StickTables& tables);

 private:
  KeyVerdict read(const KeyFacts& facts, std::string& scratch) const;
  void name_owner(KeyVerdict& verdict, KeyOwner owner) const;

  const config::Stick& settings_;
  const StickyKeyReader reader_;
  StickTables& tables_;
  const std::shared_ptr<StickyTable> table_;
  std::vector<ServerNumber> numbers_;    // by position
  std::vector<std::string_view> names_;  // ditto
};

}  // namespace stickler::balance
