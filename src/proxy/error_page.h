// SPDX-License-Identifier: MIT
// The page of a status that we answer ourselves: an administrator's, else a short one of our own.
// Ours says what happened and how to refer to it; never which server, limit or program. Pure.
#pragma once

#include <string>
#include <string_view>

#include "config/config.h"

namespace stickler::proxy {

struct ErrorPage {
  std::string body;
  std::string_view content_type;  // views `listener` or a constant
};

// `request_id` may be empty: then nothing refers to it. It holds nothing that HTML would have to
// escape (is_usable_request_id()).
ErrorPage error_page(const config::Listener& listener, unsigned status,
                     std::string_view request_id);

}  // namespace stickler::proxy
