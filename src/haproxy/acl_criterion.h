// SPDX-License-Identifier: MIT
// One criterion of an acl taken apart: what is looked at, how, and for what. Pure.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace stickler::haproxy {

// "hdr_end(host),lower -i .example.com" looks at "hdr" of "host" by "end".
struct Criterion {
  std::string fetch;     // "path", "hdr", "src"; req.hdr and req.fhdr are "hdr"
  std::string argument;  // in parentheses
  std::string method;  // "str", "beg", "end", "sub", "dir", "dom", "reg", "found", …; "" by default
  bool any_case = false;
  std::vector<std::string> patterns;
  std::string fault;  // why it cannot be read; else empty
};

Criterion parse_criterion(std::span<const std::string> words);

}  // namespace stickler::haproxy
