// SPDX-License-Identifier: MIT
// The access line of HAProxy's `option httplog` (its manual, "HTTP log format"), so that tools that
// read HAProxy's logs read ours.
#pragma once

#include "observe/bounded_text.h"
#include "proxy/exchange_record.h"

namespace stickler::observe {

// Without a line feed. Any thread.
void put_httplog(const proxy::ExchangeRecord& record, BoundedText& out);

}  // namespace stickler::observe
