// SPDX-License-Identifier: MIT
#include "observe/stats_csv.h"

#include <algorithm>

#include "observe/haproxy_field.h"
#include "observe/server_words.h"

namespace stickler::observe {
namespace {

// ---- rows ----

bool is_left_out(const ServerStats& server, const StatsView& view) {
  const bool maint = server.admin == backend::Admin::maint;
  if (maint && (view.without_maint || view.without_down)) return true;
  if (view.server && server_number(server) != *view.server) return true;
  return view.without_down && status_word(server) == "DOWN";
}

bool is_wanted(std::size_t proxy, const StatsView& view) {
  return view.proxies.empty() || std::ranges::find(view.proxies, proxy) != view.proxies.end();
}

// Calls `write` for each row that is wanted, in HAProxy's order.
template <typename Write>
void for_each_row(const StatsSnapshot& stats, const StatsView& view, Write write) {
  for (const ListenerStats& listener : stats.listeners) {
    const bool wanted = is_wanted(proxy_number(listener), view);
    if (wanted && (view.kinds & StatsView::kListeners) != 0) write(ListenerRow{stats, listener});
  }
  for (const BackendStats& backend : stats.backends) {
    if (!is_wanted(proxy_number(backend), view)) continue;
    for (const ServerStats& server : backend.servers) {
      if ((view.kinds & StatsView::kServers) == 0 || is_left_out(server, view)) continue;
      write(ServerRow{stats, backend, server});
    }
    if ((view.kinds & StatsView::kBackends) != 0) write(BackendRow{stats, backend});
  }
}

// Calls `write` for each column's value in a row.
template <typename Row, typename Write>
void for_each_value(const Row& row, const StatsView& view, Write write) {
  std::size_t position = 0;
  for (const Column& column : stats_columns()) {
    const bool shown = !column.legend || view.legends;
    write(position++, column, shown ? column.value(row) : std::string());
  }
}

// ---- CSV ----

// With the comma behind it; quoted only if it must be.
void append_csv(std::size_t position, std::string_view value, std::string& out) {
  if (position == kFirstOfModules) out += "-,";
  if (value.find_first_of(",\"\r\n") == std::string::npos) {
    out.append(value).append(",");
    return;
  }
  out += '"';
  for (char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += "\",";
}

// ---- typed and JSON ----

// Whose row it is: a letter, a word, and its numbers.
struct Owner {
  char letter;
  std::string_view word;
  std::size_t proxy;
  std::size_t number;
};

Owner owner_of(const ListenerRow& row) { return {'F', "Frontend", proxy_number(row.of), 0}; }
Owner owner_of(const BackendRow& row) { return {'B', "Backend", proxy_number(row.of), 0}; }
Owner owner_of(const ServerRow& row) {
  return {'S', "Server", proxy_number(row.backend), server_number(row.of)};
}

// Calls `write` for each value that there is.
template <typename Row, typename Write>
void for_each_known_value(const Row& row, const StatsView& view, Write write) {
  for_each_value(row, view, [&](std::size_t position, const Column& column, std::string value) {
    if (value.empty()) return;
    write(HaproxyField{position, column.name, column.tags, column.type, std::move(value)});
  });
}

}  // namespace

std::string stats_csv(const StatsSnapshot& stats, const StatsView& view) {
  std::string text = "# ";
  for (std::size_t position = 0; position < stats_columns().size(); ++position) {
    append_csv(position, stats_columns()[position].name, text);
  }
  text += '\n';
  for_each_row(stats, view, [&](const auto& row) {
    for_each_value(row, view, [&](std::size_t position, const Column&, const std::string& value) {
      append_csv(position, value, text);
    });
    text += '\n';
  });
  return text;
}

std::string stats_typed(const StatsSnapshot& stats, const StatsView& view) {
  std::string text;
  for_each_row(stats, view, [&](const auto& row) {
    const Owner owner = owner_of(row);
    const std::string before = std::string(1, owner.letter) + "." + std::to_string(owner.proxy) +
                               "." + std::to_string(owner.number) + ".";
    for_each_known_value(
        row, view, [&](const HaproxyField& field) { text += before + typed_text(field) + "\n"; });
  });
  return text;
}

std::string stats_json(const StatsSnapshot& stats, const StatsView& view) {
  std::string text = "[";
  for_each_row(stats, view, [&](const auto& row) {
    const Owner owner = owner_of(row);
    text += text.size() > 1 ? ",[" : "[";
    for_each_known_value(row, view, [&](const HaproxyField& field) {
      text += text.back() == '[' ? "{" : ",{";
      text += R"("objType":")" + std::string(owner.word) + R"(","proxyId":)" +
              std::to_string(owner.proxy) + R"(,"id":)" + std::to_string(owner.number) + ",";
      append_json_members(field, text);
      text += '}';
    });
    text += ']';
  });
  return text + "]\n";
}

}  // namespace stickler::observe
