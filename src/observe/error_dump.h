// SPDX-License-Identifier: MIT
// Heads that were not understood, as HAProxy's `show errors` writes them (its management guide,
// 9.3): where they came from, which byte gave offence, and the bytes. And the same as JSON. Pure.
#pragma once

#include <string>
#include <vector>

#include "observe/captured_errors.h"
#include "observe/stats_snapshot.h"

namespace stickler::observe {

// `count`: how many there were in all. `stats` knows the numbers that go with the names.
std::string error_dump(const std::vector<CapturedError>& errors, std::uint64_t count,
                       const StatsSnapshot& stats);
// An array of objects. JSON knows no bytes: each stands there as the character of that number.
std::string errors_json(const std::vector<CapturedError>& errors);

// Bytes with their offset, at most 79 characters a line; each of the bytes' lines is one, or, if it
// does not fit, several, the further ones with a plus:
//   "  00000  GET / HTTP/1.1\r\n"
//   "  00086+ a"
// `first`: the offset of the first byte.
std::string byte_dump(std::string_view bytes, std::size_t first);

}  // namespace stickler::observe
