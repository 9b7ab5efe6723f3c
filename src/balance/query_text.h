// SPDX-License-Identifier: MIT
// Parameters of a query, "a=1&b=2", as applications read them: escapes decoded (RFC 3986 §2.1).
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace stickler::balance {

// "%41" is "A"; what is no escape stays as it is. Views `text`, or `scratch`.
std::string_view decode_escapes(std::string_view text, std::string& scratch);

// Takes the next parameter of this name off `query` and returns its value, decoded; nothing if
// there is no more. Views the query, or `scratch`.
std::optional<std::string_view> take_parameter(std::string_view& query, std::string_view name,
                                               std::string& scratch);

}  // namespace stickler::balance
