// SPDX-License-Identifier: MIT
// A look at a server that takes no clients yet, for whoever has validated nothing so far but holds
// a signed link: the link sets a cookie, and requests with that cookie go to the server whatever
// its state, until the link's time is over. The session is left alone.
//
// A token is "EXPIRY.SIGNATURE.BACKEND/SERVER": seconds since 1970, and HMAC-SHA-256 of the rest
// with a key that lives as long as the process.
#pragma once

#include <atomic>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/head.h"

namespace stickler::proxy {

inline constexpr std::string_view kPreviewCookie = "stickler-preview";
// Links are this and a token.
inline constexpr std::string_view kPreviewPath = "/.stickler/preview/";

struct Preview {
  std::string_view backend;  // views the token
  std::string_view server;
  std::time_t expiry = 0;
};

// Makes and reads tokens. Shared by the snapshots of all reloads; any thread.
class Previews {
 public:
  Previews();

  std::string issue(std::string_view backend, std::string_view server, std::time_t expiry);
  // Nothing if the token is not ours, or too old.
  std::optional<Preview> read(std::string_view token, std::time_t now) const;

  // The preview that a request's cookies ask for. Costs nothing as long as no link was issued.
  std::optional<Preview> wanted(const std::vector<http::Field>& fields, std::time_t now) const;
  // The preview that a path is the link of, with its token.
  std::optional<Preview> linked(std::string_view path, std::time_t now) const;

 private:
  const std::string key_;
  std::atomic<bool> issued_{false};
};

// The value of the Set-Cookie that a link's answer carries.
std::string preview_cookie(std::string_view token, std::time_t seconds, bool tls);

}  // namespace stickler::proxy
