// SPDX-License-Identifier: MIT
#include "observe/runtime_explain.h"

#include <array>
#include <ctime>
#include <optional>

#include "observe/explain.h"
#include "observe/explain_json.h"
#include "observe/explain_text.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

constexpr std::string_view kCommand = "explain";
constexpr std::string_view kJson = "--json";

// Options with a word behind them.
struct TextOption {
  std::string_view name;
  std::string ExplainWords::* text;
};
constexpr std::array<TextOption, 2> kTexts{
    {{"--client", &ExplainWords::client}, {"--listener", &ExplainWords::listener}}};

struct ListOption {
  std::string_view name;
  std::vector<std::string> ExplainWords::* list;
};
constexpr std::array<ListOption, 5> kLists{{{"--header", &ExplainWords::headers},
                                            {"--cookie", &ExplainWords::cookies},
                                            {"--down", &ExplainWords::down},
                                            {"--drain", &ExplainWords::drain},
                                            {"--maint", &ExplainWords::maint}}};

struct AskedExplanation {
  ExplainWords words;
  bool json = false;
};

// Whether `name` is an option, which takes `value`.
bool take_option(const std::string& name, const std::string& value, ExplainWords& words) {
  for (const TextOption& option : kTexts) {
    if (option.name != name) continue;
    words.*option.text = value;
    return true;
  }
  for (const ListOption& option : kLists) {
    if (option.name != name) continue;
    (words.*option.list).push_back(value);
    return true;
  }
  return false;
}

Result<AskedExplanation, std::string> read(const Words& given) {
  AskedExplanation asked;
  Words request;
  for (std::size_t at = 0; at < given.size(); ++at) {
    const std::string& word = given[at];
    if (word == kJson) {
      asked.json = true;
    } else if (!word.starts_with("--")) {
      request.push_back(word);
    } else if (at + 1 == given.size() || !take_option(word, given[++at], asked.words)) {
      return Failed{"'" + word + "' is no option, or lacks its value"};
    }
  }
  if (request.empty() || request.size() > 2) return Failed{std::string("[METHOD] URL is needed")};
  asked.words.url = request.back();
  if (request.size() == 2) asked.words.method = request.front();
  return asked;
}

Result<std::string, std::string> answer(const Administration& administration, const Words& given) {
  auto asked = read(given);
  if (!asked) return Failed{asked.error()};
  auto request = read_explained_request(asked->words);
  if (!request) return Failed{request.error()};
  const std::vector<cluster::ClusterReport> clusters = administration.clusters();
  auto explanation = explain(administration.snapshot(), *request, std::time(nullptr), &clusters);
  if (!explanation) return Failed{explanation.error()};
  return asked->json ? explanation_json(*explanation) : explanation_text(*explanation);
}

}  // namespace

void add_explain_command(RuntimeCommands& commands, const Administration& administration) {
  commands.add(kCommand, "[METHOD] URL [--cookie C] ...",
               "Says which server a request gets now, and why.", [&](const Words& given) {
                 auto answered = answer(administration, given);
                 return answered ? *answered : std::string(kNotExplained) + answered.error();
               });
}

Words explain_command(const ExplainWords& words, bool json) {
  Words command{std::string(kCommand), words.method, words.url};
  if (json) command.emplace_back(kJson);
  auto add = [&](std::string_view name, const std::string& value) {
    command.emplace_back(name);
    command.push_back(value);
  };
  for (const TextOption& option : kTexts) {
    if (!(words.*option.text).empty()) add(option.name, words.*option.text);
  }
  for (const ListOption& option : kLists) {
    for (const std::string& value : words.*option.list) add(option.name, value);
  }
  return command;
}

}  // namespace stickler::observe
