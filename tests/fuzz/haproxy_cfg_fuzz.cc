// SPDX-License-Identifier: MIT
// Any haproxy.cfg is translated without harm, and what comes out is a configuration that passes the
// check: whatever has no setting is a complaint, never a wrong setting.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "config/parser.h"
#include "config/places.h"
#include "config/reader.h"
#include "config/resolve.h"
#include "config/validate.h"
#include "haproxy/translate.h"

namespace {

using namespace stickler;

// Whether an account exists is the machine's business; and where nothing listens there was nothing
// to translate.
bool is_expected(const config::Diagnostic& finding) {
  return finding.severity == config::Severity::warning ||
         finding.message.starts_with("process.user") ||
         finding.message.starts_with("process.group") ||
         finding.message == "the file lacks 'listeners'";
}

void judge(const std::string& text) {
  config::Sources sources;
  config::Report report(sources);
  config::LexResult lexed = config::lex(sources, sources.add("fuzz.conf", text), report);
  config::ParseResult parsed = config::parse(lexed, report);
  config::replace_environment(parsed.root, report);
  config::Config config;
  config::Places places;
  config::read_config(parsed.root, sources, config, places, report);
  config::resolve_defaults(config, places, sources);
  std::vector<std::string> certificates;
  config::validate(config, places, {}, report, certificates);
  for (const config::Diagnostic& finding : report.take_sorted()) {
    if (is_expected(finding)) continue;
    std::fputs(config::render(finding, false).c_str(), stderr);
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string text(reinterpret_cast<const char*>(data), size);
  haproxy::Translation translation = haproxy::translate(
      "fuzz.cfg", text, [](const std::string& name) -> std::optional<std::string> {
        return name == "SET" ? std::optional<std::string>("a value") : std::nullopt;
      });
  judge(translation.configuration);
  return 0;
}
