// SPDX-License-Identifier: MIT
#include "observe/stats_page.h"

#include <chrono>
#include <string>
#include <utility>

#include "net/base64.h"
#include "net/digest.h"
#include "observe/stats_csv.h"
#include "observe/stats_html.h"
#include "observe/stats_options.h"
#include "observe/stats_page_json.h"
#include "observe/stats_warnings.h"

namespace stickler::observe {
namespace {

using Form = StatsOptions::Form;

// The page is all there is: it fetches nothing, sends nothing and is nobody's frame. Its own style
// sheet is let in by its digest, so that not even a style could be slipped in.
const std::string& content_policy() {
  static const std::string kPolicy =
      "default-src 'none'; style-src 'sha256-" + net::encode_base64(net::sha256(stats_style())) +
      "'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  return kPolicy;
}

// With the address: without one a browser whose address has a fragment ("#server-pro") goes to that
// place in the page it has, again and again, and loads nothing.
std::string refresh_of(const StatsOptions& options, const config::Page& page) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(page.refresh);
  return std::to_string(seconds.count()) + "; url=" + page.uri + to_text(options);
}

std::vector<config::NameValue> fields_of(const StatsOptions& options, const config::Page& page) {
  std::vector<config::NameValue> fields{{"X-Content-Type-Options", "nosniff"}};
  if (options.form != Form::html) return fields;
  fields.emplace_back("Content-Security-Policy", content_policy());
  fields.emplace_back("Referrer-Policy", "no-referrer");
  if (options.refresh && page.refresh > kNoLimit) {
    fields.emplace_back("Refresh", refresh_of(options, page));
  }
  return fields;
}

}  // namespace

proxy::PageAnswer stats_page(StatsSnapshot stats, const proxy::PageRequest& request) {
  const StatsOptions options = parse_stats_options(request.options, request.query);
  const std::vector<StatsWarning> warnings = stats_warnings(stats);
  narrow(options, stats);
  proxy::PageAnswer answer;
  answer.fields = fields_of(options, *request.settings);
  switch (options.form) {
    case Form::html:
      answer.content_type = "text/html; charset=utf-8";
      answer.body = stats_html({stats, warnings, options, *request.settings});
      break;
    case Form::json:
      answer.content_type = "application/json";
      answer.body = stats_page_json(stats, warnings);
      break;
    case Form::csv:
      answer.content_type = "text/plain; charset=utf-8";
      answer.body = stats_csv(stats, {.legends = true});
      break;
  }
  return answer;
}

}  // namespace stickler::observe
