// SPDX-License-Identifier: MIT
// One value of HAProxy's statistics or information with what HAProxy says about it, as its `typed`
// and `json` formats write it (its management guide, 9.2). Pure.
#pragma once

#include <string>
#include <string_view>

namespace stickler::observe {

struct HaproxyField {
  std::size_t position = 0;  // among all of HAProxy's
  std::string_view name;
  std::string_view tags;  // origin, nature and scope, a letter each: "MGP"
  std::string_view type;  // "str", "u32", …
  std::string value;
};

// "17.status.1:SGP:str:UP", for the only process there is.
std::string typed_text(const HaproxyField& field);

// Members of an object, without its braces: "\"field\":{…},…".
void append_json_members(const HaproxyField& field, std::string& out);

}  // namespace stickler::observe
