// SPDX-License-Identifier: MIT
#include "app/demo_editor.h"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "app/demo_page.h"
#include "base/assert.h"
#include "base/strings.h"

namespace stickler::app {
namespace {

constexpr std::string_view kHtml = "text/html; charset=utf-8";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kServersPath = "/servers/";
// Each visit without a cookie begins a session.
constexpr std::size_t kMostSessions = 1000;

// "demo-2.51b6c0fe9a3d7724": whose it is, and which one. Not a counter: cookies of an earlier demo
// must not fit.
std::string new_session(const std::string& server) {
  std::array<unsigned char, 8> random{};
  ASSERT(RAND_bytes(random.data(), static_cast<int>(random.size())) == 1);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string session = server + ".";
  for (unsigned char byte : random) {
    session.push_back(kDigits[byte >> 4]);
    session.push_back(kDigits[byte & 15]);
  }
  return session;
}

}  // namespace

DemoReply DemoEditor::answer(const DemoRequest& request) {
  const bool post = request.method == http::Method::post;
  const std::string_view path = request.path;
  if (path == "/") return {.content_type = kHtml, .body = std::string(demo_page())};
  if (path == "/status") return {.body = name() + " is alive\n"};
  if (path == "/editor") return post ? type(request) : open(request);
  if (post && path.starts_with(kServersPath))
    return switch_server(path.substr(kServersPath.size()));
  return {.status = 404, .body = "there is no such page in this demo\n"};
}

void DemoEditor::forget_all() {
  texts_.clear();
  sessions_.clear();
}

DemoReply DemoEditor::open(const DemoRequest& request) {
  auto known = texts_.find(request.session);
  if (known == texts_.end()) return begin_session(request.session);
  return state(known->second, "");
}

// What was typed into a session that is not here must not be taken for one that is.
DemoReply DemoEditor::type(const DemoRequest& request) {
  auto known = texts_.find(request.session);
  if (known == texts_.end()) {
    DemoReply reply = begin_session(request.session);
    reply.status = 409;
    return reply;
  }
  known->second = request.body;
  return state(known->second, "");
}

DemoReply DemoEditor::begin_session(const std::string& old_session) {
  if (sessions_.size() == kMostSessions) {
    texts_.erase(sessions_.front());
    sessions_.pop_front();
  }
  sessions_.push_back(new_session(name()));
  texts_.emplace(sessions_.back(), "");
  DemoReply reply = state("", why_unknown(old_session));
  reply.session = sessions_.back();
  return reply;
}

// "" for somebody new.
std::string DemoEditor::why_unknown(std::string_view session) const {
  const std::string_view home_name = take_until(session, '.');
  auto home = std::ranges::find(all_, home_name, &DemoNeighbour::name);
  if (home == all_.end()) return "";
  if (home->name == name()) {
    return name() +
           " was stopped in the meantime and has forgotten your session: you begin with an "
           "empty page.";
  }
  std::string text = "Your session was on " + home->name;
  text += home->running ? ", but you came without the cookie that leads there. "
                        : ", which is stopped. ";
  return text + name() + " has no such session, so you begin with an empty page.";
}

// "demo-2/stop"
DemoReply DemoEditor::switch_server(std::string_view server_and_verb) const {
  const std::string_view server = take_until(server_and_verb, '/');
  const std::string_view verb = server_and_verb;
  auto found = std::ranges::find(all_, server, &DemoNeighbour::name);
  if (found == all_.end() || (verb != "stop" && verb != "start")) {
    return {.status = 404, .body = "there is no such server or switch\n"};
  }
  const bool on = verb == "start";
  if (!on && found->running && std::ranges::count(all_, true, &DemoNeighbour::running) == 1) {
    return {.status = 409, .body = "the last server stays: nobody could start the others\n"};
  }
  const auto position = static_cast<std::size_t>(found - all_.begin());
  return {.status = 204, .change = DemoSwitch{position, on}};
}

DemoReply DemoEditor::state(const std::string& text, const std::string& moved) const {
  nlohmann::ordered_json json{{"server", name()}, {"text", text}, {"moved", moved}};
  json["servers"] = nlohmann::ordered_json::array();
  for (const DemoNeighbour& each : all_) {
    json["servers"].push_back({{"name", each.name}, {"running", each.running}});
  }
  // A client may have sent any bytes: what is no UTF-8 is replaced, not thrown at.
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  return {.content_type = kJson, .body = json.dump(-1, ' ', false, kReplace)};
}

}  // namespace stickler::app
