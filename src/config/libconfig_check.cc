// SPDX-License-Identifier: MIT
#include "config/libconfig_check.h"

#include <algorithm>
#include <libconfig.h++>

namespace stickler::config {
namespace {

bool agrees(const Node& node, const libconfig::Setting& setting);

bool children_agree(const Node& node, const libconfig::Setting& setting) {
  if (static_cast<std::size_t>(setting.getLength()) != node.children.size()) return false;
  for (int i = 0; i < setting.getLength(); ++i) {
    const Node& child = node.children[static_cast<std::size_t>(i)];
    if (setting.isGroup() && child.name != setting[i].getName()) return false;
    if (!agrees(child, setting[i])) return false;
  }
  return true;
}

bool agrees(const Node& node, const libconfig::Setting& setting) {
  switch (setting.getType()) {
    case libconfig::Setting::TypeInt:
      return node.kind == Node::Kind::integer && node.integer == static_cast<int>(setting);
    case libconfig::Setting::TypeInt64:
      return node.kind == Node::Kind::integer && node.integer == static_cast<long long>(setting);
    case libconfig::Setting::TypeFloat:
      return node.kind == Node::Kind::floating;
    case libconfig::Setting::TypeString:
      return node.kind == Node::Kind::string && node.text == static_cast<const char*>(setting);
    case libconfig::Setting::TypeBoolean:
      return node.kind == Node::Kind::boolean && node.boolean == static_cast<bool>(setting);
    case libconfig::Setting::TypeGroup:
      return node.kind == Node::Kind::group && children_agree(node, setting);
    case libconfig::Setting::TypeArray:
    case libconfig::Setting::TypeList:
      return node.kind == Node::Kind::list && children_agree(node, setting);
    default:
      return false;
  }
}

// Each token on a line of its own: libconfig's line number is the token's number.
std::string one_token_per_line(const std::vector<Token>& tokens) {
  std::string text;
  for (const Token& token : tokens) text += token.spelling + "\n";
  return text;
}

}  // namespace

void check_with_libconfig(const std::vector<Token>& tokens, const Node& root, Report& report) {
  if (tokens.empty()) return;
  libconfig::Config arbiter;
  try {
    arbiter.readString(one_token_per_line(tokens));
    if (agrees(root, arbiter.getRoot())) return;
    report.error(tokens.front().at, "libconfig reads this file differently",
                 "please report this file as a fault of Stickler");
  } catch (const libconfig::ParseException& refusal) {
    auto line = static_cast<std::size_t>(std::max(refusal.getLine(), 1));
    const Token& token = tokens[std::min(line, tokens.size()) - 1];
    report.error(token.at, std::string("libconfig refuses this: ") + refusal.getError());
  } catch (const libconfig::SettingException& failure) {
    report.error(tokens.front().at, std::string("libconfig fails here: ") + failure.what());
  }
}

}  // namespace stickler::config
