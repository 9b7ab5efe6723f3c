// SPDX-License-Identifier: MIT
// Cuts a text into the words of libconfig's language, each with its place. libconfig itself reads
// wrong numbers and unclosed comments in silence and reports the rest on the wrong line; so this
// pass reads first, and libconfig gets a text in which nothing of that kind is left.
// Follows the libconfig 1.5 manual, "Configuration Files". Loading thread only.
#pragma once

#include <string>
#include <vector>

#include "config/diagnostics.h"
#include "config/source.h"

namespace stickler::config {

struct Token {
  enum class Kind {
    name,    // where a setting's name can stand
    string,  // text: without quotes and escapes
    integer,
    floating,
    boolean,
    refused,  // a value that was reported already
    word,     // anything else without quotes: never valid, but kept for the message
    equals,   // '=' or ':'
    semicolon,
    comma,
    open_group,
    close_group,
    open_array,
    close_array,
    open_list,
    close_list,
    include,  // "@include"
    end,
  };
  Kind kind = Kind::end;
  Span at;
  std::string text;      // as written; of a string, what it says
  std::string spelling;  // as written
  bool first_on_line = false;
};
using TokenKind = Token::Kind;

// What can still be read after a finding.
struct LexResult {
  std::vector<Token> tokens;  // the last one is `end`
  bool truncated = false;     // an unclosed comment or string hid a part of the text
};

LexResult lex(const Sources& sources, int file, Report& report);

}  // namespace stickler::config
