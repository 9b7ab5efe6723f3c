// SPDX-License-Identifier: MIT
// The name of a request, by which it is found again: in the server's log, in the access log, on an
// error page. A trusted proxy's is kept; everybody else's request gets one of ours.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/config.h"
#include "http/head.h"
#include "proxy/client_connection.h"

namespace stickler::proxy {

// Makes ids of 15 letters and digits, which a std::string holds without allocating. One worker
// counts from a random place in 2^75, so that it never repeats one, nor does another worker, host
// or run: of 100,000 starts with 10^9 requests each, two meet with a chance of 1 in 4,000. Nobody
// needs to be unable to guess them.
class RequestIds {
 public:
  static constexpr std::size_t kSize = 15;

  RequestIds();
  std::string next();

 private:
  std::uint64_t last_;
  std::uint64_t worker_;  // the upper 11 of the 75 bits
};

// Of a request that could not be read; "" if the listener gives none.
std::string new_request_id(const config::Listener& listener, RequestIds& ids);

// The one that it brings from a trusted proxy, or a new one.
std::string request_id_of(const http::RequestHead& head, const ConnectionFacts& client,
                          RequestIds& ids);

// 1 to 128 letters, digits and -_.~:;,/+=@| : nothing that a page, a log or JSON would have to
// escape.
bool is_usable_request_id(std::string_view text);

}  // namespace stickler::proxy
