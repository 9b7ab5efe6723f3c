// SPDX-License-Identifier: MIT
// What each of the demo's servers does: keeps the text of small editors in its own memory, as the
// applications do that Stickler is for, and says so when a session arrives that it does not have.
// Pure: a request in, a reply out; knows no socket. The demo servers' thread.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/head.h"

namespace stickler::app {

struct DemoRequest {
  http::Method method = http::Method::get;
  std::string path = {};
  std::string session = {};  // the application's own cookie; "" : none
  std::string body = {};
};

// A server is to be stopped, or started.
struct DemoSwitch {
  std::size_t server = 0;
  bool on = false;
};

struct DemoReply {
  unsigned status = 200;
  std::string_view content_type = "text/plain; charset=utf-8";
  std::string body = {};
  std::string session = {};               // a cookie to set; "" : none
  std::optional<DemoSwitch> change = {};  // before the reply is sent
};

// The name of the application's session cookie.
inline constexpr std::string_view kDemoSessionCookie = "demo-session";

// One of the demo's servers, as all of them know it.
struct DemoNeighbour {
  std::string name;
  bool running = true;
};

class DemoEditor {
 public:
  // `all` outlives this object; `self` is the position among them.
  DemoEditor(const std::vector<DemoNeighbour>& all, std::size_t self) : all_(all), self_(self) {}

  DemoReply answer(const DemoRequest& request);
  // As a crash does.
  void forget_all();

 private:
  DemoReply open(const DemoRequest& request);
  DemoReply type(const DemoRequest& request);
  DemoReply switch_server(std::string_view server_and_verb) const;
  DemoReply begin_session(const std::string& old_session);
  DemoReply state(const std::string& text, const std::string& moved) const;
  std::string why_unknown(std::string_view session) const;
  const std::string& name() const { return all_[self_].name; }

  const std::vector<DemoNeighbour>& all_;
  const std::size_t self_;
  std::unordered_map<std::string, std::string> texts_;  // by session
  std::deque<std::string> sessions_;                    // the oldest first
};

}  // namespace stickler::app
