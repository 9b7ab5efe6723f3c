// SPDX-License-Identifier: MIT
#include "app/command_runtime.h"

#include <algorithm>
#include <cstdio>

#include "app/load_config.h"
#include "app/runtime_client.h"
#include "observe/runtime_cluster_commands.h"
#include "observe/runtime_explain.h"
#include "observe/table_listing.h"

namespace stickler::app {
namespace {

constexpr int kNobodyThere = 3;

// Commands that are silent when they are done: whatever they say is a refusal.
bool is_silent(const std::vector<std::string>& words) {
  return words.front() == "set" || words.front() == "drain";
}

bool is_refusal(const std::vector<std::string>& words, const std::string& answer) {
  if (answer.starts_with("Unknown command")) return true;
  for (const char* nobody : {"No such server", "No such table", "No such cluster"}) {
    if (answer.starts_with(nobody)) return true;
  }
  if (words.front() == "reload") return answer.starts_with("not reloaded");
  if (words.front() == "rebalance") return answer.starts_with(observe::kNotRebalanced);
  if (words.front() == "explain") return answer.starts_with(observe::kNotExplained);
  if (words.front() == "preview") return !answer.starts_with("http");
  return is_silent(words) && !answer.empty();
}

std::string escape(const std::string& word) {
  std::string escaped;
  for (char c : word) {
    if (c == ' ' || c == ';' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string line_of(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + escape(word);
  return line;
}

RuntimeAnswer refusal(const std::string& why, int code) {
  return {code, "stickler: " + why + "\n"};
}

}  // namespace

Result<RuntimePlace, std::string> runtime_place(const RunningProgram& program) {
  if (!program.socket.empty()) return RuntimePlace{program.socket, ""};
  config::LoadResult loaded = load_config(program.files);
  if (loaded.config == nullptr) {
    return RuntimePlace{kUsualSocket,
                        loaded.file + " is wrong, and so does not say where the socket is; "};
  }
  if (!loaded.config->runtime.socket.empty()) {
    return RuntimePlace{loaded.config->runtime.socket, ""};
  }
  return Failed{loaded.file + " configures no runtime socket: add runtime = { socket = \"" +
                kUsualSocket + "\"; }; and restart"};
}

RuntimeAnswer ask_running(const RunningProgram& program, const std::vector<std::string>& words) {
  const std::string line = line_of(words);
  // What follows would be a command of its own.
  if (line.find('\n') != std::string::npos) return refusal("no name holds a line's end", kRefused);
  auto place = runtime_place(program);
  if (!place) return refusal(place.error(), kRefused);
  auto answer = ask_runtime(place->socket, line);
  if (!answer && !place->doubt.empty()) {
    return refusal(place->doubt + answer.error().text + ": give --socket FILE", kRefused);
  }
  if (!answer) {
    return refusal(answer.error().text, answer.error().nobody_there ? kNobodyThere : kRefused);
  }
  return {is_refusal(words, *answer) ? kRefused : 0, *answer};
}

RuntimeAnswer not_understood() {
  return refusal("the running program's answer is none of this version's: restart one of them",
                 kRefused);
}

std::string key_on_a_line(const std::string& key) {
  const bool ends_it = std::ranges::any_of(key, [](char c) { return c < ' ' || c == 0x7f; });
  return ends_it ? observe::escaped_key(key) : key;
}

int command_runtime(const RunningProgram& program, const std::vector<std::string>& words) {
  const RuntimeAnswer answer = ask_running(program, words);
  std::fputs(answer.text.c_str(), answer.code == 0 ? stdout : stderr);
  return answer.code;
}

}  // namespace stickler::app
