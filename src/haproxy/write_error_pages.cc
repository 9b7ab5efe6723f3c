// SPDX-License-Identifier: MIT
#include "haproxy/write_error_pages.h"

#include <algorithm>
#include <array>
#include <set>

#include "config/forms.h"

namespace stickler::haproxy {
namespace {

// Answered when a backend has been chosen.
constexpr std::array<unsigned, 4> kBackendStatuses{500, 502, 503, 504};

std::vector<const Outcome*> outcomes_of(const Plan& plan) {
  std::vector<const Outcome*> outcomes{&plan.otherwise.outcome};
  for (const PlannedRoute& route : plan.routes) outcomes.push_back(&route.outcome);
  return outcomes;
}

std::vector<const Proxy*> backends_of(const Plan& plan) {
  std::vector<const Proxy*> backends;
  for (const Outcome* outcome : outcomes_of(plan)) {
    const Proxy* backend = outcome->backend;
    if (backend == nullptr || std::ranges::find(backends, backend) != backends.end()) continue;
    backends.push_back(backend);
  }
  return backends;
}

// Statuses of `http-request deny`, whose answers have a text of their own here.
std::set<unsigned> denied(const Plan& plan) {
  std::set<unsigned> statuses;
  for (const Outcome* outcome : outcomes_of(plan)) {
    bool deny = outcome->answer && outcome->line != nullptr && outcome->line->word(1) == "deny";
    if (deny) statuses.insert(outcome->answer->status);
  }
  return statuses;
}

const Said* find_page(const ErrorPages& pages, unsigned status) {
  auto page = pages.find(status);
  return page == pages.end() ? nullptr : &page->second;
}

std::string_view file_of(const Said* page) {
  return page == nullptr ? std::string_view() : page->value.text;
}

// A backend's own page comes before the frontend's, if all backends that answer agree.
void add_backends_page(unsigned status, const std::vector<const Proxy*>& backends,
                       ErrorPages& pages, Ledger& ledger) {
  if (backends.empty()) return;
  const Said* of_front = find_page(pages, status);
  std::vector<const Said*> answers;
  for (const Proxy* backend : backends) {
    const Said* own = find_page(backend->error_pages, status);
    answers.push_back(own != nullptr ? own : of_front);
  }
  bool agree = std::ranges::all_of(
      answers, [&](const Said* page) { return file_of(page) == file_of(answers.front()); });
  if (agree && answers.front() != nullptr) pages.insert_or_assign(status, *answers.front());
  if (agree) return;
  for (const Said* page : answers) {
    if (file_of(page) == file_of(of_front)) continue;
    ledger.cannot(*page->from.front(),
                  "pages are those of a listener, and its backends differ here; write "
                  "listeners.NAME.error_pages");
  }
}

}  // namespace

ErrorPages error_pages_of(const Proxy& front, const Plan& plan, Ledger& ledger) {
  ErrorPages pages = front.error_pages;
  const std::vector<const Proxy*> backends = backends_of(plan);
  for (unsigned status : kBackendStatuses) add_backends_page(status, backends, pages, ledger);
  const std::set<unsigned> with_own_text = denied(plan);
  for (const auto& [status, page] : pages) {
    const Line& line = *page.from.front();
    if (with_own_text.contains(status)) {
      ledger.cannot(line,
                    "the answer of http-request deny holds its own text; write the page "
                    "into the route's answer.body");
    } else if (auto unknown = config::check_error_status(status)) {
      ledger.needs_nothing(line, unknown->what);
    }
  }
  std::erase_if(
      pages, [](const auto& page) { return config::check_error_status(page.first).has_value(); });
  return pages;
}

bool same_pages(const ErrorPages& one, const ErrorPages& other) {
  return std::ranges::equal(one, other, [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.value.text == b.second.value.text;
  });
}

void write_error_pages(const ErrorPages& pages, Draft& group) {
  if (pages.empty()) return;
  std::vector<std::string> texts;
  Lines from;
  for (const auto& [status, page] : pages) {
    texts.push_back(std::to_string(status) + " " + page.value.text);
    from.insert(from.end(), page.from.begin(), page.from.end());
  }
  group.set("error_pages", texts_value(texts), from);
}

}  // namespace stickler::haproxy
