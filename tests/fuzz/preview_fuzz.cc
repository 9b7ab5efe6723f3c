// SPDX-License-Identifier: MIT
// A preview's token is good as it was issued, and in no other form: neither made up nor altered.
// The input is a token, and what to put where in a good one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/cookie.h"
#include "proxy/preview.h"

namespace {

using namespace stickler;
using proxy::Previews;

constexpr std::time_t kNow = 1'700'000'000;
constexpr std::string_view kServer = "server-pro/server-pro-ha-1";

void demand(bool holds) {
  if (!holds) std::abort();
}

// Separators and blanks behind a token are no part of it where it is a cookie.
bool brings(const std::string& cookies, std::string_view token) {
  http::CookieReader reader(cookies);
  while (auto cookie = reader.next()) {
    if (cookie->name == proxy::kPreviewCookie) return cookie->value == token;
  }
  return false;
}

// However a request brings it.
void demand_refused(const Previews& previews, const std::string& token, std::string_view good) {
  demand(!previews.read(token, kNow));
  demand(!previews.linked(std::string(proxy::kPreviewPath) + token, kNow));
  const std::string cookie = "a=b; " + std::string(proxy::kPreviewCookie) + "=" + token;
  if (brings(cookie, good)) return;
  demand(!previews.wanted({{"Cookie", cookie, http::FieldId::cookie}}, kNow));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Previews previews;
  static const std::string good = previews.issue("server-pro", "server-pro-ha-1", kNow + 60);
  const std::string text(reinterpret_cast<const char*>(data), size);
  demand(previews.read(good, kNow)->server == kServer.substr(kServer.find('/') + 1));
  demand(!previews.read(good, kNow + 60));
  if (text != good) demand_refused(previews, text, good);
  if (text.empty()) return 0;
  std::string altered = good;
  altered.replace(data[0] % good.size(), size - 1, text, 1);
  if (altered != good) demand_refused(previews, altered, good);
  return 0;
}
