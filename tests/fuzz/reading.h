// SPDX-License-Identifier: MIT
// What a reader makes of the first message in some bytes: how far it reaches, and what it carries.
#pragma once

#include <string>
#include <string_view>

#include "http/chunked.h"
#include "http/http1_parser.h"

namespace stickler::http::testing {

struct Reading {
  bool accepted = false;  // as far as the bytes go
  bool complete = false;
  std::size_t head_size = 0;
  std::size_t size = 0;  // of the whole message, if complete
  std::string payload;
  bool keep_alive = false;
  int version_minor = 1;
};

// Fills in the rest of a reading whose head is accepted.
inline void read_body(std::string_view bytes, const BodyFraming& body, Reading& reading) {
  std::string rest(bytes.substr(reading.head_size));
  std::size_t used = 0;
  reading.accepted = true;
  reading.complete = true;
  if (body.kind == BodyKind::chunked) {
    ChunkedDecoder decoder;
    const auto step = decoder.decode(rest.data(), rest.size());
    reading.accepted = step.status != ChunkedDecoder::Status::failed;
    reading.complete = step.status == ChunkedDecoder::Status::done;
    reading.payload = rest.substr(0, step.payload);
    used = step.consumed;
  } else if (body.kind == BodyKind::length) {
    reading.complete = rest.size() >= body.length;
    reading.payload = rest.substr(0, body.length);
    used = reading.payload.size();
  } else if (body.kind == BodyKind::until_close) {
    reading.payload = rest;
    used = rest.size();
  }
  reading.size = reading.head_size + used;
}

template <typename Parser>
Reading reading_of(std::string_view bytes, Parser& parser, ParseStatus status) {
  Reading reading;
  if (status != ParseStatus::complete) return reading;
  reading.head_size = parser.head_size();
  reading.keep_alive = parser.head().keep_alive;
  reading.version_minor = parser.head().version_minor;
  read_body(bytes, parser.head().body, reading);
  return reading;
}

}  // namespace stickler::http::testing
