// SPDX-License-Identifier: MIT
#include "haproxy/left_out.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "haproxy/proxy.h"

namespace stickler::haproxy {
namespace {

struct Missing {
  std::string_view section;
  std::string_view why;
};
constexpr std::array<Missing, 6> kMissing{
    {{"cache", "Stickler does not cache"},
     {"crt-store", "certificates are named at their listener: tls.certificates"},
     {"http-errors", "error pages are named at their listener: error_pages"},
     {"mailers", "Stickler sends no mail; its log says what goes down and why"},
     {"peers", "balancers share stick tables through Redis instead; a cookie needs neither"},
     {"userlist", "passwords are not in this version; let the application ask for them"}}};

std::string_view why_missing(std::string_view word) {
  auto missing = std::ranges::find(kMissing, word, &Missing::section);
  return missing == kMissing.end() ? "there is no such section" : missing->why;
}

void cannot(const Section& section, std::string_view why, Ledger& ledger) {
  ledger.cannot(*section.header, why);
  std::string title = shown(section.header->text);
  for (const Line* line : section.lines) {
    ledger.cannot(*line, "its section '" + title + "' is not translated");
  }
}

void need_nothing(const Section& section, std::string_view why, Ledger& ledger) {
  ledger.needs_nothing(*section.header, why);
  for (const Line* line : section.lines) ledger.needs_nothing(*line, why);
}

}  // namespace

bool is_left_out(const Section& section, Ledger& ledger) {
  if (section.header->word(0) == "resolvers") {
    need_nothing(section, "names of servers are looked up every ten seconds, by the system",
                 ledger);
  } else if (!section.is_proxy()) {
    cannot(section, why_missing(section.header->word(0)), ledger);
  } else if (is_disabled(section)) {
    need_nothing(section, "the section is disabled, so it is left out", ledger);
  } else if (!section.missing_defaults.empty()) {
    cannot(section, "there is no section 'defaults " + section.missing_defaults + "' above",
           ledger);
  } else if (!is_http(section)) {
    cannot(section,
           "it is in mode tcp, HAProxy's default, and Stickler speaks HTTP only; leave it to "
           "HAProxy, or write mode http",
           ledger);
  } else {
    return false;
  }
  return true;
}

}  // namespace stickler::haproxy
