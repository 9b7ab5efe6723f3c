// SPDX-License-Identifier: MIT
#include "observe/explain_text.h"

#include <array>
#include <cstdlib>
#include <utility>

#include "balance/reason.h"
#include "base/assert.h"
#include "http/status.h"
#include "observe/explain_bucket.h"
#include "observe/explain_key.h"

namespace stickler::observe {
namespace {

using Kind = Explanation::Outcome::Kind;

constexpr std::size_t kLabelWidth = 10;
// Where places of the configuration begin, if the text leaves room.
constexpr std::size_t kPlaceColumn = 72;
// Stamps are rounded up by up to four seconds, and clocks differ a little.
constexpr std::chrono::seconds kNow{5};

std::string comma_list(const std::vector<std::string>& words) {
  std::string list;
  for (const std::string& word : words) list.append(list.empty() ? "" : ", ").append(word);
  return list;
}

std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string step(const std::string& label, const std::string& text,
                 const config::Origin& origin = {}) {
  std::string line = padded(label, kLabelWidth) + text;
  if (origin.line > 0) {
    line = padded(line, kPlaceColumn) + "  " + origin.file + ":" + std::to_string(origin.line);
  }
  return line + "\n";
}

// ---- Listener and route ----

std::string certificate_in_words(const Explanation::Listener& listener) {
  if (!listener.certificate) return ", no certificate for " + listener.server_name;
  const auto& names = listener.certificate->names;
  std::string text = ", certificate " + (names.empty() ? std::string("without a name") : names[0]);
  bool strange = !listener.certificate->bears_name && !listener.server_name.empty();
  return strange ? text + ", which is not for " + listener.server_name : text;
}

std::string listener_line(const Explanation::Listener& listener) {
  std::string text = listener.name + " (" + listener.bind;
  if (listener.tls) text += ", TLS" + certificate_in_words(listener);
  return step("listener", text + ")", listener.origin);
}

std::string destination_in_words(const Explanation& all) {
  if (all.backend.empty()) return "";
  const std::string backend = "backend " + all.backend;
  return all.pinned.empty() ? ", so " + backend : ", so " + all.pinned + " of " + backend;
}

// What was found, and below it the routes that do not fit.
std::string route_lines(const Explanation& all) {
  if (all.outcome.kind == Kind::answered && all.routes.empty() && all.routes_total > 0) return {};
  if (all.routes_total == 0) {
    return all.backend.empty() ? "" : step("route", "there are none" + destination_in_words(all));
  }
  std::string lines;
  if (all.route) {
    lines =
        step("route", *all.route + " fits" + destination_in_words(all), all.routes.back().origin);
  } else {
    std::string none = "none of " + std::to_string(all.routes_total) + " fits";
    lines = step("route", none + destination_in_words(all));
  }
  for (const Explanation::Route& route : all.routes) {
    if (route.mismatch.empty()) continue;
    lines += step("", "not " + route.name + ": " + route.mismatch, route.origin);
  }
  return lines;
}

// ---- Session ----

std::string ago(std::chrono::seconds span) {
  if (span >= -kNow && span <= kNow) return "just now";
  return span < std::chrono::seconds{0} ? span_in_words(-span) + " from now"
                                        : span_in_words(span) + " ago";
}

std::string limits_in_words(const Explanation::Session& session) {
  std::string limits;
  if (session.maxidle != kNoLimit) limits = "maxidle " + format_duration(session.maxidle);
  if (session.maxlife == kNoLimit) return limits;
  return limits.append(limits.empty() ? "" : ", ") + "maxlife " + format_duration(session.maxlife);
}

std::string valid_in_words(const Explanation::Session& session) {
  std::string text = session.value.substr(0, session.value.find('|'));
  if (!session.formerly.empty()) {
    text += ", which " + session.server + " was called formerly";
  } else if (text != session.server) {
    text += ", which is " + session.server;
  }
  if (session.first_used) text += ", first given " + ago(*session.first_used);
  if (session.last_used) text += ", used " + ago(*session.last_used);
  if (!session.good_for) return text;
  return text + ", good for " + span_in_words(*session.good_for) + " more (" +
         limits_in_words(session) + ")";
}

// `what`: what happened that long ago. `limit`: the limit that it is beyond.
std::string stale_in_words(const Explanation::Session& session,
                           std::optional<std::chrono::seconds> age, const std::string& what,
                           const std::string& limit) {
  std::string text = session.value.substr(0, session.value.find('|'));
  if (!age) return text;
  if (*age < std::chrono::seconds{0}) {
    return text + ", dated " + span_in_words(-*age) + " from now, which is not believed";
  }
  return text + ", " + what + " " + ago(*age) + ", which is too long (" + limit + ")";
}

std::string session_in_words(const Explanation::Session& session) {
  using balance::CookieState;
  const std::string name = session.cookie + " = ";
  switch (session.state) {
    case CookieState::none:
      return session.cookie + " did not come: nobody's session yet";
    case CookieState::valid:
      return name + valid_in_words(session);
    case CookieState::invalid:
      return name + session.value + ": no server is called so";
    case CookieState::expired:
      return name + stale_in_words(session, session.last_used, "used",
                                   "maxidle " + format_duration(session.maxidle));
    case CookieState::too_old:
      return name + stale_in_words(session, session.first_used, "first given",
                                   "maxlife " + format_duration(session.maxlife));
  }
  ASSERT(false);
  return {};
}

std::string session_line(const Explanation::Session& session) {
  if (!session.counts) {
    return step("cookie", session.cookie + " does not count: route " + session.pinned +
                              " pins a server, and leaves sessions alone");
  }
  std::string text = session_in_words(session);
  if (session.sent > 1) {
    text += " (of " + std::to_string(session.sent) + " that came, this one counts)";
  }
  if (!session.pinned.empty()) text += "; none is given, since route " + session.pinned + " pins";
  return step("cookie", text);
}

// ---- Servers ----

std::string state_in_words(const Explanation::Server& server) {
  using balance::Availability;
  bool drained = server.availability == Availability::drain ||
                 (server.availability == Availability::up && server.weightless);
  if (!drained) return std::string(balance::describe(server.availability));
  const std::string state = server.weightless ? "weight 0" : "draining";
  return state + ": keeps its sessions, takes no new ones";
}

std::string server_line(const Explanation::Server& server) {
  std::string text = server.name + " (" + server.address + "): " + state_in_words(server);
  if (server.backup) text += ", backup";
  if (server.maxconn > 0) {
    text += ", " + std::to_string(server.active) + " of " + std::to_string(server.maxconn) +
            " places taken";
  } else if (server.active > 0) {
    text += ", " + std::to_string(server.active) + " requests";
  }
  if (server.queued > 0) text += ", " + std::to_string(server.queued) + " waiting";
  return step("server", text, server.origin);
}

// ---- Answer ----

std::string status_in_words(unsigned status) {
  return std::to_string(status) + " " + std::string(http::reason_phrase(status));
}

std::string cookie_in_words(char given) {
  if (given == 'I') return ", with a new cookie";
  return given == 'U' ? ", with its cookie renewed" : "";
}

std::string wait_in_words(const Explanation::Outcome& outcome, const std::string& setting) {
  std::string limit =
      outcome.limit == kNoLimit ? "without limit" : "for " + format_duration(outcome.limit);
  return limit + " (" + setting + "), then " + status_in_words(outcome.status);
}

std::string servers_in_words(const Explanation::Outcome& outcome) {
  if (!outcome.in_turn) return comma_list(outcome.servers);
  return "any of " + comma_list(outcome.servers) + " (" + outcome.algorithm + ")";
}

std::string answered_in_words(const Explanation::Outcome& outcome) {
  if (outcome.status == 0) return outcome.reason;
  std::string text = status_in_words(outcome.status);
  if (!outcome.location.empty()) text += " to " + outcome.location;
  return text + "   reason: " + outcome.reason;
}

std::string outcome_in_words(const Explanation::Outcome& outcome) {
  const std::string reason = "   reason: " + outcome.reason;
  switch (outcome.kind) {
    case Kind::answered:
      return answered_in_words(outcome);
    case Kind::server:
      return servers_in_words(outcome) + cookie_in_words(outcome.cookie.given) + reason;
    case Kind::queue:
      return "waits for a place at " + comma_list(outcome.servers) + " " +
             wait_in_words(outcome, "timeouts.queue") + reason;
    case Kind::wait:
      return "waits for a server " + wait_in_words(outcome, "timeouts.queue") + reason;
    case Kind::hold:
      return "waits for the next node " + wait_in_words(outcome, "the cluster's hold") + reason;
    case Kind::unknown:
      return "the bucket's node" + reason;
    case Kind::refused:
      return status_in_words(outcome.status) + reason;
  }
  ASSERT(false);
  return {};
}

}  // namespace

std::string explanation_text(const Explanation& all) {
  std::string text = step("request", all.request + " from " + all.client);
  text += listener_line(all.listener) + route_lines(all);
  if (!all.backend.empty()) text += step("backend", all.backend, all.backend_origin);
  if (all.session) text += session_line(*all.session);
  if (all.bucket) text += step("bucket", bucket_in_words(*all.bucket));
  if (all.key) text += step("key", key_in_words(*all.key));
  for (const Explanation::Server& server : all.servers) text += server_line(server);
  text += step("answer", outcome_in_words(all.outcome));
  if (!all.if_down) return text;
  return text + "if " + all.if_down->server +
         " were down: " + outcome_in_words(all.if_down->outcome) + "\n";
}

std::string span_in_words(std::chrono::seconds span) {
  struct Unit {
    std::int64_t length;
    const char* name;
  };
  constexpr std::array<Unit, 4> kUnits{{{86'400, "d"}, {3'600, "h"}, {60, "min"}, {1, "s"}}};
  for (const Unit& unit : kUnits) {
    if (span.count() < 2 * unit.length && unit.length > 1) continue;
    return std::to_string(span.count() / unit.length) + " " + unit.name;
  }
  return "0 s";
}

}  // namespace stickler::observe
