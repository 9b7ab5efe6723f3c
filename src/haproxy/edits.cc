// SPDX-License-Identifier: MIT
#include "haproxy/edits.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"

namespace stickler::haproxy {
namespace {

auto named(const std::string& name) {
  return [&name](const Edits::Edit& edit) { return equals_ignoring_case(edit.name, name); };
}

}  // namespace

bool Edits::apply(FieldEdit::Kind kind, Edit edit) {
  if (kind == FieldEdit::Kind::add) {
    if (std::ranges::any_of(add, named(edit.name))) return false;
    add.push_back(std::move(edit));
    return true;
  }
  // What came before is gone.
  std::erase_if(set, named(edit.name));
  std::erase_if(add, named(edit.name));
  std::erase_if(remove, named(edit.name));
  (kind == FieldEdit::Kind::set ? set : remove).push_back(std::move(edit));
  return true;
}

void write_edits(const Edits& edits, Draft& group) {
  if (!edits.remove.empty()) {
    std::vector<std::string> names;
    Lines from;
    for (const Edits::Edit& edit : edits.remove) {
      names.push_back(edit.name);
      from.push_back(edit.line);
    }
    group.set("remove", texts_value(names), from);
  }
  for (const Edits::Edit& edit : edits.set) {
    group.group("set").set_text(edit.name, edit.value, {edit.line});
  }
  for (const Edits::Edit& edit : edits.add) {
    group.group("add").set_text(edit.name, edit.value, {edit.line});
  }
}

}  // namespace stickler::haproxy
