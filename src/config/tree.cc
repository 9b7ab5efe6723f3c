// SPDX-License-Identifier: MIT
#include "config/tree.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "base/result.h"

namespace stickler::config {
namespace {

// `text` with every ${env.NAME} replaced; or what is wrong with it.
Result<std::string, std::string> with_environment(std::string_view text) {
  constexpr std::string_view kOpening = "${env.";
  std::string said;
  while (true) {
    std::size_t begin = text.find(kOpening);
    said += text.substr(0, begin);
    if (begin == std::string_view::npos) return said;
    text.remove_prefix(begin + kOpening.size());
    std::size_t end = text.find('}');
    if (end == std::string_view::npos) return Failed{std::string("a '}' is missing behind ${env.")};
    std::string name(text.substr(0, end));
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return Failed{"the environment variable '" + name + "' is not set"};
    said += value;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

const Node* Node::find(std::string_view child) const {
  for (const Node& node : children) {
    if (node.name == child) return &node;
  }
  return nullptr;
}

void merge(Node& into, Node&& other, Report& report) {
  auto add = [&report](Node& group, Node&& node) {
    const Node* earlier = group.find(node.name);
    if (earlier == nullptr) {
      group.children.push_back(std::move(node));
      return;
    }
    report.error(node.name_at, "'" + node.name + "' stands in two files",
                 "the other one is at " + report.place(earlier->name_at));
  };
  for (Node& node : other.children) {
    auto same = std::ranges::find(into.children, node.name, &Node::name);
    if (same == into.children.end() || same->kind != Node::Kind::group ||
        node.kind != Node::Kind::group) {
      add(into, std::move(node));
      continue;
    }
    for (Node& child : node.children) add(*same, std::move(child));
  }
}

void replace_environment(Node& node, Report& report) {
  for (Node& child : node.children) replace_environment(child, report);
  if (node.kind != Node::Kind::string) return;
  auto text = with_environment(node.text);
  if (text) {
    node.text = std::move(*text);
  } else {
    node.kind = Node::Kind::invalid;
    report.error(node.at, text.error());
  }
}

}  // namespace stickler::config
