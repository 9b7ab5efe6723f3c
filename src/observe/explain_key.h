// SPDX-License-Identifier: MIT
// What `explain` says of a request's key and its entry in a stick table.
#pragma once

#include <string>
#include <string_view>

#include "balance/decision.h"
#include "observe/explain.h"

namespace stickler::observe {

// The backend has a stick group.
Explanation::Key explain_key(const balance::Question& question, const balance::Choice& choice);

// The step in words: "projects: 65f0… (path) is server-pro-ha-2's, used 3 min ago".
std::string key_in_words(const Explanation::Key& key);

}  // namespace stickler::observe
