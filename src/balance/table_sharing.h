// SPDX-License-Identifier: MIT
// What a stick table tells others who keep the same table, and what it hears of them. Each key has
// a version that only grows: whatever comes later by the clock but has a lower version is old news.
// The table proposes and goes on; how the others are asked is none of its business
// (src/cluster/shared_table.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/units.h"

namespace stickler::balance {

// A server by its name, whichever backend's (stick_tables.h).
using ServerNumber = std::uint32_t;

using KeyVersion = std::uint32_t;

// How sure a table is of an entry.
enum class KeyStanding : std::uint8_t {
  own,      // nobody else keeps it
  asked,    // the others have been asked, and may know of another server
  alone,    // decided without them: to be asked once they answer
  settled,  // they have agreed
};

// Whose a key is.
struct KeyOwner {
  ServerNumber server = 0;
  bool asked = false;  // the others may still know better

  friend bool operator==(const KeyOwner& owner, ServerNumber number) {
    return owner.server == number;
  }
};

// What a table wants the others to take over.
struct Proposal {
  enum class Kind : std::uint8_t {
    keep,    // this version, unless there is a newer one, or the base is another server's
    insist,  // whatever there is: the server itself has made the key
    forget,
  };
  Kind kind = Kind::keep;
  std::string key;
  // What this follows upon; 0: the key was new.
  KeyVersion base_version = 0;
  std::optional<ServerNumber> base_server;  // nothing: whoever had it
  KeyVersion version = 1;
  ServerNumber server = 0;
  Duration age{0};  // since the server was chosen
};

// What the others have agreed upon.
struct Agreement {
  KeyVersion version = 0;
  std::optional<ServerNumber> server;  // nothing: the key is forgotten
  Duration age{0};
};

// The others, to one table. Any thread.
class TableSharing {
 public:
  virtual ~TableSharing() = default;

  // Whether they can be asked now, and whether their answer is worth waiting for.
  virtual bool answers() const = 0;
  virtual bool answers_soon() const = 0;
  // Never blocks. What becomes of it the table hears later.
  virtual void propose(Proposal proposal) = 0;
  // All keys of a server, or all, are to be forgotten; also those that this table does not have.
  virtual void forget_all_of(std::optional<ServerNumber> server) = 0;
  // Calls once, later, on whatever thread, when the key is not `asked` any more.
  virtual void when_settled(std::string_view key, std::function<void()> call) = 0;
  // A request has waited for them in vain.
  virtual void waited_in_vain() = 0;
  // So long a request may wait.
  virtual Duration patience() const = 0;
};

}  // namespace stickler::balance
