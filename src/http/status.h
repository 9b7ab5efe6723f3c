// SPDX-License-Identifier: MIT
// Reason phrases of the IANA registry.
#pragma once

#include <string_view>

namespace stickler::http {

// "" if the status is not registered.
std::string_view reason_phrase(unsigned status);

}  // namespace stickler::http
