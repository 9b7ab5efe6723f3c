// SPDX-License-Identifier: MIT
#include "observe/runtime_show_config.h"

#include <algorithm>

#include "observe/json_values.h"
#include "observe/runtime_commands.h"

namespace stickler::observe {
namespace {

using Settings = std::vector<config::EffectiveSetting>;

// `timeouts.client = "1m"  # default`
std::string lines_of(const Settings& settings) {
  std::string text;
  for (const config::EffectiveSetting& setting : settings) {
    text += setting.path + " = " + setting.value + "  # " + setting.origin + "\n";
  }
  return text;
}

std::string settings_json(const Settings& settings) {
  Json all = Json::array();
  for (const config::EffectiveSetting& setting : settings) {
    all.push_back(
        {{"setting", setting.path}, {"value", setting.value}, {"origin", setting.origin}});
  }
  return document(all);
}

}  // namespace

void add_show_config_command(RuntimeCommands& commands, const Administration& administration) {
  commands.add("show config", "[json]",
               "The configuration in force: each setting, and where its value comes from.",
               [&](const Words& words) {
                 const bool json = std::ranges::find(words, "json") != words.end();
                 const Settings& settings = administration.settings();
                 return json ? settings_json(settings) : lines_of(settings);
               });
}

}  // namespace stickler::observe
