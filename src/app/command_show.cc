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

constexpr int kRefused = 1;

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
};

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

// Nothing if the answer is not what such an answer is like.
std::optional<std::string> text_of(const View& view, const std::string& answer, bool json) {
  try {
    Json content = Json::parse(answer);
    if (view.plain != nullptr) content = view.plain(content);
    if (json) return content.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    return render(view.table(content), look_of_terminal());
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

int command_show(const RunningProgram& program, std::string_view name, bool json) {
  const auto view =
      std::ranges::find(views(), name, [](const View& each) { return each.shown.name; });
  ASSERT(view != views().end());
  std::vector<std::string> command = view->command;
  const bool as_it_is = !json && view->table == nullptr;
  if (as_it_is) command.pop_back();
  RuntimeAnswer answer = ask_running(program, command);
  if (answer.code == 0 && !as_it_is) {
    std::optional<std::string> text = text_of(*view, answer.text, json);
    answer = text ? RuntimeAnswer{0, *text}
                  : RuntimeAnswer{kRefused,
                                  "stickler: the running program's answer is none of "
                                  "this version's: restart one of them\n"};
  }
  std::fputs(answer.text.c_str(), answer.code == 0 ? stdout : stderr);
  return answer.code;
}

}  // namespace stickler::app
