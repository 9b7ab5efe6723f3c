// SPDX-License-Identifier: MIT
// The step of an explanation that is about the client's session.
#pragma once

#include <ctime>

#include "balance/decision.h"
#include "observe/explain.h"

namespace stickler::observe {

// What the cookie of a judged question tells; its backend has one.
Explanation::Session explain_session(const balance::Question& question, std::time_t now);

}  // namespace stickler::observe
