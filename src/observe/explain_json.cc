// SPDX-License-Identifier: MIT
#include "observe/explain_json.h"

#include <string_view>

#include "balance/reason.h"
#include "base/assert.h"
#include "observe/json_values.h"

namespace stickler::observe {
namespace {

using Kind = Explanation::Outcome::Kind;

Json whole_seconds_or_null(std::optional<std::chrono::seconds> span) {
  return span ? Json(span->count()) : Json();
}

void add_place(Json& json, const config::Origin& origin) {
  json["file"] = origin.file;
  json["line"] = origin.line;
}

Json to_json(const Explanation::Listener& listener) {
  Json json{{"name", listener.name}, {"bind", listener.bind}, {"tls", listener.tls}};
  json["certificate"] = nullptr;
  if (listener.certificate) {
    json["certificate"] = {{"names", listener.certificate->names},
                           {"asked_for", text_or_null(listener.server_name)},
                           {"fits", listener.certificate->bears_name}};
  }
  add_place(json, listener.origin);
  return json;
}

Json to_json(const Explanation::Route& route) {
  Json json{{"name", route.name},
            {"fits", route.mismatch.empty()},
            {"mismatch", text_or_null(route.mismatch)}};
  add_place(json, route.origin);
  return json;
}

std::string_view cookie_state_word(balance::CookieState state) {
  using balance::CookieState;
  switch (state) {
    case CookieState::none:
      return "none";
    case CookieState::valid:
      return "valid";
    case CookieState::invalid:
      return "invalid";
    case CookieState::expired:
      return "expired";
    case CookieState::too_old:
      return "too_old";
  }
  ASSERT(false);
  return {};
}

Json to_json(const Explanation::Session& session) {
  return {{"name", session.cookie},
          {"sent", session.sent},
          {"value", session.sent > 0 ? Json(session.value) : Json()},
          {"state", cookie_state_word(session.state)},
          {"counts", session.counts},
          {"server", text_or_null(session.server)},
          {"formerly", text_or_null(session.formerly)},
          {"first_used_ago", whole_seconds_or_null(session.first_used)},
          {"last_used_ago", whole_seconds_or_null(session.last_used)},
          {"good_for", whole_seconds_or_null(session.good_for)}};
}

Json to_json(const Explanation::Key& key) {
  const bool owned = !key.server.empty();
  return {{"table", key.table},
          {"source", text_or_null(key.source)},
          {"text", text_or_null(key.text)},
          {"server", text_or_null(key.server)},
          {"gone", key.gone},
          {"counts", key.counts},
          {"unused_for", owned ? Json(std::chrono::duration<double>(key.unused).count()) : Json()}};
}

Json to_json(const Explanation::Bucket& bucket) {
  const cluster::BucketState& state = bucket.state;
  return {{"cluster", bucket.cluster},
          {"name", bucket.name},
          {"known", bucket.known},
          {"silent", bucket.silent},
          {"state", bucket.known ? Json(to_string(state.stage)) : Json()},
          {"node", text_or_null(state.owner)},
          {"next", text_or_null(state.next)},
          {"cause", text_or_null(to_string(state.cause))},
          {"for", whole_seconds_or_null(bucket.lasted)},
          {"counts", bucket.counts}};
}

Json to_json(const Explanation::Server& server) {
  Json json{{"name", server.name},
            {"address", server.address},
            {"state", balance::describe(server.availability)},
            {"takes_new_sessions",
             server.availability == balance::Availability::up && !server.weightless},
            {"backup", server.backup},
            {"active", server.active},
            {"maxconn", server.maxconn == 0 ? Json() : Json(server.maxconn)},
            {"queued", server.queued}};
  add_place(json, server.origin);
  return json;
}

std::string_view outcome_word(Kind kind) {
  switch (kind) {
    case Kind::answered:
      return "answered";
    case Kind::server:
      return "server";
    case Kind::queue:
      return "queue";
    case Kind::wait:
      return "wait";
    case Kind::hold:
      return "hold";
    case Kind::unknown:
      return "unknown";
    case Kind::refused:
      return "refused";
  }
  ASSERT(false);
  return {};
}

Json to_json(const Explanation::Outcome& outcome) {
  bool waits =
      outcome.kind == Kind::queue || outcome.kind == Kind::wait || outcome.kind == Kind::hold;
  bool limited = waits && outcome.limit != kNoLimit;
  return {{"kind", outcome_word(outcome.kind)},
          {"servers", outcome.servers},
          {"reason", outcome.reason},
          {"status", outcome.status == 0 ? Json() : Json(outcome.status)},
          {"location", text_or_null(outcome.location)},
          {"waits_at_most", limited ? Json(in_seconds(outcome.limit)) : Json()},
          {"cookie_flags", std::string{outcome.cookie.presented, outcome.cookie.given}}};
}

}  // namespace

std::string explanation_json(const Explanation& all) {
  Json json;
  json["request"] = all.request;
  json["client"] = all.client;
  json["listener"] = to_json(all.listener);
  json["route"] = all.route ? Json(*all.route) : Json();
  json["routes"] = Json::array();
  for (const Explanation::Route& route : all.routes) json["routes"].push_back(to_json(route));
  json["pinned"] = text_or_null(all.pinned);
  json["backend"] = nullptr;
  if (!all.backend.empty()) {
    json["backend"] = {{"name", all.backend}};
    add_place(json["backend"], all.backend_origin);
  }
  json["cookie"] = all.session ? to_json(*all.session) : Json();
  json["key"] = all.key ? to_json(*all.key) : Json();
  json["bucket"] = all.bucket ? to_json(*all.bucket) : Json();
  json["servers"] = Json::array();
  for (const Explanation::Server& server : all.servers) json["servers"].push_back(to_json(server));
  json["answer"] = to_json(all.outcome);
  json["if_down"] = nullptr;
  if (all.if_down) {
    json["if_down"] = to_json(all.if_down->outcome);
    json["if_down"]["server"] = all.if_down->server;
  }
  return document(json);
}

}  // namespace stickler::observe
