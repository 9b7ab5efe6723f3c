// SPDX-License-Identifier: MIT
// An explanation as programs read it.
#pragma once

#include <string>

#include "observe/explain.h"

namespace stickler::observe {

// {"request": …, "listener": {…}, "route": …, "routes": […], "backend": …, "cookie": …, "servers":
// […],
//  "answer": {"kind", "servers", "reason", …}, "if_down": …}; ends in a line feed. Spans are in
// seconds, what is not known is null.
std::string explanation_json(const Explanation& explanation);

}  // namespace stickler::observe
