// SPDX-License-Identifier: MIT
#include "app/command_clear_table.h"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace stickler::app {
namespace {

std::vector<std::string> clear_command(const ClearOptions& options) {
  std::vector<std::string> words{"clear", "table", options.table};
  if (options.key) words.insert(words.end(), {"key", key_on_a_line(*options.key)});
  if (options.server) words.insert(words.end(), {"server", *options.server});
  words.emplace_back("json");
  return words;
}

// "table projects: 3 keys are forgotten, and those who share it are told"
RuntimeAnswer sentence_of(const std::string& answer, const std::string& table) {
  try {
    const nlohmann::json said = nlohmann::json::parse(answer);
    const auto count = said.at("forgotten").get<std::size_t>();
    std::string text = "table " + table + ": " + std::to_string(count) +
                       (count == 1 ? " key is forgotten" : " keys are forgotten");
    if (said.at("shared").get<bool>()) text += ", and those who share it are told";
    return {0, text + "\n"};
  } catch (const nlohmann::json::exception&) {
    return not_understood();
  }
}

}  // namespace

int command_clear_table(const RunningProgram& program, const ClearOptions& options) {
  RuntimeAnswer answer = ask_running(program, clear_command(options));
  if (answer.code == 0) answer = sentence_of(answer.text, options.table);
  std::fputs(answer.text.c_str(), answer.code == 0 ? stdout : stderr);
  return answer.code;
}

}  // namespace stickler::app
