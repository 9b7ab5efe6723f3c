// SPDX-License-Identifier: MIT
#include "config/effective.h"

#include "config/places.h"
#include "config/schema.h"
#include "config/string_literal.h"

namespace stickler::config {
namespace {

constexpr const char* kDefault = "default";
constexpr const char* kDerived = "derived";

// As a file says it, on one line.
std::string value_of(const Node& node) {
  if (node.kind == Node::Kind::string) return string_literal(node.text);
  if (node.kind != Node::Kind::list) return node.text;
  std::string list;
  for (const Node& child : node.children) list += (list.empty() ? "" : ", ") + value_of(child);
  return "[" + list + "]";
}

class Listing {
 public:
  Listing(const Places& places, const Sources& sources) : places_(places), sources_(sources) {}

  void add_section(const Section& section, const std::string& path, const void* object) {
    for (const Setting& setting : section.settings) {
      const std::string inner = (path.empty() ? "" : path + ".") + std::string(setting.name);
      if (setting.section == nullptr) {
        add_setting(section, setting, inner, object);
        continue;
      }
      setting.visit(object, [&](std::string_view name, const void* group) {
        const std::string named = name.empty() ? inner : inner + "." + std::string(name);
        add_section(*setting.section, named, group);
      });
    }
  }

  std::vector<EffectiveSetting> take() { return std::move(settings_); }

 private:
  void add_setting(const Section& section, const Setting& setting, const std::string& path,
                   const void* object) {
    const Node* node = places_.node(path);
    if (node != nullptr && node->kind == Node::Kind::group) {
      for (const Node& child : node->children) add_written(path + "." + child.name, child);
    } else if (node != nullptr) {
      add_written(path, *node);
    } else {
      add_unwritten(setting, path, object, section.defaults());
    }
  }

  void add_written(const std::string& path, const Node& node) {
    const Span at = node.name_at;
    settings_.push_back(
        {path, value_of(node), sources_.name(at.file) + ":" + std::to_string(at.line)});
  }

  void add_unwritten(const Setting& setting, const std::string& path, const void* object,
                     const void* defaults) {
    const bool derived =
        setting.fetch != nullptr && setting.fetch(object) != setting.fetch(defaults);
    std::string value =
        derived ? describe_value(setting, object) : describe_default(setting, defaults);
    if (value.empty()) return;
    settings_.push_back({path, std::move(value), derived ? kDerived : kDefault});
  }

  const Places& places_;
  const Sources& sources_;
  std::vector<EffectiveSetting> settings_;
};

}  // namespace

std::vector<EffectiveSetting> effective_settings(const Config& config, const Places& places,
                                                 const Sources& sources) {
  Listing listing(places, sources);
  listing.add_section(kFileSection, "", &config);
  return listing.take();
}

}  // namespace stickler::config
