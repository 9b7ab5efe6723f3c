// SPDX-License-Identifier: MIT
#include "balance/reason.h"

#include <array>

#include "base/assert.h"

namespace stickler::balance {
namespace {

constexpr std::array kAvailabilities = {Availability::unknown, Availability::up,
                                        Availability::drain, Availability::down,
                                        Availability::maint};

bool is_state(std::string_view detail) {
  if (detail == kFull || detail == kGone || detail == kNotKnown) return true;
  for (Availability availability : kAvailabilities) {
    if (detail == describe(availability)) return true;
  }
  return false;
}

// "s1 is down" or "connect refused by s1".
void append_event(std::string_view server, std::string_view detail, std::string& text) {
  if (is_state(detail)) {
    text.append(server).append(" is ").append(detail);
  } else {
    text.append(detail).append(" by ").append(server);
  }
}

void append_bucket(const Reason& reason, std::string& text) {
  using Kind = Reason::Kind;
  if (reason.kind == Kind::silent) {
    text.append("cut off from etcd for too long");
    return;
  }
  const bool down = reason.kind == Kind::bucket_down;
  text.append("bucket ").append(down ? reason.route : reason.subject);
  if (reason.kind == Kind::bucket_moves) text.append(" moves");
  if (reason.kind == Kind::bucket_unowned) text.append(" has no node yet");
  if (!down) return;
  text.append(": ");
  append_event(reason.subject, reason.detail, text);
}

}  // namespace

std::string_view describe(Availability availability) {
  switch (availability) {
    case Availability::unknown:
      return "not checked yet";
    case Availability::up:
      return "up";
    case Availability::drain:
      return "draining";
    case Availability::down:
      return "down";
    case Availability::maint:
      return "in maintenance";
  }
  ASSERT(false);
  return {};
}

void append(const Reason& reason, std::string& text) {
  switch (reason.kind) {
    case Reason::Kind::none:
      text.append("nothing was chosen");
      return;
    case Reason::Kind::preview:
      text.append("preview");
      return;
    case Reason::Kind::pinned:
      text.append("pinned by route ").append(reason.subject);
      return;
    case Reason::Kind::pin_down:
      text.append("route ").append(reason.route).append(": ");
      append_event(reason.subject, reason.detail, text);
      return;
    case Reason::Kind::mapped:
      text.append("map rule ").append(reason.subject);
      return;
    case Reason::Kind::no_key:
      text.append("map, without a key");
      return;
    case Reason::Kind::map_down:
      text.append("map");
      if (!reason.route.empty()) text.append(" rule ").append(reason.route);
      text.append(": ");
      append_event(reason.subject, reason.detail, text);
      return;
    case Reason::Kind::bucket:
    case Reason::Kind::bucket_down:
    case Reason::Kind::bucket_moves:
    case Reason::Kind::bucket_unowned:
    case Reason::Kind::silent:
      append_bucket(reason, text);
      return;
    case Reason::Kind::cookie:
      text.append("cookie");
      return;
    case Reason::Kind::cookie_drain:
      text.append("cookie (server draining)");
      return;
    case Reason::Kind::formerly:
      text.append("cookie (formerly ").append(reason.subject).append(")");
      return;
    case Reason::Kind::key:
      text.append("key of table ").append(reason.subject);
      return;
    case Reason::Kind::key_drain:
      text.append("key of table ").append(reason.subject).append(" (server draining)");
      return;
    case Reason::Kind::balanced:
      text.append(reason.subject);
      return;
    case Reason::Kind::redispatched:
      text.append("redispatched: ");
      append_event(reason.subject, reason.detail, text);
      return;
    case Reason::Kind::session_down:
      append_event(reason.subject, reason.detail, text);
      text.append(", and its sessions must not move");
      return;
    case Reason::Kind::full:
      append_event(reason.subject, kFull, text);
      return;
    case Reason::Kind::no_server:
      text.append("no server is usable");
      return;
  }
  ASSERT(false);
}

std::string to_string(const Reason& reason) {
  std::string text;
  append(reason, text);
  return text;
}

}  // namespace stickler::balance
