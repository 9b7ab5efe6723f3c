// SPDX-License-Identifier: MIT
// What one worker is doing at this moment: requests under way and open tunnels, copied so that
// another thread can show them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.h"
#include "proxy/service.h"

namespace stickler::proxy {

struct LiveSession {
  enum class Doing : std::uint8_t {
    request,   // being answered here, or not yet on its way to a server
    queue,     // waits for a server
    connect,   // waits for the connection to the server
    response,  // waits for the server's answer
    relay,     // the answer is on its way to the client
    tunnel,
  };
  Doing doing = Doing::request;
  std::string client;  // address and port
  std::string listener;
  std::string backend;  // "" : none was asked
  std::string server;   // "" : none was chosen
  std::string route;
  std::string request_line;  // cut
  std::string reason;        // why this server
  Duration age{0};           // since the request's first byte
};

// "connect", "tunnel", …
std::string_view to_string(LiveSession::Doing doing);

// The oldest first, `most` at most. On the worker's thread.
std::vector<LiveSession> live_sessions(Service& service, std::size_t most);

}  // namespace stickler::proxy
