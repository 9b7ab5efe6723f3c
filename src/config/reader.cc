// SPDX-License-Identifier: MIT
#include "config/reader.h"

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "config/schema.h"
#include "config/suggest.h"
#include "config/values.h"

namespace stickler::config {
namespace {

// Where the reader is: "listeners.https.tls", and as the schema sees it, "listeners.NAME.tls".
struct Path {
  std::string text;
  std::string pattern;

  Path child(const std::string& name, const std::string& in_pattern) const {
    return {.text = text.empty() ? name : text + "." + name,
            .pattern = pattern.empty() ? in_pattern : pattern + "." + in_pattern};
  }
};

std::string parent_of(std::string_view pattern) {
  std::size_t dot = pattern.rfind('.');
  return std::string(pattern.substr(0, dot == std::string_view::npos ? 0 : dot));
}

std::string_view last_of(std::string_view pattern) {
  return pattern.substr(pattern.rfind('.') + 1);  // npos + 1 is 0
}

// Where in the schema a setting of that name is; empty if nowhere or at several places.
std::string only_place_of(std::string_view name) {
  std::vector<std::string> places;
  visit_settings([&](const std::string& pattern, const Setting& setting) {
    if (setting.name == name) places.push_back(pattern);
  });
  // What maps and registrations have, too, is hardly ever meant there.
  for (const std::string_view rare : {".map.", ".register."}) {
    if (places.size() == 1) break;
    std::erase_if(places, [&](const auto& place) { return place.find(rare) != place.npos; });
  }
  return places.size() == 1 ? places.front() : "";
}

std::string known_here(const std::vector<std::string_view>& names) {
  constexpr std::size_t kMostListed = 12;
  if (names.size() > kMostListed) return "";
  std::string list;
  for (std::string_view name : names) list += (list.empty() ? "" : ", ") + std::string(name);
  return "known here: " + list;
}

std::vector<std::string_view> names_in(const Section& section) {
  std::vector<std::string_view> names;
  for (const Setting& setting : section.settings) names.push_back(setting.name);
  return names;
}

// The setting of this very group that was meant; empty if none comes near.
std::string_view meant_here(const std::string& name, const Section& section,
                            const std::string& pattern) {
  const Foreign* foreign = find_foreign(name);
  if (foreign != nullptr && !foreign->ours.empty() && parent_of(foreign->ours) == pattern) {
    return last_of(foreign->ours);
  }
  return only_place_of(name).empty() ? nearest(name, names_in(section)) : std::string_view{};
}

std::string remedy_elsewhere(const std::string& name, const Section& section) {
  if (std::string place = only_place_of(name); !place.empty()) return "that is set as " + place;
  const Foreign* foreign = find_foreign(name);
  if (foreign == nullptr) return known_here(names_in(section));
  return foreign->ours.empty() ? std::string(foreign->advice)
                               : "that is " + std::string(foreign->ours) + " here";
}

class ConfigReader {
 public:
  ConfigReader(const Sources& sources, Places& places, Report& report)
      : sources_(sources), places_(places), report_(report) {}

  // In the order of the rows, not of the file, unless the section says so: what is inherited is
  // read before its heirs.
  void read_section(const Section& section, const Node& group, const Path& path, void* object) {
    std::vector<std::string_view> meant = report_unknown(section, group, path);
    for (const Setting* setting : order_of(section, group)) {
      const Node* node = find_node(*setting, group, path);
      bool misspelled = std::ranges::find(meant, setting->name) != meant.end();
      if (node != nullptr) {
        read_setting(*setting, *node, path, object);
      } else if (!setting->example.empty() && !misspelled) {
        report_missing(*setting, group, path);
      }
    }
  }

 private:
  static std::vector<const Setting*> order_of(const Section& section, const Node& group) {
    std::vector<const Setting*> order;
    for (const Setting& setting : section.settings) order.push_back(&setting);
    if (!section.in_file_order) return order;
    auto place_of = [&](const Setting* setting) {
      const Node* node = group.find(setting->name);
      const auto place = node == nullptr ? group.children.size()
                                         : static_cast<std::size_t>(node - group.children.data());
      return std::pair(place, setting);
    };
    std::ranges::sort(order, std::less<>(), place_of);
    return order;
  }

  // The settings that were probably meant.
  std::vector<std::string_view> report_unknown(const Section& section, const Node& group,
                                               const Path& path) {
    std::vector<std::string_view> meant;
    for (const Node& child : group.children) {
      if (find_setting(section, child.name) != nullptr) continue;
      std::string_view here = meant_here(child.name, section, path.pattern);
      meant.push_back(here);
      report_.error(child.name_at, "unknown setting '" + path.child(child.name, "").text + "'",
                    here.empty() ? remedy_elsewhere(child.name, section)
                                 : "did you mean '" + std::string(here) + "'?");
    }
    return meant;
  }

  void report_missing(const Setting& setting, const Node& group, const Path& path) {
    // What is missing may be what could not be read.
    if (path.text.empty() && report_.has_errors()) return;
    std::string where = path.text.empty() ? "the file" : path.text;
    report_.error(group.name_at, where + " lacks '" + std::string(setting.name) + "'",
                  "write " + std::string(setting.example));
  }

  const Node* find_node(const Setting& setting, const Node& group, const Path& path) {
    const Node* node = group.find(setting.name);
    if (setting.other_name.empty()) return node;
    const Node* other = group.find(setting.other_name);
    if (node != nullptr && other != nullptr) {
      report_.error(other->name_at,
                    path.text + ": '" + other->name + "' and '" + node->name + "' mean the same",
                    "keep one of them");
    }
    return node != nullptr ? node : other;
  }

  void read_setting(const Setting& setting, const Node& node, const Path& outer, void* object) {
    const std::string name(setting.name);
    Path path = outer.child(name, name);
    places_.add(path.text, node);
    if (!setting.has_effect) {
      report_.warning(node.name_at, path.text + " has no effect: " + std::string(setting.not_yet));
    }
    if (setting.form == Form::group) return read_group(setting, node, path, object);
    if (setting.form == Form::named_groups) return read_named_groups(setting, node, path, object);
    auto value = read_value(setting, node, path.text, report_);
    if (value) setting.store(object, *value);
    for (const Node& child : node.children) {
      if (!child.name.empty()) places_.add(path.text + "." + child.name, child);
    }
  }

  void read_group(const Setting& setting, const Node& node, const Path& path, void* object) {
    const bool plain = node.kind != Node::Kind::group && node.kind != Node::Kind::invalid;
    if (plain && !setting.short_form.empty()) {
      const Setting& meant = *find_setting(*setting.section, setting.short_form);
      auto value = read_value(meant, node, path.text, report_);
      void* group = setting.open(object, node.name, origin_of(node));
      if (value) meant.store(group, *value);
      return;
    }
    if (!is_group(setting, node, path)) return;
    read_section(*setting.section, node, path, setting.open(object, node.name, origin_of(node)));
  }

  void read_named_groups(const Setting& setting, const Node& node, const Path& path, void* object) {
    if (!is_group(setting, node, path)) return;
    for (const Node& child : node.children) {
      Path inner = path.child(child.name, "NAME");
      places_.add(inner.text, child);
      // Made even if it cannot be read, so that nobody calls references to it wrong.
      void* element = setting.open(object, child.name, origin_of(child));
      if (!is_group(setting, child, inner)) continue;
      read_section(*setting.section, child, inner, element);
    }
  }

  bool is_group(const Setting& setting, const Node& node, const Path& path) {
    if (node.kind == Node::Kind::group) return true;
    if (node.kind != Node::Kind::invalid) report_wrong_form(setting, node, path.text, report_);
    return false;
  }

  Origin origin_of(const Node& node) const {
    return {.file = sources_.name(node.name_at.file), .line = node.name_at.line};
  }

  const Sources& sources_;
  Places& places_;
  Report& report_;
};

}  // namespace

void read_config(const Node& root, const Sources& sources, Config& config, Places& places,
                 Report& report) {
  ConfigReader(sources, places, report).read_section(kFileSection, root, {}, &config);
}

}  // namespace stickler::config
