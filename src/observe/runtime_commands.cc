// SPDX-License-Identifier: MIT
#include "observe/runtime_commands.h"

#include <algorithm>
#include <utility>

#include "observe/runtime_cluster_commands.h"
#include "observe/runtime_explain.h"
#include "observe/runtime_preview.h"
#include "observe/runtime_server_commands.h"
#include "observe/runtime_show_config.h"
#include "observe/runtime_show_stats.h"
#include "observe/runtime_show_traffic.h"
#include "observe/runtime_table_commands.h"

namespace stickler::observe {
namespace {

Words words_of(std::string_view text) { return split_line(text).front(); }

// How many of a command's fixed words these begin with.
std::size_t common(const Words& fixed, const Words& given) {
  std::size_t count = 0;
  while (count < fixed.size() && count < given.size() && fixed[count] == given[count]) ++count;
  return count;
}

net::Task<std::string> at_once(std::string answer) { co_return answer; }

std::string silent(const Words&) { return ""; }

net::Task<std::string> reload(Administration* administration, Administration::MovedKeys moved) {
  ReloadResult result = co_await administration->reload(moved);
  if (result.ok) co_return result.text;
  co_return "not reloaded, nothing was changed: " + result.text;
}

}  // namespace

RuntimeCommands::RuntimeCommands(Administration& administration) {
  add("help", "[COMMAND]", "Lists the commands.",
      [this](const Words& about) { return help(about); });
  // The socket itself knows these (runtime_socket.cc).
  add("prompt", "", "Stays for further commands, each behind a prompt.", silent);
  add("quit", "", "Ends the conversation.", silent);
  add("set timeout cli", "SECONDS", "Nothing: silence ends a conversation after five minutes.",
      silent);
  add("clear counters", "[all]", "Not here: counters only go up.", [](const Words&) {
    return "Counters are not cleared: they only go up, as metrics want it.";
  });
  add({"reload", "[moved-bases]",
       "Reads configuration and certificates anew; says what changed, or why not.",
       [&administration](const Words& words) {
         const bool allowed = words == Words{"moved-bases"};
         using Moved = Administration::MovedKeys;
         return reload(&administration, allowed ? Moved::allow : Moved::refuse);
       }});
  add_server_commands(*this, administration);
  add_preview_command(*this, administration);
  add_explain_command(*this, administration);
  add_table_commands(*this, administration);
  add_cluster_commands(*this, administration);
  add_show_stats_commands(*this, administration);
  add_show_traffic_commands(*this, administration);
  add_show_config_command(*this, administration);
}

void RuntimeCommands::add(RuntimeCommand command) { commands_.push_back(std::move(command)); }

void RuntimeCommands::add(std::string_view words, std::string_view arguments,
                          std::string_view sentence, std::function<std::string(const Words&)> run) {
  add({words, arguments, sentence,
       [run = std::move(run)](const Words& given) { return at_once(run(given)); }});
}

net::Task<std::string> RuntimeCommands::run(const Words& words) const {
  const RuntimeCommand* command = find(words);
  if (command == nullptr) co_return unknown(words);
  const auto fixed = static_cast<std::ptrdiff_t>(words_of(command->words).size());
  const Words rest(words.begin() + fixed, words.end());
  std::string answer = co_await command->run(rest);
  if (!answer.empty() && !answer.ends_with('\n')) answer += '\n';
  co_return answer;
}

// The one with the most fixed words, all of them given.
const RuntimeCommand* RuntimeCommands::find(const Words& words) const {
  const RuntimeCommand* best = nullptr;
  std::size_t most = 0;
  for (const RuntimeCommand& command : commands_) {
    const Words fixed = words_of(command.words);
    if (common(fixed, words) < fixed.size() || fixed.size() <= most) continue;
    best = &command;
    most = fixed.size();
  }
  return best;
}

std::string RuntimeCommands::help(const Words& about) const {
  std::string text = "The following commands are valid:\n";
  std::vector<std::string> lines;
  for (const RuntimeCommand& command : commands_) {
    const Words fixed = words_of(command.words);
    if (!about.empty() && common(fixed, about) == 0) continue;
    std::string usage = std::string(command.words);
    if (!command.arguments.empty()) usage += " " + std::string(command.arguments);
    usage.resize(std::max(usage.size(), std::size_t{46}), ' ');
    lines.push_back("  " + usage + " : " + std::string(command.sentence) + "\n");
  }
  std::ranges::sort(lines);
  for (const std::string& line : lines) text += line;
  return text;
}

// Those that begin alike, or all.
std::string RuntimeCommands::unknown(const Words& words) const {
  const bool near = std::ranges::any_of(commands_, [&](const RuntimeCommand& command) {
    return common(words_of(command.words), words) > 0;
  });
  return "Unknown command: '" + words.front() + "'. " + help(near ? words : Words{});
}

}  // namespace stickler::observe
