// SPDX-License-Identifier: MIT
// Every setting there is, one row each. The reader, the error texts, docs/configuration.md and
// `stickler reference` come from these rows: to add a setting, add its row, the field of
// the struct in config.h, and the code that uses it. Pure tables; any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/config.h"

namespace stickler::config {

// What stands behind the '='.
enum class Form {
  boolean,
  integer,
  duration,  // text: a number and a unit; stored in microseconds
  size,      // text: a number and k, m or g; stored in bytes
  word,      // one of a few
  text,
  texts,         // one text or a list of them
  group,         // the settings of `section`
  named_groups,  // groups with names of the administrator's own, each the settings of `section`
  named_texts,   // texts with names of the administrator's own
};

// A value between the text and the struct.
using Value =
    std::variant<bool, std::int64_t, std::string, std::vector<std::string>, std::vector<NameValue>>;

// What is wrong with a text, and what to write instead.
struct Complaint {
  std::string what;
  std::string remedy;
};
using TextCheck = std::optional<Complaint> (*)(std::string_view text);

struct Word {
  std::string_view text;
  std::int64_t value;
};

struct Section;

// Called for each group of a row that there is; `name` is empty if it has none of its own.
using VisitGroup = std::function<void(std::string_view name, const void* group)>;

struct Setting {
  std::string_view name;
  Form form = Form::text;
  std::string_view sentence;           // what it does
  std::string_view haproxy = {};       // HAProxy's directive
  std::string_view other_name = {};    // read as well
  std::string_view default_text = {};  // where the struct's own default says too little
  std::string_view shape = {};         // of a text, for the reference: "METHOD /path"
  std::string_view example = {};       // given: the setting must be written; how, for example
  std::string_view short_form = {};    // of a group: its setting that a plain value stands for
  std::string_view not_yet = {};       // what of it this version does not do
  bool has_effect = true;
  bool many_lines = false;  // of a text: may hold line ends and tabs
  std::int64_t least = 0;
  std::int64_t most = 0;    // 0: no bound
  bool can_be_off = false;  // "off" is stored as 0
  std::span<const Word> words = {};
  TextCheck check = nullptr;       // of each text
  TextCheck check_name = nullptr;  // of each name of named_texts
  const Section* section = nullptr;
  void (*store)(void* object, const Value& value) = nullptr;
  Value (*fetch)(const void* object) = nullptr;
  // The object that a group is read into.
  void* (*open)(void* parent, std::string_view name, const Origin& origin) = nullptr;
  // The objects that its groups have been read into.
  void (*visit)(const void* parent, const VisitGroup& visit) = nullptr;

  bool has_bounds() const { return least != 0 || most != 0; }
};

struct Section {
  std::string_view sentence;
  std::span<const Setting> settings;
  const void* (*defaults)();  // an object with every default
  // Settings are stored in the order in which the file has them: there it means something.
  bool in_file_order = false;
};

// The file as a whole, read into a Config.
extern const Section kFileSection;

extern const Section kProcessSection;
extern const Section kRuntimeSection;
extern const Section kLogSection;
extern const Section kSyslogSection;
extern const Section kTimeoutsSection;
extern const Section kListenerSection;
extern const Section kRouteSection;
extern const Section kEditsSection;
extern const Section kRedirectSection;
extern const Section kBackendSection;
extern const Section kServerSection;
extern const Section kCheckSection;
extern const Section kTableSection;
extern const Section kStickSection;
extern const Section kRedisSection;
extern const Section kMapSection;
extern const Section kMapKeySection;
extern const Section kClusterSection;
extern const Section kClusterAdminSection;

// The row of that name or other name, or null.
const Setting* find_setting(const Section& section, std::string_view name);

// Calls `visit` for every row below the file, with its pattern: "listeners.NAME.tls.certificates".
void visit_settings(
    const std::function<void(const std::string& pattern, const Setting& setting)>& visit);

// "10ms … 1h", "0 … 256", "at least 1k"; empty without bounds.
std::string describe_bounds(const Setting& setting);
// How the value is written: "duration", "\"http\", \"https\"", "text or list of texts".
std::string describe_form(const Setting& setting);
// "\"15s\"", "true", "64k"; empty if there is none worth a word.
std::string describe_default(const Setting& setting, const void* defaults);
// The value that a group's object has; empty if it is unset or has no short form.
std::string describe_value(const Setting& setting, const void* object);

}  // namespace stickler::config
