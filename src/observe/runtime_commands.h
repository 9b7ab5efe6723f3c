// SPDX-License-Identifier: MIT
// The commands of the runtime socket: HAProxy's words (its management guide, 9.3) for what Stickler
// has, so that people and tools who know one know the other; and a few of our own. Control thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "net/task.h"
#include "observe/administration.h"
#include "observe/runtime_line.h"

namespace stickler::observe {

// A command: its fixed words ("set server"), what follows them, one sentence, and what it does with
// the words behind the fixed ones. The answer is text; commands that only do something are silent,
// as in HAProxy.
struct RuntimeCommand {
  std::string_view words;
  std::string_view arguments;
  std::string_view sentence;
  std::function<net::Task<std::string>(const Words&)> run;
};

class RuntimeCommands {
 public:
  // The commands that administer; others add theirs. `administration` outlives this object.
  explicit RuntimeCommands(Administration& administration);

  void add(RuntimeCommand command);
  // The same for what needs no waiting.
  void add(std::string_view words, std::string_view arguments, std::string_view sentence,
           std::function<std::string(const Words&)> run);

  // The answer to one command, always ending in a line feed unless it is empty.
  net::Task<std::string> run(const Words& words) const;

 private:
  const RuntimeCommand* find(const Words& words) const;
  std::string help(const Words& about) const;
  std::string unknown(const Words& words) const;

  std::vector<RuntimeCommand> commands_;
};

}  // namespace stickler::observe
