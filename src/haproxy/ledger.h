// SPDX-License-Identifier: MIT
// What became of each line of a haproxy.cfg: a setting, nothing because nothing is needed, or a
// complaint. A line of which nobody knows what became is a complaint, so that none is lost in
// silence. One translation, one thread.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "haproxy/cfg_reader.h"

namespace stickler::haproxy {

// Of a line, or of a part of it.
struct Finding {
  int line = 0;      // 0: the file as a whole
  std::string part;  // as written
  std::string why;   // and what to do instead

  bool operator==(const Finding&) const = default;
};

// The line as it may be shown: without passwords and control characters, with single blanks, and
// not endlessly long.
std::string shown(const Line& line);
std::string shown(std::string_view text);

class Ledger {
 public:
  // It was understood. What follows from it may still be nothing.
  void understood(const Line& line) { states_[line.number].understood = true; }
  // A setting stands for it.
  void translated(const Line& line) { states_[line.number].translated = true; }
  // It needs no setting.
  void needs_nothing(const Line& line, std::string_view why);
  // `part` is all of the line or what of it is meant.
  void cannot(const Line& line, std::string_view part, std::string_view why);
  void cannot(const Line& line, std::string_view why);
  // Of the file as a whole.
  void cannot(std::string_view why);

  bool is_translated(const Line& line) const;
  // Settles what nobody spoke of.
  void close(const std::deque<Line>& lines);

  // By line; nothing twice. Good after close().
  const std::vector<Finding>& needless() const { return needless_; }
  const std::vector<Finding>& complaints() const { return complaints_; }

 private:
  struct State {
    bool understood = false;
    bool translated = false;
    bool noted = false;
  };
  std::map<int, State> states_;
  std::vector<Finding> needless_;
  std::vector<Finding> complaints_;
};

}  // namespace stickler::haproxy
