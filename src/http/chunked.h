// SPDX-License-Identifier: MIT
// The chunked transfer coding (RFC 9112 §7.1), strictly: hexadecimal sizes without sign or space,
// no bare LF, extensions checked for form and dropped, trailer fields checked as header fields are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/chunk_line.h"
#include "http/field_lines.h"
#include "http/scanner.h"

namespace stickler::http {

class ChunkedDecoder {
 public:
  enum class Status { more, done, failed };
  struct Step {
    Status status;
    std::size_t payload;   // bytes of payload now at the front of the buffer
    std::size_t consumed;  // bytes of input used; with `done`, what follows is the next message
  };

  // Decodes in place: payload is moved together to the front of `data`. With `more`, everything was
  // consumed. Bounded: extension and trailer bytes beyond 8 kB each, over the whole body, fail.
  Step decode(char* data, std::size_t size);

  // After `done`: the trailer section as received, each line ended by CRLF, without the last empty
  // line; empty if there was none. Fields that must not stand in trailers (framing, routing,
  // RFC 9110 §6.5.1) make decoding fail.
  std::string_view trailers() const { return trailers_; }
  // After `failed`: a static sentence.
  const char* error() const { return error_; }

  void reset() { *this = {}; }

 private:
  enum class Phase : std::uint8_t { line, data, data_cr, data_lf, trailers, done, failed };

  // Each takes what it can from `input` and returns how many bytes that was.
  std::size_t read_line(std::string_view input);
  std::size_t read_data(std::string_view input, char* out);
  std::size_t read_trailers(std::string_view input);
  std::size_t expect(std::string_view input, char expected, Phase next);
  void check_trailers();
  void fail(const char* what);

  std::string trailers_;
  Scanner trailer_scanner_;
  FieldLines trailer_lines_;
  ChunkLine line_;
  std::uint64_t data_left_ = 0;  // of the present chunk
  const char* error_ = "";
  Phase phase_ = Phase::line;
};

// Writes the line that opens a chunk of `size` bytes ("1f40\r\n") into `out` (at least 18 bytes);
// returns its length. The chunk's end is "\r\n", the body's "0\r\n" trailers "\r\n".
std::size_t write_chunk_size(char* out, std::uint64_t size);

}  // namespace stickler::http
