// SPDX-License-Identifier: MIT
#include "observe/stats_options.h"

#include <algorithm>

#include "base/strings.h"

namespace stickler::observe {
namespace {

using Form = StatsOptions::Form;

constexpr std::string_view kScope = "scope=";
constexpr std::string_view kServer = "server=";

void take_word(std::string_view word, StatsOptions& options) {
  if (word == "csv") options.form = Form::csv;
  if (word == "json") options.form = Form::json;
  if (word == "norefresh") options.refresh = false;
  if (word == "up") options.hide_down = true;
  if (word == "no-maint") options.hide_maint = true;
  if (word.starts_with(kScope)) options.scope = word.substr(kScope.size());
  if (word.starts_with(kServer)) options.server = word.substr(kServer.size());
}

void take_words(std::string_view text, StatsOptions& options) {
  while (!text.empty()) {
    std::string_view part = take_until(text, ';');
    while (!part.empty()) take_word(take_until(part, '&'), options);
  }
}

bool is_hidden(const ServerStats& server, const StatsOptions& options) {
  using balance::Availability;
  const bool maint = server.availability == Availability::maint;
  const bool down = server.availability == Availability::down;
  return (maint && (options.hide_maint || options.hide_down)) || (down && options.hide_down);
}

}  // namespace

StatsOptions parse_stats_options(std::string_view options, std::string_view query) {
  StatsOptions parsed;
  take_words(options, parsed);
  take_words(query, parsed);
  return parsed;
}

std::string to_text(const StatsOptions& options) {
  std::string text;
  if (options.form == Form::csv) text += ";csv";
  if (options.form == Form::json) text += ";json";
  if (options.hide_down) text += ";up";
  if (options.hide_maint) text += ";no-maint";
  if (!options.scope.empty()) text.append(";").append(kScope).append(options.scope);
  if (!options.server.empty()) text.append(";").append(kServer).append(options.server);
  if (!options.refresh) text += ";norefresh";
  return text;
}

void narrow(const StatsOptions& options, StatsSnapshot& stats) {
  const std::string scope = lower_case(options.scope);
  const auto is_outside = [&](const auto& named) {
    return lower_case(named.name).find(scope) == std::string::npos;
  };
  std::erase_if(stats.listeners, is_outside);
  std::erase_if(stats.backends, is_outside);
  std::erase_if(stats.tables, is_outside);
  std::erase_if(stats.clusters, is_outside);
  for (BackendStats& backend : stats.backends) {
    std::erase_if(backend.servers,
                  [&](const ServerStats& server) { return is_hidden(server, options); });
  }
}

}  // namespace stickler::observe
