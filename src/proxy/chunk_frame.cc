// SPDX-License-Identifier: MIT
#include "proxy/chunk_frame.h"

#include "http/chunked.h"

namespace stickler::proxy {

net::Flight chunk_frame(std::string_view piece, bool last, std::string_view trailers,
                        std::string& text) {
  text.clear();
  if (!piece.empty()) {
    char line[18];
    text.append(line, http::write_chunk_size(line, piece.size()));
  }
  std::size_t opening = text.size();
  if (!piece.empty()) text.append("\r\n");
  if (last) text.append("0\r\n").append(trailers).append("\r\n");
  std::string_view whole = text;
  return {whole.substr(0, opening), piece, whole.substr(opening)};
}

}  // namespace stickler::proxy
