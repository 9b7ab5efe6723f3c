// SPDX-License-Identifier: MIT
// A preview's token is good as it was issued, and in no other form: neither made up nor altered.
// The input is a token, and what to put where in a good one.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/strings.h"
#include "proxy/preview.h"

namespace {

using namespace stickler;
using proxy::Previews;

constexpr std::time_t kNow = 1'700'000'000;
constexpr std::string_view kServer = "server-pro/server-pro-ha-1";

void demand(bool holds) {
  if (!holds) std::abort();
}

// What a cookie's reader makes of it: neither blanks around it, nor what follows, belong to it.
std::string_view as_cookie(std::string_view token) {
  token = trim(token.substr(0, token.find(';')));
  if (token.size() >= 2 && token.front() == '"' && token.back() == '"') {
    token = token.substr(1, token.size() - 2);
  }
  return token;
}

// However a request brings it.
void demand_refused(const Previews& previews, const std::string& token, std::string_view good) {
  demand(!previews.read(token, kNow));
  demand(!previews.linked(std::string(proxy::kPreviewPath) + token, kNow));
  if (as_cookie(token) == good) return;
  const std::string cookie = "a=b; " + std::string(proxy::kPreviewCookie) + "=" + token;
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
