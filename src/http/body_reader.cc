// SPDX-License-Identifier: MIT
#include "http/body_reader.h"

namespace stickler::http {

BodyReader::Step BodyReader::feed(char* data, std::size_t size) {
  if (ended_) return {};
  if (framing_.kind == BodyKind::until_close) return {size, size, false};
  if (framing_.kind == BodyKind::length) {
    auto taken = static_cast<std::size_t>(std::min<std::uint64_t>(size, remaining_));
    remaining_ -= taken;
    ended_ = remaining_ == 0;
    return {taken, taken, false};
  }
  ChunkedDecoder::Step step = chunks_.decode(data, size);
  ended_ = step.status == ChunkedDecoder::Status::done;
  return {step.payload, step.consumed, step.status == ChunkedDecoder::Status::failed};
}

}  // namespace stickler::http
