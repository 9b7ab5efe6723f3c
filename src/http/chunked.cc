// SPDX-License-Identifier: MIT
#include "http/chunked.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "base/strings.h"

namespace stickler::http {
namespace {

constexpr std::size_t kMostTrailerBytes = 8 * 1024;

// RFC 9110 §6.5.1: framing, routing, request modifiers, authentication, response control, content
// format. By name, since many of them matter nowhere else in this program.
constexpr auto kForbiddenInTrailers = std::to_array<std::string_view>({
    "age",
    "authorization",
    "cache-control",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "cookie",
    "date",
    "expect",
    "expires",
    "forwarded",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "if-unmodified-since",
    "keep-alive",
    "location",
    "max-forwards",
    "pragma",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "range",
    "retry-after",
    "set-cookie",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "vary",
    "warning",
    "www-authenticate",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
});

bool is_forbidden_in_trailers(std::string_view name) {
  return std::any_of(kForbiddenInTrailers.begin(), kForbiddenInTrailers.end(),
                     [name](std::string_view known) { return equals_ignoring_case(name, known); });
}

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::decode(char* data, std::size_t size) {
  std::size_t payload = 0;
  std::size_t used = 0;
  while (used < size && phase_ != Phase::done && phase_ != Phase::failed) {
    const std::string_view input(data + used, size - used);
    switch (phase_) {
      case Phase::line:
        used += read_line(input);
        break;
      case Phase::data: {
        const std::size_t moved = read_data(input, data + payload);
        payload += moved;
        used += moved;
        break;
      }
      case Phase::data_cr:
        used += expect(input, '\r', Phase::data_lf);
        break;
      case Phase::data_lf:
        used += expect(input, '\n', Phase::line);
        break;
      case Phase::trailers:
        used += read_trailers(input);
        break;
      case Phase::done:
      case Phase::failed:
        break;
    }
  }
  if (phase_ == Phase::done) return {Status::done, payload, used};
  return {phase_ == Phase::failed ? Status::failed : Status::more, payload, used};
}

std::size_t ChunkedDecoder::read_line(std::string_view input) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    const ChunkLine::Step step = line_.take(input[i]);
    if (step == ChunkLine::Step::more) continue;
    if (step == ChunkLine::Step::failed) {
      fail(line_.error());
    } else {
      data_left_ = line_.size();
      phase_ = data_left_ > 0 ? Phase::data : Phase::trailers;
      line_.restart();
    }
    return i + 1;
  }
  return input.size();
}

std::size_t ChunkedDecoder::read_data(std::string_view input, char* out) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(data_left_, input.size()));
  if (out != input.data()) std::memmove(out, input.data(), size);
  data_left_ -= size;
  if (data_left_ == 0) phase_ = Phase::data_cr;
  return size;
}

std::size_t ChunkedDecoder::expect(std::string_view input, char expected, Phase next) {
  if (input.front() == expected) {
    phase_ = next;
  } else {
    fail("chunk data without line end");
  }
  return 1;
}

// Line by line, so that nothing behind the last one is copied.
std::size_t ChunkedDecoder::read_trailers(std::string_view input) {
  const std::string_view line = input.substr(0, input.find('\n') + 1);
  const std::size_t size = line.empty() ? input.size() : line.size();
  if (trailers_.size() + size > kMostTrailerBytes) {
    fail("trailers too long");
    return size;
  }
  trailers_.append(input.substr(0, size));
  trailer_scanner_.feed(trailers_);
  check_trailers();
  return size;
}

void ChunkedDecoder::check_trailers() {
  switch (trailer_lines_.next(trailer_scanner_)) {
    case FieldLines::Step::incomplete:
      break;
    case FieldLines::Step::field:
      if (is_forbidden_in_trailers(trailer_lines_.field().name)) fail("forbidden trailer field");
      break;
    case FieldLines::Step::end:
      trailers_.resize(trailers_.size() - 2);
      phase_ = Phase::done;
      break;
    case FieldLines::Step::failed:
      fail(trailer_scanner_.error().what);
      break;
  }
}

void ChunkedDecoder::fail(const char* what) {
  error_ = what;
  phase_ = Phase::failed;
}

std::size_t write_chunk_size(char* out, std::uint64_t size) {
  char* end = std::to_chars(out, out + 16, size, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  return static_cast<std::size_t>(end - out);
}

}  // namespace stickler::http
