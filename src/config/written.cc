// SPDX-License-Identifier: MIT
#include "config/written.h"

namespace stickler::config {
namespace {

std::string text_of(const Node& node) {
  if (node.kind != Node::Kind::list) return node.text;
  std::string text = "[";
  for (const Node& child : node.children) {
    if (text.size() > 1) text += ", ";
    text += text_of(child);
  }
  return text + "]";
}

// Of routes the first that fits decides, so their order is a setting, too.
bool order_matters(const Node& group) { return group.name == "routes" || group.name == "rules"; }

std::string order_of(const Node& group) {
  std::string names;
  for (const Node& child : group.children) {
    if (!names.empty()) names += ", ";
    names += child.name;
  }
  return names;
}

void add(const Node& node, const std::string& path, Written& written) {
  if (node.kind != Node::Kind::group) {
    written[path] = text_of(node);
    return;
  }
  if (!path.empty()) written[path] = "";
  if (order_matters(node)) written[path + " (order)"] = order_of(node);
  for (const Node& child : node.children) {
    add(child, path.empty() ? child.name : path + "." + child.name, written);
  }
}

// Whether the group around `path` is missing from `there`: then that has been said.
bool group_is_missing(const std::string& path, const Written& there) {
  std::size_t end = path.find(" (order)");
  if (end == std::string::npos) end = path.rfind('.');
  return end != std::string::npos && !there.contains(path.substr(0, end));
}

}  // namespace

Written written_settings(const Node& root) {
  Written written;
  add(root, "", written);
  return written;
}

std::vector<std::string> changes(const Written& before, const Written& after) {
  std::vector<std::string> said;
  for (const auto& [path, text] : before) {
    auto now = after.find(path);
    if (now == after.end()) {
      if (group_is_missing(path, after)) continue;
      said.push_back(path + " removed" + (text.empty() ? "" : " (was " + text + ")"));
    } else if (now->second != text) {
      said.push_back(path + " " + text + " → " + now->second);
    }
  }
  for (const auto& [path, text] : after) {
    if (before.contains(path) || group_is_missing(path, before)) continue;
    said.push_back(path + (text.empty() ? " added" : " set to " + text));
  }
  return said;
}

}  // namespace stickler::config
