// SPDX-License-Identifier: MIT
#include "proxy/error_page.h"

#include <algorithm>
#include <array>

#include "config/error_pages.h"
#include "http/status.h"

namespace stickler::proxy {
namespace {

struct Explanation {
  unsigned status;
  std::string_view text;
};

constexpr std::array<Explanation, 15> kExplanations{{
    {400, "The request could not be understood."},
    {401, "This page needs a user name and a password."},
    {404, "There is nothing here."},
    {405, "This method is not served here."},
    {408, "The request did not arrive in time."},
    {413, "The request body is larger than this site allows."},
    {414, "The address is longer than this site allows."},
    {417, "The request expects what cannot be met."},
    {431, "The request's header fields are larger than this site allows."},
    {500, "Something went wrong here."},
    {501, "This method is not known here."},
    {502, "The application's answer could not be used."},
    {503, "No server is available for this request right now. Please try again in a moment."},
    {504, "The application did not answer in time."},
    {505, "This version of HTTP is not spoken here."},
}};
static_assert(std::ranges::equal(kExplanations, config::kErrorStatuses, {}, &Explanation::status));

std::string_view explanation_of(unsigned status) {
  auto known = std::ranges::find(kExplanations, status, &Explanation::status);
  return known == kExplanations.end() ? "The request could not be served." : known->text;
}

std::string own_page(unsigned status, std::string_view request_id) {
  std::string title = std::to_string(status).append(" ").append(http::reason_phrase(status));
  std::string body = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>";
  body.append(title)
      .append("</title></head>\n<body><h1>")
      .append(title)
      .append("</h1>\n<p>")
      .append(explanation_of(status))
      .append("</p>");
  if (!request_id.empty()) {
    body.append("\n<p><small>Reference: ").append(request_id).append("</small></p>");
  }
  return body.append("</body></html>\n");
}

struct Placeholder {
  std::string_view name;
  std::string_view value;
};

// What else has the form ${…} is the page's own, as in a script.
std::string filled_in(std::string_view page, const std::array<Placeholder, 2>& placeholders) {
  std::string text;
  for (std::size_t at; (at = page.find("${")) != std::string_view::npos;) {
    text.append(page.substr(0, at));
    page.remove_prefix(at);
    auto here = std::ranges::find_if(placeholders, [page](const Placeholder& placeholder) {
      return page.starts_with(placeholder.name);
    });
    std::string_view written = here == placeholders.end() ? page.substr(0, 2) : here->name;
    text.append(here == placeholders.end() ? written : here->value);
    page.remove_prefix(written.size());
  }
  return text.append(page);
}

}  // namespace

ErrorPage error_page(const config::Listener& listener, unsigned status,
                     std::string_view request_id) {
  auto page = std::ranges::find(listener.error_pages, status, &config::ErrorPage::status);
  if (page == listener.error_pages.end()) {
    return {own_page(status, request_id), "text/html; charset=utf-8"};
  }
  const std::string number = std::to_string(status);
  return {filled_in(page->body, {{{"${request_id}", request_id}, {"${status}", number}}}),
          page->content_type};
}

}  // namespace stickler::proxy
