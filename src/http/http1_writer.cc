// SPDX-License-Identifier: MIT
#include "http/http1_writer.h"

#include <charconv>
#include <cstring>

#include "http/status.h"

namespace stickler::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

constexpr std::string_view version_text(int minor) { return minor == 0 ? "HTTP/1.0" : "HTTP/1.1"; }

}  // namespace

void HeadWriter::request_line(std::string_view method, std::string_view target, int version_minor) {
  raw(method);
  raw(" ");
  raw(target);
  raw(" ");
  raw(version_text(version_minor));
  raw(kLineEnd);
}

void HeadWriter::status_line(unsigned status, std::string_view reason, int version_minor) {
  raw(version_text(version_minor));
  raw(" ");
  number(status);
  raw(" ");
  raw(reason.empty() ? reason_phrase(status) : reason);
  raw(kLineEnd);
}

// In one go: a head is mostly fields.
void HeadWriter::field(std::string_view name, std::string_view value) {
  constexpr std::size_t kAround = 4;
  if (name.size() + value.size() + kAround > static_cast<std::size_t>(end_ - at_)) return fail();
  char* out = at_;
  out += name.copy(out, name.size());
  *out++ = ':';
  *out++ = ' ';
  out += value.copy(out, value.size());
  *out++ = '\r';
  *out++ = '\n';
  at_ = out;
}

void HeadWriter::field(std::string_view name, std::uint64_t value) {
  begin_field(name);
  number(value);
  end_field();
}

void HeadWriter::begin_field(std::string_view name) {
  raw(name);
  raw(": ");
}

void HeadWriter::end_field() { raw(kLineEnd); }

void HeadWriter::end_head() { raw(kLineEnd); }

void HeadWriter::number(std::uint64_t value) {
  char digits[20];
  const char* const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  raw({digits, static_cast<std::size_t>(end - digits)});
}

void HeadWriter::fail() {
  ok_ = false;
  end_ = at_;  // so that a shorter piece does not follow where this one is missing
}

void HeadWriter::raw(std::string_view bytes) {
  if (bytes.size() > static_cast<std::size_t>(end_ - at_)) {
    return fail();
  }
  if (!bytes.empty()) std::memcpy(at_, bytes.data(), bytes.size());
  at_ += bytes.size();
}

}  // namespace stickler::http
