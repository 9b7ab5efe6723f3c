// SPDX-License-Identifier: MIT
// Writes HTTP/1 heads into a caller's buffer, byte for byte as told. Never overruns: once the space
// is used up everything further is dropped and ok() turns false.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "http/head.h"

namespace stickler::http {

class HeadWriter {
 public:
  HeadWriter(char* out, std::size_t capacity) : begin_(out), at_(out), end_(out + capacity) {}

  void request_line(std::string_view method, std::string_view target, int version_minor);
  // An empty reason is filled in from the registry where known.
  void status_line(unsigned status, std::string_view reason, int version_minor);
  void field(std::string_view name, std::string_view value);
  void field(std::string_view name, std::uint64_t value);
  // A field in pieces: name, then any number of value parts, then end_field().
  void begin_field(std::string_view name);
  void raw(std::string_view bytes);
  void end_field();
  // The empty line.
  void end_head();

  bool ok() const { return ok_; }
  std::size_t size() const { return static_cast<std::size_t>(at_ - begin_); }
  std::string_view written() const { return {begin_, size()}; }

 private:
  void number(std::uint64_t value);
  void fail();

  char* begin_;
  char* at_;
  char* end_;
  bool ok_ = true;
};

}  // namespace stickler::http
