// SPDX-License-Identifier: MIT
// The access line as one JSON object: all that is known of an exchange, the reason for its server
// in words. Members are always the same, null where there is nothing to say.
#pragma once

#include <string>

#include "proxy/exchange_record.h"

namespace stickler::observe {

// Without a line feed. Any thread.
void append_json_line(const proxy::ExchangeRecord& record, std::string& out);

}  // namespace stickler::observe
