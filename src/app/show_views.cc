// SPDX-License-Identifier: MIT
#include "app/show_views.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <string_view>

#include "observe/explain_text.h"

namespace stickler::app {
namespace {

// Nothing for null.
std::string text_of(const Json& value) {
  if (value.is_null()) return "";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string span_text(double seconds) {
  return observe::span_in_words(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::string place_of(const Json& object) {
  if (object.at("backend").is_null()) return "";
  const std::string server = text_of(object.at("server"));
  return text_of(object.at("backend")) + (server.empty() ? "" : "/" + server);
}

Tint tint_of_status(std::string_view status) {
  if (status == "UP" || status == "no check" || status == "OPEN") return Tint::good;
  return status == "DOWN" ? Tint::bad : Tint::doubtful;
}

Tint tint_of_event(std::string_view kind) {
  if (kind == "error") return Tint::bad;
  return kind == "warning" ? Tint::doubtful : Tint::none;
}

// "2026-11-21 02:01:23", local time.
std::string date_text(double since_epoch) {
  const auto seconds = static_cast<std::time_t>(since_epoch);
  std::tm parts{};
  ::localtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%F %T", &parts);
  return {text.data(), size};
}

// "532", "1.4k", "20M": three digits at most.
std::string short_number(double number) {
  std::string_view units = " kMGTPE";
  while (number >= 999.5 && units.size() > 1) {
    number /= 1000;
    units.remove_prefix(1);
  }
  std::array<char, 32> text{};
  const bool fraction = units.front() != ' ' && number < 9.95;
  std::snprintf(text.data(), text.size(), fraction ? "%.1f" : "%.0f", number);
  return units.front() == ' ' ? text.data() : std::string(text.data()) + units.front();
}

std::string upper_case(std::string name) {
  for (char& c : name) c = static_cast<char>(c - 'a' + 'A');
  return name;
}

TableCell server_status(const Json& server) {
  const std::string status = text_of(server.at("status"));
  return {status, tint_of_status(status)};
}

// What its last check said, or where a drain has got to.
std::string server_remark(const Json& server) {
  const Json& drain = server.at("drain");
  if (drain.is_object()) {
    std::string text = text_of(drain.at("sessions")) + " sessions left";
    if (!drain.at("empty_in").is_null()) text += ", empty in " + span_text(drain.at("empty_in"));
    return text;
  }
  return server.at("check").is_object() ? text_of(server.at("check").at("text")) : "";
}

// "no", or how it goes with that.
TableCell sharing_cell(const Json& table) {
  if (!table.at("shared").get<bool>()) return {"no"};
  const Json& sharing = table.at("sharing");
  if (sharing.is_null()) return {"yes"};
  const std::string state = text_of(sharing.at("state"));
  if (state == "alone") return {state, Tint::bad};
  return {state, state == "shared" ? Tint::good : Tint::doubtful};
}

TableCell used_cell(const Json& table) {
  const double used = table.at("used");
  return {short_number(used), used < table.at("size").get<double>() ? Tint::none : Tint::doubtful};
}

Tint tint_of_standing(std::string_view standing) {
  return standing == "alone" || standing == "asked" ? Tint::doubtful : Tint::none;
}

std::string span_or_nothing(const Json& seconds) {
  return seconds.is_null() ? "" : span_text(seconds);
}

double since_epoch(WallTime now) {
  return std::chrono::duration<double>(now.time_since_epoch()).count();
}

// For how long it has been so.
std::string since_text(const Json& since, WallTime now) {
  return since.is_null() ? "" : span_text(since_epoch(now) - since.get<double>());
}

Tint tint_of_bucket(std::string_view state) {
  if (state == "serving") return Tint::good;
  return state == "unowned" ? Tint::bad : Tint::doubtful;
}

// Of several clusters each row says whose it is.
void add_cluster_column(const Json& clusters, Table& table) {
  if (clusters.size() < 2) return;
  table.columns.insert(table.columns.begin(), {"CLUSTER", false, false, TableColumn::Cut::middle});
}

std::vector<TableCell> row_of(const Json& clusters, const Json& cluster) {
  if (clusters.size() < 2) return {};
  return {{text_of(cluster.at("cluster"))}};
}

void append(std::vector<TableCell>& row, std::vector<TableCell> cells) {
  std::ranges::move(cells, std::back_inserter(row));
}

// "node-a → node-b"
std::string way_of(const Json& range) {
  const std::string node = text_of(range.at("node"));
  const std::string next = text_of(range.at("next"));
  return next.empty() ? node : (node.empty() ? "?" : node) + " → " + next;
}

TableCell key_cell(const Json& node, WallTime now) {
  if (node.at("registered").get<bool>()) return {"registered", Tint::good};
  const std::string span = since_text(node.at("gone_since"), now);
  return {span.empty() ? "gone" : "gone " + span, Tint::bad};
}

bool has_trouble(const Json& clusters) {
  return std::ranges::any_of(clusters, [](const Json& cluster) {
    return std::ranges::any_of(cluster.at("nodes"),
                               [](const Json& node) { return !node.at("trouble").is_null(); });
  });
}

}  // namespace

Table servers_table(const Json& servers, WallTime now) {
  Table table{{{"SERVER"},
               {"STATUS"},
               {"FOR", true},
               {"WEIGHT", true, true},
               {"ACTIVE", true},
               {"QUEUED", true},
               {"SESSIONS", true},
               {"REQUESTS", true, true},
               {"ADDRESS", false, true},
               {"LAST CHECK"}},
              {}};
  for (const Json& server : servers) {
    table.rows.push_back({{place_of(server)},
                          server_status(server),
                          {span_text(since_epoch(now) - server.at("since").get<double>())},
                          {text_of(server.at("weight"))},
                          {text_of(server.at("active"))},
                          {text_of(server.at("queued"))},
                          {text_of(server.at("sessions"))},
                          {short_number(server.at("requests"))},
                          {text_of(server.at("address"))},
                          {server_remark(server)}});
  }
  return table;
}

Table sessions_table(const Json& sessions) {
  Table table{{{"CLIENT"},
               {"LISTENER", false, true},
               {"AGE", true},
               {"STATE"},
               {"SERVER"},
               {"REASON", false, true},
               {"REQUEST"}},
              {}};
  for (const Json& session : sessions) {
    table.rows.push_back({{text_of(session.at("client"))},
                          {text_of(session.at("listener"))},
                          {span_text(session.at("age"))},
                          {text_of(session.at("state"))},
                          {place_of(session)},
                          {text_of(session.at("reason"))},
                          {text_of(session.at("request"))}});
  }
  return table;
}

Table config_table(const Json& settings) {
  using Cut = TableColumn::Cut;
  Table table{
      {{"SETTING", false, false, Cut::middle}, {"FROM", false, false, Cut::beginning}, {"VALUE"}},
      {}};
  for (const Json& setting : settings) {
    table.rows.push_back({{text_of(setting.at("setting"))},
                          {text_of(setting.at("origin"))},
                          {text_of(setting.at("value"))}});
  }
  return table;
}

Table events_table(const Json& events) {
  Table table{{{"TIME"}, {"KIND"}, {"WHAT"}}, {}};
  for (const Json& event : events) {
    const std::string kind = text_of(event.at("kind"));
    table.rows.push_back(
        {{date_text(event.at("time"))}, {kind, tint_of_event(kind)}, {text_of(event.at("text"))}});
  }
  return table;
}

Table stick_tables_table(const Json& tables) {
  static constexpr std::array<const char*, 6> kCounts{"hits",  "misses",  "claims",
                                                      "moves", "expired", "evicted"};
  Table shown{{{"TABLE"}, {"USED", true}, {"SIZE", true}}, {}};
  for (const char* name : kCounts) shown.columns.push_back({upper_case(name), true});
  shown.columns.push_back({"SHARED"});
  shown.columns.push_back({"REDIS"});
  for (const Json& table : tables) {
    auto& cells = shown.rows.emplace_back();
    cells = {{text_of(table.at("name"))}, used_cell(table), {short_number(table.at("size"))}};
    for (const char* name : kCounts) cells.push_back({short_number(table.at(name))});
    cells.push_back(sharing_cell(table));
    const Json& sharing = table.at("sharing");
    cells.push_back({sharing.is_null() ? "" : text_of(sharing.at("text"))});
  }
  return shown;
}

Table stick_keys_table(const Json& answer) {
  const bool shared = answer.at("table").at("shared");
  Table shown{{{"KEY"}, {"SERVER"}, {"AGE", true}, {"IDLE", true}, {"EXPIRES IN", true}}, {}};
  if (shared) shown.columns.insert(shown.columns.end(), {{"STANDING"}, {"VERSION", true, true}});
  std::vector<const Json*> keys;
  for (const Json& key : answer.at("keys")) keys.push_back(&key);
  std::ranges::sort(keys, {}, [](const Json* key) {
    return std::pair(key->at("idle").get<double>(), text_of(key->at("key")));
  });
  for (const Json* key : keys) {
    auto& cells = shown.rows.emplace_back();
    cells = {{text_of(key->at("key"))},
             {text_of(key->at("server"))},
             {span_text(key->at("age"))},
             {span_text(key->at("idle"))},
             {span_or_nothing(key->at("expires_in"))}};
    if (!shared) continue;
    const std::string standing = text_of(key->at("standing"));
    cells.push_back({standing, tint_of_standing(standing)});
    cells.push_back({text_of(key->at("version"))});
  }
  return shown;
}

Table buckets_table(const Json& clusters, WallTime now) {
  Table table{{{"BUCKETS"}, {"STATE"}, {"FOR", true}, {"CAUSE", false, true}, {"NODE"}}, {}};
  add_cluster_column(clusters, table);
  for (const Json& cluster : clusters) {
    for (const Json& range : cluster.at("ranges")) {
      const std::string first = text_of(range.at("first"));
      const std::string last = text_of(range.at("last"));
      const std::string state = text_of(range.at("state"));
      table.rows.push_back(row_of(clusters, cluster));
      append(table.rows.back(), {{first == last ? first : first + "-" + last},
                                 {state, tint_of_bucket(state)},
                                 {since_text(range.at("since"), now)},
                                 {text_of(range.at("cause"))},
                                 {way_of(range)}});
    }
  }
  return table;
}

Table nodes_table(const Json& clusters, WallTime now) {
  Table table{{{"NODE", false, false, TableColumn::Cut::middle},
               {"KEY"},
               {"BUCKETS", true},
               {"LEAVING", true},
               {"COMING", true}},
              {}};
  const bool trouble = has_trouble(clusters);
  table.columns.push_back({"LOCAL URL", false, trouble});
  if (trouble) table.columns.push_back({"TROUBLE"});
  add_cluster_column(clusters, table);
  for (const Json& cluster : clusters) {
    for (const Json& node : cluster.at("nodes")) {
      auto& row = table.rows.emplace_back(row_of(clusters, cluster));
      append(row, {{text_of(node.at("node_id"))},
                   key_cell(node, now),
                   {text_of(node.at("buckets"))},
                   {text_of(node.at("leaving"))},
                   {text_of(node.at("coming"))},
                   {text_of(node.at("local_node_url"))}});
      if (trouble) row.push_back({text_of(node.at("trouble")), Tint::bad});
    }
  }
  return table;
}

std::string clusters_remark(const Json& clusters, std::size_t width) {
  if (clusters.empty()) return "no cluster is configured\n";
  std::string text;
  for (const Json& cluster : clusters) {
    text += wrapped(text_of(cluster.at("cluster")) + ": " + text_of(cluster.at("standing")) + ": " +
                        text_of(cluster.at("text")),
                    width);
  }
  return text;
}

Table stat_table(const Json& rows) {
  static constexpr std::array<const char*, 10> kNumbers{"scur", "smax", "stot",  "bin",   "bout",
                                                        "ereq", "econ", "eresp", "wretr", "wredis"};
  Table table{{{"PROXY"}, {"NAME"}, {"STATUS"}}, {}};
  for (const char* name : kNumbers) table.columns.push_back({upper_case(name), true});
  for (const Json& row : rows) {
    auto& cells = table.rows.emplace_back();
    const std::string status = text_of(row.at("status"));
    cells = {
        {text_of(row.at("pxname"))}, {text_of(row.at("svname"))}, {status, tint_of_status(status)}};
    for (const char* name : kNumbers) {
      const auto number = row.find(name);
      cells.push_back({number == row.end() ? "" : short_number(*number)});
    }
  }
  return table;
}

Json plain_fields(const Json& fields) {
  Json object = Json::object();
  for (const Json& field : fields)
    object[field.at("field").at("name").get<std::string>()] = field.at("value").at("value");
  return object;
}

Json plain_rows(const Json& rows) {
  Json plain = Json::array();
  for (const Json& row : rows) plain.push_back(plain_fields(row));
  return plain;
}

}  // namespace stickler::app
