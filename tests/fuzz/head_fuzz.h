// SPDX-License-Identifier: MIT
// What the fuzz targets demand of both head parsers.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/heads.h"
#include "http/http1_writer.h"
#include "llhttp_judge.h"

namespace stickler::http::testing {

inline void demand(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

inline void demand_no_objection(const Judgement& judgement) {
  demand(judgement.agreement != Agreement::disagreed, judgement.objection);
}

template <typename Parser>
std::string outcome_of(Parser& parser, ParseStatus status) {
  if (status == ParseStatus::complete) return text_of(parser.head());
  return verdict_of(parser, status) + std::to_string(parser.error().position);
}

// `parse(parser, bytes)` must come to the same at once and byte by byte.
template <typename Parser, typename Parse>
void demand_same_piecemeal(std::string_view bytes, Parse parse) {
  Parser whole{HeadLimits{}};
  const ParseStatus status = parse(whole, bytes);
  Parser piecemeal{HeadLimits{}};
  ParseStatus last = ParseStatus::incomplete;
  for (std::size_t end = 0; end <= bytes.size() && last == ParseStatus::incomplete; ++end) {
    last = parse(piecemeal, bytes.substr(0, end));
  }
  demand(outcome_of(whole, status) == outcome_of(piecemeal, last), "same outcome piecemeal");
}

// The fields of an accepted head, written behind `first_line`, must read as the same head.
template <typename Parser, typename Parse>
void demand_same_rewritten(const Parser& parser, std::string_view first_line, Parse parse) {
  std::string space(2 * HeadLimits{}.head, '\0');
  HeadWriter writer(space.data(), space.size());
  writer.raw(first_line);
  for (const Field& field : parser.head().fields) writer.field(field.name, field.value);
  writer.end_head();

  Parser again{HeadLimits{.head = space.size()}};
  const ParseStatus status = parse(again, writer.written());
  demand(status == ParseStatus::complete, "rewritten head is accepted");
  demand(text_of(parser.head()) == text_of(again.head()), "rewritten head reads the same");
}

}  // namespace stickler::http::testing
