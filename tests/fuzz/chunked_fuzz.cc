// SPDX-License-Identifier: MIT
// A chunked body in pieces must come to the same as at once. The first byte says where to split.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/chunked.h"

namespace {

using stickler::http::ChunkedDecoder;
using Status = ChunkedDecoder::Status;

// Status, payload, trailers and rest of `body`, read in pieces of `piece_size` bytes.
std::string outcome(std::string_view body, std::size_t piece_size) {
  ChunkedDecoder decoder;
  std::string payload;
  Status status = Status::more;
  std::size_t used = 0;
  while (used < body.size() && status == Status::more) {
    std::string piece(body.substr(used, piece_size));
    const auto step = decoder.decode(piece.data(), piece.size());
    if (step.payload > step.consumed || step.consumed > piece.size()) std::abort();
    if (step.status == Status::more && step.consumed != piece.size()) std::abort();
    payload.append(piece, 0, step.payload);
    used += step.consumed;
    status = step.status;
  }
  if (status == Status::failed) return decoder.error();
  if (status == Status::more) return "more " + payload;
  return payload + "|" + std::string(decoder.trailers()) + "|" + std::string(body.substr(used));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string whole = outcome(body, body.size());
  const std::string pieces = outcome(body, 1 + data[0] % 64);
  if (whole == pieces) return 0;
  std::fprintf(stderr, "at once: %s\nin pieces: %s\n", whole.c_str(), pieces.c_str());
  std::abort();
}
