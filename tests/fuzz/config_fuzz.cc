// SPDX-License-Identifier: MIT
// Any text is read without harm, and what our parser takes libconfig takes, with the same meaning.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/libconfig_check.h"
#include "config/places.h"
#include "config/reader.h"
#include "config/resolve.h"

namespace {

using namespace stickler::config;

// libconfig's one rule that is left to it.
bool is_known_refusal(const std::string& message) {
  return message == "libconfig refuses this: mismatched element type in array";
}

void judge(const LexResult& lexed, const Node& root, const Sources& sources) {
  Report verdict(sources);
  check_with_libconfig(lexed.tokens, root, verdict);
  for (const Diagnostic& diagnostic : verdict.take_sorted()) {
    if (!is_known_refusal(diagnostic.message)) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  if (text.find('\0') != std::string::npos) return 0;  // refused before it is read as text
  Sources sources;
  Report report(sources);
  LexResult lexed = lex(sources, sources.add("fuzz.conf", std::move(text)), report);
  ParseResult parsed = parse(lexed, report);
  if (!report.has_errors()) judge(lexed, parsed.root, sources);
  Config config;
  Places places;
  read_config(parsed.root, sources, config, places, report);
  resolve_defaults(config, places, sources);
  for (const Diagnostic& diagnostic : report.take_sorted()) render(diagnostic, true);
  return 0;
}
