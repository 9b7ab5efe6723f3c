// SPDX-License-Identifier: MIT
#include "balance/decision.h"

#include <algorithm>

#include "balance/bucket_table.h"
#include "balance/moved_session.h"
#include "balance/rendezvous.h"

namespace stickler::balance {
namespace {

bool was_tried(const Question& question, std::size_t position) {
  return std::ranges::find(question.tried, position) != question.tried.end();
}

const ServerView& view(const Question& question, std::size_t position) {
  return *question.servers[position];
}

std::string_view state_of(const ServerView& server) {
  return describe(server.availability.load(std::memory_order_relaxed));
}

bool unknown(const ServerView& server) {
  return server.availability.load(std::memory_order_relaxed) == Availability::unknown;
}

// The request belongs to this server, which cannot take it and must not be replaced. Before its
// first check that may change any moment.
Choice refuse_unusable(const ServerView& server, Reason reason) {
  return {unknown(server) ? Choice::Kind::wait : Choice::Kind::refuse, std::nullopt, true, reason};
}

Choice at_server(const Question& question, std::size_t position, bool fixed, Reason reason) {
  Choice::Kind kind =
      view(question, position).has_free_slot() ? Choice::Kind::server : Choice::Kind::queue;
  return {kind, position, fixed, reason};
}

// 0. Whoever holds a signed link sees the server in whatever state it is; but not what belongs to
// another one.
std::optional<Choice> decide_by_preview(const Question& question) {
  if (!question.preview || question.mapped.server) return std::nullopt;
  return at_server(question, *question.preview, true,
                   {Reason::Kind::preview, view(question, *question.preview).name, {}});
}

// 1. The route names its server. Decided before the cookie, and leaves the session alone.
std::optional<Choice> decide_by_pin(const Question& question) {
  if (!question.pin) return std::nullopt;
  const ServerView& server = view(question, *question.pin);
  bool strict = question.route->strict;
  bool tried = !strict && was_tried(question, *question.pin);
  if (server.serves_sessions() && !tried) {
    return at_server(question, *question.pin, strict,
                     {Reason::Kind::pinned, question.route->name, {}});
  }
  if (!strict) return std::nullopt;
  return refuse_unusable(
      server, {Reason::Kind::pin_down, server.name, state_of(server), question.route->name});
}

// A cluster's key: who has its bucket was found out before, and nobody else may be asked.
Choice at_bucket(const Question& question, std::size_t position) {
  const ServerView& server = view(question, position);
  const std::string_view bucket =
      bucket_name(*question.mapped.bucket, question.backend->map->buckets);
  if (server.serves_sessions()) {
    return at_server(question, position, true, {Reason::Kind::bucket, bucket, {}});
  }
  return refuse_unusable(server,
                         {Reason::Kind::bucket_down, server.name, state_of(server), bucket});
}

// 2. The map names the server that has what the key stands for. A draining one still has it.
std::optional<Choice> decide_by_map(const Question& question) {
  if (!question.mapped.server && question.mapped.bucket) {
    const std::string_view bucket =
        bucket_name(*question.mapped.bucket, question.backend->map->buckets);
    return Choice{Choice::Kind::wait, std::nullopt, true, {Reason::Kind::bucket_moves, bucket, {}}};
  }
  if (!question.mapped.server) return std::nullopt;
  const std::size_t position = *question.mapped.server;
  if (question.mapped.bucket) return at_bucket(question, position);
  const ServerView& server = view(question, position);
  const bool may_move = question.backend->map->on_down == config::KeyMap::OnDown::redispatch;
  const bool keyed = question.mapped.kind == MapVerdict::Kind::owned;
  if (server.serves_sessions() && !(may_move && was_tried(question, position))) {
    return at_server(question, position, !may_move,
                     {keyed ? Reason::Kind::mapped : Reason::Kind::no_key,
                      keyed ? question.mapped.rule : std::string_view(server.name),
                      {}});
  }
  if (may_move) return std::nullopt;
  return refuse_unusable(
      server, {Reason::Kind::map_down, server.name, state_of(server), question.mapped.rule});
}

Reason cookie_reason(const Question& question, const ServerView& server) {
  if (!question.cookie.formerly.empty()) {
    return {Reason::Kind::formerly, question.cookie.formerly, {}};
  }
  bool draining = !server.accepts_new_sessions();
  return {draining ? Reason::Kind::cookie_drain : Reason::Kind::cookie, server.name, {}};
}

bool queue_is_full(const Question& question, const ServerView& server) {
  unsigned most = question.backend->max_queue;
  return most > 0 && !server.has_free_slot() &&
         server.queued.load(std::memory_order_relaxed) >= most;
}

// The request belongs to this server by what it carries; nothing if it may, and must, go elsewhere.
std::optional<Choice> at_owner(const Question& question, std::size_t position, Reason reason) {
  const ServerView& server = view(question, position);
  bool may_move = question.backend->on_down == config::Backend::OnDown::redispatch;
  // A session waits for the first verdict on its server rather than lose its state.
  if (unknown(server)) {
    return refuse_unusable(server, {Reason::Kind::session_down, server.name, state_of(server)});
  }
  if (!server.serves_sessions() || (may_move && was_tried(question, position))) {
    if (may_move) return std::nullopt;
    return refuse_unusable(server, {Reason::Kind::session_down, server.name, state_of(server)});
  }
  if (queue_is_full(question, server)) {
    using OnFull = config::Backend::OnFull;
    if (question.backend->on_full == OnFull::move) return std::nullopt;
    if (question.backend->on_full == OnFull::fail) {
      return Choice{Choice::Kind::refuse, std::nullopt, true, {Reason::Kind::full, server.name}};
    }
  }
  return at_server(question, position, !may_move, reason);
}

// 3. The client belongs to a server by its cookie.
std::optional<Choice> decide_by_cookie(const Question& question) {
  if (!question.cookie.server) return std::nullopt;
  const std::size_t position = *question.cookie.server;
  return at_owner(question, position, cookie_reason(question, view(question, position)));
}

// 4. Or by a key that a table knows.
std::optional<Choice> decide_by_key(const Question& question) {
  if (!question.key.server || question.cookie.server) return std::nullopt;
  const std::size_t position = *question.key.server;
  const bool draining = !view(question, position).accepts_new_sessions();
  return at_owner(question, position,
                  {draining ? Reason::Kind::key_drain : Reason::Kind::key, question.key.table, {}});
}

enum class Slots { free_only, any };

// Those that may take a request that belongs to nobody.
Candidates candidates(const Question& question, bool backup, Slots slots) {
  Candidates allowed(question.servers);
  for (std::size_t position = 0; position < question.servers.size(); ++position) {
    const ServerView& server = view(question, position);
    bool fits = server.backup == backup && server.accepts_new_sessions() &&
                !was_tried(question, position) && (slots == Slots::any || server.has_free_slot());
    if (!fits) allowed.forbid(position);
  }
  return allowed;
}

// Why this request is balanced at all: because it was moved, or because it is new.
Reason balanced_reason(const Question& question, const Algorithm& algorithm) {
  if (!question.tried.empty()) {
    const ServerView& last = view(question, question.tried.back());
    return {Reason::Kind::redispatched, last.name, question.last_failure};
  }
  if (question.pin) {
    const ServerView& pinned = view(question, *question.pin);
    return {Reason::Kind::pin_down, pinned.name, state_of(pinned), question.route->name};
  }
  if (question.mapped.server) {
    const ServerView& owner = view(question, *question.mapped.server);
    return {Reason::Kind::redispatched, owner.name, state_of(owner)};
  }
  if (auto owner = question.cookie.server ? question.cookie.server : question.key.server) {
    const ServerView& session = view(question, *owner);
    return {Reason::Kind::redispatched, session.name,
            session.serves_sessions() ? kFull : state_of(session)};
  }
  if (question.key.owner) {
    return {Reason::Kind::redispatched, question.key.owner_name,
            question.key.foreign ? kNotKnown : kGone};
  }
  return {Reason::Kind::balanced, algorithm.name(), {}};
}

// A session that has lost its server goes where its other requests go that lose it at the same
// moment; whoever cannot be told from others is balanced.
std::optional<std::size_t> pick(const Question& question, Algorithm& algorithm) {
  Candidates allowed = candidates(question, false, Slots::free_only);
  if (question.cookie.server) {
    auto key =
        moved_session_key(question.fields, question.backend->cookie->name, question.client_key);
    if (key) return choose_for_moved_session(allowed, *key);
  }
  // Nobody notes where such a key goes: each request has to find the same server by itself.
  if (question.key.foreign) return choose_for_moved_session(allowed, hash_bytes(question.key.text));
  return algorithm.choose(allowed, question.client_key);
}

// 5. The algorithm, among active servers; only if none is usable, the first usable backup.
Choice decide_by_algorithm(const Question& question, Algorithm& algorithm) {
  Reason reason = balanced_reason(question, algorithm);
  std::optional<std::size_t> chosen = pick(question, algorithm);
  if (chosen) return {Choice::Kind::server, chosen, false, reason};
  if (!candidates(question, false, Slots::any).empty()) {
    return {
        Choice::Kind::queue, std::nullopt, false, {Reason::Kind::full, question.backend->name, {}}};
  }
  Candidates backups = candidates(question, true, Slots::any);
  for (std::size_t position = 0; position < question.servers.size(); ++position) {
    if (!backups.allowed(position)) continue;
    return at_server(question, position, false, reason);
  }
  return {Choice::Kind::wait,
          std::nullopt,
          false,
          {Reason::Kind::no_server, question.backend->name, {}}};
}

}  // namespace

void judge_session(Question& question, std::time_t now) {
  const auto& cookie = question.backend->cookie;
  if (cookie) question.cookie = judge_cookie(*cookie, question.fields, question.servers, now);
}

char presented_flag(const Question& question, std::optional<std::size_t> taken_by) {
  if (!touches_session(question)) return '-';
  switch (question.cookie.state) {
    case CookieState::none:
      return 'N';
    case CookieState::invalid:
      return 'I';
    case CookieState::expired:
      return 'E';
    case CookieState::too_old:
      return 'O';
    case CookieState::valid:
      break;
  }
  const std::size_t wanted = *question.cookie.server;
  bool there = taken_by ? wanted == *taken_by : question.servers[wanted]->serves_sessions();
  return there ? 'V' : 'D';
}

Choice decide(const Question& question, Algorithm& algorithm) {
  if (auto choice = decide_by_preview(question)) return *choice;
  if (auto choice = decide_by_pin(question)) return *choice;
  if (auto choice = decide_by_map(question)) return *choice;
  if (auto choice = decide_by_cookie(question)) return *choice;
  if (auto choice = decide_by_key(question)) return *choice;
  return decide_by_algorithm(question, algorithm);
}

std::vector<std::size_t> servers_awaited(const Question& question, const Choice& choice) {
  if (choice.server) return {*choice.server};
  std::vector<std::size_t> awaited;
  if (choice.kind != Choice::Kind::queue) return awaited;
  Candidates allowed = candidates(question, false, Slots::any);
  for (std::size_t position = 0; position < question.servers.size(); ++position) {
    if (allowed.allowed(position)) awaited.push_back(position);
  }
  return awaited;
}

}  // namespace stickler::balance
