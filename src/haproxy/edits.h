// SPDX-License-Identifier: MIT
// Edits of fields, one after the other in HAProxy, as the three groups that Stickler applies in a
// fixed order: remove, set, add. Pure.
#pragma once

#include <string>
#include <vector>

#include "haproxy/draft.h"
#include "haproxy/rule.h"

namespace stickler::haproxy {

struct Edits {
  struct Edit {
    std::string name;
    std::string value;  // in our form; of remove empty
    const Line* line = nullptr;

    bool operator==(const Edit&) const = default;
  };
  std::vector<Edit> remove;
  std::vector<Edit> set;
  std::vector<Edit> add;

  bool empty() const { return remove.empty() && set.empty() && add.empty(); }
  bool operator==(const Edits&) const = default;

  // False if the three groups cannot say it: two fields of one name to add.
  bool apply(FieldEdit::Kind kind, Edit edit);
};

// Into a `request` or `response` group.
void write_edits(const Edits& edits, Draft& group);

}  // namespace stickler::haproxy
