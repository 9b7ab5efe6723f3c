// SPDX-License-Identifier: MIT
// A piece of a body as the chunked coding sends it (RFC 9112 §7.1), ready for one flight.
#pragma once

#include <string>
#include <string_view>

#include "net/write_all.h"

namespace stickler::proxy {

// One chunk, and the last one with `trailers` behind it if this is the end. `text` receives the
// lines around the piece and must outlive the flight; an empty piece makes no chunk.
net::Flight chunk_frame(std::string_view piece, bool last, std::string_view trailers,
                        std::string& text);

}  // namespace stickler::proxy
