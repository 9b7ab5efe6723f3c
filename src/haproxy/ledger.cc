// SPDX-License-Identifier: MIT
#include "haproxy/ledger.h"

#include <algorithm>
#include <array>
#include <utility>

namespace stickler::haproxy {
namespace {

constexpr std::size_t kLongest = 160;
constexpr std::size_t kLongestReason = 600;
constexpr std::string_view kHidden = "***";

// Words behind which a secret stands.
constexpr std::array<std::string_view, 4> kSecretBehind{"password", "insecure-password",
                                                        "dynamic-cookie-key", "auth"};

void add_once(std::vector<Finding>& findings, Finding finding) {
  if (std::ranges::find(findings, finding) == findings.end()) {
    findings.push_back(std::move(finding));
  }
}

// Those of one line stay in their order.
void sort_by_line(std::vector<Finding>& findings) {
  std::multimap<int, Finding> sorted;
  for (Finding& finding : findings) sorted.emplace(finding.line, std::move(finding));
  findings.clear();
  for (auto& [line, finding] : sorted) findings.push_back(std::move(finding));
}

// On one row, with single blanks.
std::string clean(std::string_view text, std::size_t longest) {
  std::string row;
  for (char c : text) {
    if (row.size() >= longest) return row + " …";
    bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
    bool blank = c == ' ' || c == '\t';
    if (blank && row.ends_with(' ')) continue;
    row += blank ? ' ' : control ? '?' : c;
  }
  return row;
}

// "admin:secret" keeps the name.
std::string hide(const std::string& text, const std::string& secret) {
  std::string copy = text;
  std::size_t at = secret.empty() ? std::string::npos : copy.rfind(secret);
  if (at == std::string::npos) return copy.substr(0, copy.find_first_of(" \t")) + " …";
  std::size_t colon = secret.find(':');
  std::size_t kept = colon == std::string::npos ? 0 : colon + 1;
  return copy.replace(at + kept, secret.size() - kept, kHidden);
}

}  // namespace

std::string shown(std::string_view text) { return clean(text, kLongest); }

std::string shown(const Line& line) {
  std::string text = line.text;
  for (std::size_t i = 1; i < line.words.size(); ++i) {
    if (std::ranges::find(kSecretBehind, line.words[i - 1]) == kSecretBehind.end()) continue;
    text = hide(text, line.words[i]);
  }
  return shown(text);
}

void Ledger::needs_nothing(const Line& line, std::string_view why) {
  states_[line.number].noted = true;
  add_once(needless_, {line.number, shown(line), clean(why, kLongestReason)});
}

void Ledger::cannot(const Line& line, std::string_view part, std::string_view why) {
  states_[line.number].noted = true;
  add_once(complaints_, {line.number, shown(part), clean(why, kLongestReason)});
}

void Ledger::cannot(const Line& line, std::string_view why) { cannot(line, shown(line), why); }

void Ledger::cannot(std::string_view why) { add_once(complaints_, {0, "", std::string(why)}); }

bool Ledger::is_translated(const Line& line) const {
  auto found = states_.find(line.number);
  return found != states_.end() && found->second.translated;
}

void Ledger::close(const std::deque<Line>& lines) {
  for (const Line& line : lines) {
    const State state = states_[line.number];
    if (state.translated || state.noted) continue;
    if (state.understood) {
      needs_nothing(line, "nothing in this file makes use of it");
    } else {
      cannot(line,
             "it is not a directive that the import knows; docs/migrate-from-haproxy.md "
             "has those it does");
    }
  }
  sort_by_line(needless_);
  sort_by_line(complaints_);
}

}  // namespace stickler::haproxy
