// SPDX-License-Identifier: MIT
#include "observe/explain.h"

#include <algorithm>
#include <utility>

#include "balance/algorithms.h"
#include "balance/forecast.h"
#include "balance/supposed_servers.h"
#include "http/http1_parser.h"
#include "observe/explain_bucket.h"
#include "observe/explain_key.h"
#include "observe/explain_listener.h"
#include "observe/explain_session.h"
#include "observe/explain_words.h"
#include "proxy/failure.h"
#include "proxy/http1_client.h"
#include "proxy/local_pages.h"
#include "proxy/own_answer.h"
#include "proxy/question.h"
#include "proxy/response_edits.h"

namespace stickler::observe {
namespace {

using Kind = Explanation::Outcome::Kind;
using Error = std::optional<std::string>;

// ---- Listener ----

// What a client tells the TLS handshake of its URL: no address, and no dot that ends a name
// (RFC 6066 §3).
std::string server_name_of(const ExplainedRequest& request) {
  if (net::Address::parse(request.host + ":1")) return "";
  std::string_view host = request.host;
  if (host.ends_with('.')) host.remove_suffix(1);
  return std::string(host);
}

Explanation::Listener explain_listener(const ChosenListener& chosen,
                                       const ExplainedRequest& request) {
  const proxy::ListenerRules& rules = *chosen.rules;
  Explanation::Listener listener;
  listener.name = rules.settings.name;
  listener.origin = rules.settings.origin;
  if (chosen.bind != nullptr) listener.bind = chosen.bind->text;
  listener.tls = rules.tls != nullptr;
  if (!listener.tls) return listener;
  listener.server_name = server_name_of(request);
  listener.certificate = rules.tls->served(listener.server_name);
  return listener;
}

// ---- Route ----

void explain_routes(const proxy::ListenerRules& listener, const http::RequestHead& head,
                    Explanation& all) {
  all.routes_total = static_cast<unsigned>(listener.settings.routes.size());
  for (const balance::RouteVerdict& verdict : listener.routes.judge(head)) {
    const config::Route& route = *verdict.route;
    const std::string mismatch = verdict.mismatch ? describe(route, *verdict.mismatch) : "";
    all.routes.push_back({route.name, mismatch, route.origin});
    if (!verdict.mismatch) all.route = route.name;
  }
}

// ---- Decision ----

// The log's flags for a request that this server answers without touching the cookie itself.
proxy::CookieFlags cookie_flags(const balance::Question& question,
                                std::optional<std::size_t> server, bool tls, std::time_t now) {
  proxy::CookieFlags flags;
  flags.presented = balance::presented_flag(question, server);
  if (flags.presented != '-') flags.given = 'N';
  if (!server || !balance::touches_session(question)) return flags;
  const config::Cookie& settings = *question.backend->cookie;
  const std::string& value = question.servers[*server]->cookie;
  flags.given = proxy::cookie_due({settings, question.cookie, *server, value, tls, now});
  return flags;
}

Kind kind_of(balance::Choice::Kind kind) {
  switch (kind) {
    case balance::Choice::Kind::server:
      return Kind::server;
    case balance::Choice::Kind::queue:
      return Kind::queue;
    case balance::Choice::Kind::wait:
      return Kind::wait;
    case balance::Choice::Kind::refuse:
      break;
  }
  return Kind::refused;
}

struct Decided {
  balance::Forecast forecast;
  Explanation::Outcome outcome;
};

Decided decide(const balance::Question& question, bool tls, std::time_t now) {
  // Its turns do not matter: a forecast takes none.
  const auto algorithm = balance::make_algorithm(question.backend->balance, question.servers);
  Decided decided;
  decided.forecast = balance::forecast(question, *algorithm);
  const auto& [choice, servers] = decided.forecast;
  Explanation::Outcome& outcome = decided.outcome;
  outcome.kind = kind_of(choice.kind);
  for (std::size_t position : servers) outcome.servers.push_back(question.servers[position]->name);
  outcome.in_turn = outcome.kind == Kind::server && servers.size() > 1;
  outcome.algorithm = algorithm->name();
  outcome.reason = balance::to_string(choice.reason);
  if (outcome.kind != Kind::server) {
    const proxy::Failure failure{proxy::Who::server, proxy::Phase::queue, proxy::Why::unusable};
    outcome.status = proxy::status_of(failure);
    outcome.limit = question.backend->timeouts.queue;
  }
  std::optional<std::size_t> taken_by;
  if (outcome.kind == Kind::server) taken_by = choice.server;
  outcome.cookie = cookie_flags(question, taken_by, tls, now);
  return decided;
}

Explanation::IfDown explain_if_down(balance::Question question, std::size_t server, bool tls,
                                    std::time_t now) {
  balance::SupposedServers servers(question.servers);
  servers.suppose(server, balance::Availability::down);
  question.servers = servers.all();
  balance::judge_session(question, now);
  return {servers.all()[server]->name, decide(question, tls, now).outcome};
}

// ---- Servers ----

Explanation::Server explain_server(const balance::Question& question, std::size_t position) {
  const config::Server& settings = question.backend->servers[position];
  const balance::ServerView& view = *question.servers[position];
  Explanation::Server server;
  server.name = settings.name;
  server.address = settings.address;
  server.availability = view.availability.load(std::memory_order_relaxed);
  server.weightless = view.weight.load(std::memory_order_relaxed) == 0;
  server.backup = view.backup;
  server.active = view.active.load(std::memory_order_relaxed);
  server.maxconn = view.maxconn.load(std::memory_order_relaxed);
  server.queued = view.queued.load(std::memory_order_relaxed);
  server.origin = settings.origin;
  return server;
}

// Those that the answer is about: where it may go, and where it belonged; all of them if it goes
// nowhere.
std::vector<Explanation::Server> explain_servers(const balance::Question& question,
                                                 const std::vector<std::size_t>& chosen) {
  std::vector<Explanation::Server> servers;
  for (std::size_t position = 0; position < question.servers.size(); ++position) {
    bool wanted = chosen.empty() || std::ranges::find(chosen, position) != chosen.end() ||
                  question.pin == position || question.mapped.server == position ||
                  question.cookie.server == position || question.key.server == position;
    if (wanted) servers.push_back(explain_server(question, position));
  }
  return servers;
}

// ---- One after the other ----

void answer_here(unsigned status, std::string reason, Explanation& all) {
  all.outcome.kind = Kind::answered;
  all.outcome.status = status;
  all.outcome.reason = std::move(reason);
}

bool decided_by_pin(const balance::Choice& choice) {
  using balance::Reason;
  return choice.reason.kind == Reason::Kind::mapped || choice.reason.kind == Reason::Kind::no_key ||
         choice.reason.kind == Reason::Kind::bucket ||
         choice.reason.kind == Reason::Kind::bucket_down ||
         choice.reason.kind == Reason::Kind::map_down ||
         choice.reason.kind == Reason::Kind::pinned ||
         (choice.reason.kind == Reason::Kind::pin_down && choice.fixed);
}

void explain_backend(const balance::Question& question, std::time_t now, Explanation& all) {
  const config::Backend& backend = *question.backend;
  const bool tls = all.listener.tls;
  all.backend = backend.name;
  all.backend_origin = backend.origin;
  if (question.pin) all.pinned = question.servers[*question.pin]->name;
  if (all.bucket && all.bucket->counts && !question.mapped.server) {
    all.outcome = without_server(*all.bucket, question);
    return;
  }
  Decided decided = decide(question, tls, now);
  const auto& [choice, chosen] = decided.forecast;
  if (backend.cookie) {
    all.session = explain_session(question, now);
    all.session->counts = !decided_by_pin(choice);
  }
  if (backend.stick) all.key = explain_key(question, choice);
  all.servers = explain_servers(question, chosen);
  all.outcome = std::move(decided.outcome);
  if (choice.server && chosen.size() == 1) {
    all.if_down = explain_if_down(question, *choice.server, tls, now);
  }
}

void explain_request(const proxy::Snapshot& snapshot, const proxy::ListenerRules& listener,
                     const http::RequestHead& head, const ExplainedRequest& request,
                     std::time_t now, const std::vector<cluster::ClusterReport>* clusters,
                     Explanation& all) {
  if (const auto page = proxy::find_page(listener.settings, head.path)) {
    const bool shown = proxy::may_see(*page->page, head.fields);
    return answer_here(shown ? 200 : 401, describe(page->kind), all);
  }
  explain_routes(listener, head, all);
  const config::Route* route = listener.routes.match(head);
  const proxy::Destination destination = snapshot.destination(listener, route, head);
  if (auto own = proxy::own_answer(listener, route, destination, head)) {
    answer_here(own->reply.status, describe(own->why, listener.settings, route), all);
    all.outcome.location = own->reply.location;
    return;
  }
  balance::Question question = proxy::question_of(destination, route, head, request.client, now);
  balance::SupposedServers servers(question.servers);
  suppose(request.supposed, *question.backend, servers);
  question.servers = servers.all();
  if (question.mapped.bucket) {
    all.bucket = explain_bucket(question, clusters, now);
    question.mapped.server = server_of(*all.bucket, question);
  }
  balance::judge_session(question, now);
  std::string key_memory;
  if (const balance::Stick* stick = destination.backend->stick()) {
    const proxy::TlsFacts tls{"", "", all.listener.server_name, ""};
    question.key =
        stick->look(proxy::key_facts_of(head, request.client, all.listener.tls ? &tls : nullptr),
                    std::chrono::time_point_cast<Duration>(Clock::now()), key_memory);
  }
  explain_backend(question, now, all);
}

}  // namespace

Result<Explanation, std::string> explain(const proxy::Snapshot& snapshot,
                                         const ExplainedRequest& request, std::time_t now,
                                         const std::vector<cluster::ClusterReport>* clusters) {
  if (Error error = unfounded(snapshot, request.supposed)) return Failed{*error};
  auto chosen = choose_listener(snapshot, request);
  if (!chosen) return Failed{chosen.error()};
  const proxy::ListenerRules& listener = *chosen->rules;
  Explanation all;
  all.request = request.method + " " + request.url;
  all.client = request.client.host();
  all.listener = explain_listener(*chosen, request);
  if (all.listener.tls && !all.listener.certificate) {
    answer_here(0, "the TLS handshake is refused: no certificate bears that name (strict_sni)",
                all);
    return all;
  }
  http::RequestParser parser(proxy::head_limits(listener.settings));
  if (parser.parse(request.head) == http::ParseStatus::complete) {
    explain_request(snapshot, listener, parser.head(), request, now, clusters, all);
  } else {
    answer_here(parser.error().status, parser.error().what, all);
  }
  return all;
}

}  // namespace stickler::observe
