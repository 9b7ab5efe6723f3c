// SPDX-License-Identifier: MIT
// The configuration that is being made: groups of settings, each with the lines it comes from.
// Every value is judged by the row of the schema at once, with the same words as in `stickler
// check`; what is refused is reported with its line and left out. One translation, one thread.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/schema.h"
#include "config/tree.h"
#include "haproxy/cfg_reader.h"
#include "haproxy/ledger.h"

namespace stickler::haproxy {

// ---- values ----

config::Node text_value(std::string text);
config::Node texts_value(const std::vector<std::string>& texts);
config::Node number_value(std::int64_t number);
config::Node flag_value(bool flag);
config::Node duration_value(Duration duration);  // "off" for no limit

// Whether it can stand in front of a '=': libconfig's names are narrower than a field's.
bool is_setting_name(std::string_view name);

// A value and the lines that say it.
struct Said {
  config::Node value;
  Lines from;
};
// By the names of our settings.
using Settings = std::map<std::string, Said, std::less<>>;

class Draft {
 public:
  struct Entry {
    std::string name;
    config::Node value;            // unless it is a group
    std::unique_ptr<Draft> group;  // null: a value
    Lines from;
  };

  // The file as a whole. `ledger` must outlive it.
  explicit Draft(Ledger& ledger);
  // A group of it: for group() and element().
  Draft(Ledger& ledger, const config::Setting& setting, const config::Section* section,
        std::string path);

  // False if it was refused. What was set before stays. Without `from` it comes from the lines of
  // the group.
  bool set(std::string_view name, config::Node value, const Lines& from);
  // In the order of the schema's rows.
  void set_all(const Settings& settings);
  // The group of that name, made when it is first asked for.
  Draft& group(std::string_view name);
  // Of a group whose names are free: one of its groups, or one of its texts.
  Draft& element(const std::string& name);
  bool set_text(const std::string& name, const std::string& text, const Lines& from);

  // The lines that the group as a whole comes from, and a sentence above it.
  void comes_from(const Lines& lines);
  void explain(std::string sentence) { explanations_.push_back(std::move(sentence)); }

  bool empty() const { return entries_.empty(); }
  const std::vector<Entry>& entries() const { return entries_; }
  const Lines& from() const { return from_; }
  const std::vector<std::string>& explanations() const { return explanations_; }

 private:
  Draft& add_group(const std::string& name, const config::Setting& setting,
                   const config::Section* section);
  bool judge(const config::Setting& setting, const config::Node& value, const Lines& from);
  void add(std::string_view name, config::Node value, const Lines& from);
  const Entry* find(std::string_view name) const;

  Ledger& ledger_;
  const config::Setting* setting_ = nullptr;  // null: the file
  const config::Section* section_;            // null: names are free
  std::string path_;
  std::vector<Entry> entries_;
  Lines from_;
  Lines blamed_;  // of what is around, for what is refused
  std::vector<std::string> explanations_;
};

}  // namespace stickler::haproxy
