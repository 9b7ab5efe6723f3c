// SPDX-License-Identifier: MIT
#include "app/command_show.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <optional>

#include "app/command_check.h"
#include "app/show_views.h"
#include "base/assert.h"

namespace stickler::app {
namespace {

WallTime wall_now() { return std::chrono::floor<Duration>(std::chrono::system_clock::now()); }

// How one thing is asked for and shown.
struct View {
  Shown shown;
  // What is asked for JSON.
  std::vector<std::string> command;
  // The answer for scripts, if that is not the answer itself.
  Json (*plain)(const Json& answer) = nullptr;
  // The answer for scripts as a table; without one the running program's text is shown.
  Table (*table)(const Json& plain) = nullptr;
  // What is said below the table; `width` as in TableLook.
  std::string (*remark)(const Json& plain, const ShowOptions& options, std::size_t width) = nullptr;
};

std::string remark_on_keys(const Json& answer, const ShowOptions& options, std::size_t) {
  const Json& keys = answer.at("keys");
  if (options.key && keys.empty()) return "nobody has the key " + *options.key + "\n";
  if (answer.at("complete").get<bool>()) return "";
  return "these are " + std::to_string(keys.size()) + " keys: there may be more\n";
}

std::string remark_on_clusters(const Json& answer, const ShowOptions&, std::size_t width) {
  return clusters_remark(answer, width);
}

const std::vector<View>& views() {
  static const std::vector<View> views{
      {{"servers", "Servers: their states, load and last checks"},
       {"show", "servers", "json"},
       nullptr,
       [](const Json& answer) { return servers_table(answer, wall_now()); }},
      {{"sessions", "Requests and tunnels that are open"},
       {"show", "sess", "json"},
       nullptr,
       sessions_table},
      {{"events", "What has happened: servers up and down, sessions that moved"},
       {"show", "events", "json"},
       nullptr,
       events_table},
      {{"errors", "The last requests and answers that were not understood"},
       {"show", "errors", "json"}},
      {{"tables", "Stick tables: how full they are, and how often they knew a key"},
       {"show", "table", "json"},
       nullptr,
       stick_tables_table},
      {{"table", "The keys of a stick table: whose each is, and for how long", Shown::Of::table},
       {"show", "table", "json"},
       nullptr,
       stick_keys_table,
       remark_on_keys},
      {{"buckets", "Clusters' buckets: which node has each, and which move", Shown::Of::cluster},
       {"show", "buckets", "json"},
       nullptr,
       [](const Json& answer) { return buckets_table(answer, wall_now()); },
       remark_on_clusters},
      {{"nodes", "Clusters' nodes: who is there, and how many buckets they have",
        Shown::Of::cluster},
       {"show", "nodes", "json"},
       nullptr,
       [](const Json& answer) { return nodes_table(answer, wall_now()); },
       remark_on_clusters},
      {{"config", "The configuration in force, and where each value comes from"},
       {"show", "config", "json"},
       nullptr,
       config_table},
      {{"stat", "The counters, by HAProxy's names"},
       {"show", "stat", "json"},
       plain_rows,
       stat_table},
      {{"info", "The process, by HAProxy's names"}, {"show", "info", "json"}, plain_fields},
  };
  return views;
}

TableLook look_of_terminal() {
  TableLook look;
  look.colour = wants_colour(STDOUT_FILENO);
  winsize size{};
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  if (terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) look.width = size.ws_col;
  return look;
}

// What the running program is asked for.
std::vector<std::string> show_command(const View& view, const ShowOptions& options) {
  std::vector<std::string> command = view.command;
  command.pop_back();
  if (view.shown.of == Shown::Of::table) command.push_back(options.table);
  if (options.cluster) command.push_back(*options.cluster);
  if (options.key) command.insert(command.end(), {"key", key_on_a_line(*options.key)});
  if (options.json || view.table != nullptr) command.push_back(view.command.back());
  return command;
}

// Nothing if the answer is not what such an answer is like.
std::optional<std::string> answer_text(const View& view, const std::string& answer,
                                       const ShowOptions& options) {
  try {
    Json content = Json::parse(answer);
    if (view.plain != nullptr) content = view.plain(content);
    if (options.json) return content.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    const TableLook look = look_of_terminal();
    const std::string table = render(view.table(content), look);
    return view.remark == nullptr ? table : table + view.remark(content, options, look.width);
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

std::span<const Shown> all_shown() {
  static const std::vector<Shown> all = [] {
    std::vector<Shown> shown;
    for (const View& view : views()) shown.push_back(view.shown);
    return shown;
  }();
  return all;
}

int command_show(const RunningProgram& program, const ShowOptions& options) {
  const auto view =
      std::ranges::find(views(), options.name, [](const View& each) { return each.shown.name; });
  ASSERT(view != views().end());
  const bool as_it_is = !options.json && view->table == nullptr;
  RuntimeAnswer answer = ask_running(program, show_command(*view, options));
  if (answer.code == 0 && !as_it_is) {
    std::optional<std::string> text = answer_text(*view, answer.text, options);
    answer = text ? RuntimeAnswer{0, *text} : not_understood();
  }
  std::fputs(answer.text.c_str(), answer.code == 0 ? stdout : stderr);
  return answer.code;
}

}  // namespace stickler::app
