// SPDX-License-Identifier: MIT
// Keys for stick tables, 24 hex digits each as the id of an Overleaf project is one, and which
// server each belongs to. That is remembered in a file, one byte a key, so that it holds over all
// slots: a table that forgets, or moves, a key in between is found out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace stickler::bench {

class Keys {
 public:
  static constexpr std::size_t kDigits = 24;

  // `owners_file`: made if it is not there; "" if no server is expected to have a key.
  Keys(std::size_t count, const std::string& owners_file);
  ~Keys();
  Keys(const Keys&) = delete;
  Keys& operator=(const Keys&) = delete;

  // One after the other; after the last the first again.
  std::size_t in_turn() { return turn_++ % count_; }
  [[nodiscard]] bool all_had_turn() const { return turn_ >= count_; }

  // `state`: the caller's, whatever it begins with. The next one is different.
  std::size_t at_random(std::uint64_t& state) const;

  // Its digits, kDigits of them.
  static void write(std::size_t key, char* to);

  // Whoever serves a key first has it; false: it was somebody else before.
  bool belongs_to(std::size_t key, std::string_view server);

 private:
  const std::size_t count_;
  std::size_t turn_ = 0;
  char* owners_ = nullptr;  // the last letter of a server's name; 0: not known yet
};

}  // namespace stickler::bench
