// SPDX-License-Identifier: MIT
#include "app/show_views.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
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

}  // namespace

Table servers_table(const Json& servers, WallTime now) {
  const double today = std::chrono::duration<double>(now.time_since_epoch()).count();
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
                          {span_text(today - server.at("since").get<double>())},
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
  Table table{{{"SETTING"}, {"FROM"}, {"VALUE"}}, {}};
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
