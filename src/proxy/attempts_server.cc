// SPDX-License-Identifier: MIT
// An exchange's attempts: which server is asked, and the wait for a place there.
#include <algorithm>

#include "base/log.h"
#include "net/event_loop.h"
#include "proxy/attempts.h"
#include "proxy/question.h"

namespace stickler::proxy {
namespace {

using Chosen = balance::Choice::Kind;

// Whether a server whose slot was handed over still takes the request that waited.
bool may_take(const balance::Choice& choice, const balance::ServerView& server) {
  return choice.server ? server.serves_sessions() : server.accepts_new_sessions();
}

}  // namespace

// Until a server is chosen and a place there is ours.
net::Task<std::optional<Failure>> Attempts::reserve_server() {
  record_.timers.connect = Duration{-1};
  while (!slot_) {
    if (client_.gone()) co_return Failure{Who::client, Phase::response_head, Why::closed};
    if (gate_ != nullptr && !knows_bucket()) {
      std::optional<Failure> lost = co_await find_bucket();
      if (lost) co_return lost;
    }
    balance::Choice choice = choose();
    record_.reason = choice.reason;
    fixed_ = choice.fixed;
    if (choice.kind == Chosen::refuse) {
      Why why = choice.reason.kind == balance::Reason::Kind::full ? Why::full : Why::unusable;
      co_return Failure{Who::server, Phase::queue, why};
    }
    if (awaits_agreement(choice)) {
      co_await await_agreement();
      continue;
    }
    if (choice.kind == Chosen::server) {
      if (backend_.server(*choice.server).try_take_slot()) slot_ = {backend_, *choice.server};
    } else {
      if (choice.server) note_server(*choice.server);
      std::optional<Failure> failure = co_await wait_for_place(choice);
      if (failure) {
        record_.timers.queue = net::now() - began_waiting_;
        co_return failure;
      }
    }
    if (slot_ && gate_ != nullptr && !enter_bucket()) slot_.give_back();
  }
  note_server(slot_.server());
  // The same server again is no new choice, unless another one might have been taken.
  bool may_leave = backend_.settings().retry.redispatch == config::Retry::Redispatch::always;
  if (!insist_ || may_leave) chosen_at_ = net::now();
  record_.timers.queue = chosen_at_ - began_waiting_;
  co_return std::nullopt;
}

void Attempts::note_server(std::size_t server) {
  named_ = server;
  record_.server = backend_.server(server).name();
  record_.server_id = backend_.server(server).id();
}

// Of the first wait: later ones come from changes that HAProxy does not know.
void Attempts::note_position(const backend::QueueTicket& ticket, bool of_server) {
  std::size_t& noted = of_server ? record_.server_queue : record_.backend_queue;
  if (noted == 0) noted = ticket.position();
}

void Attempts::ask_table() {
  const ConnectionFacts& facts = client_.facts();
  const balance::Stick& stick = *backend_.stick();
  question_.key = stick.find(key_facts_of(head_, facts.address, facts.tls_facts.get()), net::now(),
                             key_memory_);
  if (question_.key.foreign && stick.is_first_of(question_.key)) {
    log_warning(
        "table {}: a key belongs to {}, which is no server of backend {} here: other "
        "balancers have another configuration; it is served as a new one, and left alone",
        question_.key.table, question_.key.owner_name, backend_.name());
  }
}

std::optional<std::size_t> Attempts::previewed_server(const Snapshot& snapshot) const {
  auto preview = snapshot.previews->wanted(head_.fields, net::EventLoop::current().wall_seconds());
  if (!preview || preview->backend != backend_.name()) return std::nullopt;
  return backend_.position_of(preview->server);
}

// Who gets a key is settled at the choice, not once the server has answered: requests that come at
// the same moment end at one server.
balance::Choice Attempts::choose() {
  constexpr int kMostRounds = 3;
  for (int round = 1;; ++round) {
    const balance::Choice choice = decide();
    const bool asks_table = question_.key.source != nullptr && !is_above_sessions(question_);
    if (!asks_table || !choice.server) return choice;
    const bool by_cookie = question_.cookie.server == choice.server;
    if (by_cookie) backend_.stick()->join(question_.key, *choice.server, net::now());
    if (!by_cookie) backend_.stick()->settle(question_.key, *choice.server, net::now());
    // Somebody may have been faster, with a server that this backend has: that one, then.
    const bool obeys = !by_cookie && question_.key.server && question_.key.server != choice.server;
    if (!obeys || round == kMostRounds) return choice;
  }
}

// Others keep the same table: whether they have another server for the key is worth a moment, but
// not if something stronger than the key has decided.
bool Attempts::awaits_agreement(const balance::Choice& choice) const {
  constexpr int kMostAwaited = 3;
  if (!question_.key.asked || backend_.stick()->patience() == Duration{0}) return false;
  return choice.server && choice.server == question_.key.server &&
         question_.cookie.server != choice.server && agreements_awaited_ < kMostAwaited;
}

net::Task<> Attempts::await_agreement() {
  ++agreements_awaited_;
  const balance::Stick& stick = *backend_.stick();
  const bool settled = co_await is_settled(question_.key.text);
  if (!settled) stick.stand_alone(question_.key.text, net::now());
  stick.renew(question_.key, net::now());
}

// Whether the others have answered in time.
net::Task<bool> Attempts::is_settled(std::string_view key) {
  const balance::Stick& stick = *backend_.stick();
  auto settled = std::make_shared<net::Notice>();
  stick.when_settled(key, [settled, &loop = net::EventLoop::current()] {
    loop.post([settled] { settled->announce(); });
  });
  const net::Wake woke = co_await settled->wait(stick.patience());
  co_return woke != net::Wake::timed_out;
}

bool Attempts::may_learn_keys() const {
  const balance::Stick* stick = backend_.stick();
  return stick != nullptr && stick->learns() && !is_above_sessions(question_);
}

// The client may use the key at another balancer as soon as it has the answer.
net::Task<> Attempts::learn_keys() {
  const balance::Stick& stick = *backend_.stick();
  const std::vector<std::string> asked =
      stick.learn(connection_->head().fields, slot_.server(), net::now());
  if (stick.patience() == Duration{0}) co_return;
  for (const std::string& key : asked) {
    const bool settled = co_await is_settled(key);
    if (!settled) stick.stand_alone(key, net::now());
  }
}

balance::Choice Attempts::decide() {
  question_.tried = tried_;
  if (insist_) {
    const balance::ServerView& same = backend_.server(*insist_).view();
    if (same.serves_sessions()) {
      Chosen kind = same.has_free_slot() ? Chosen::server : Chosen::queue;
      return {kind, insist_, fixed_, record_.reason};
    }
    insist_.reset();
  }
  balance::Choice choice = backend_.choose(question_);
  if (choice.kind != Chosen::wait || tried_.empty()) return choice;
  // All have been tried: an earlier one may do now, the last one only if it is the only one.
  tried_.erase(tried_.begin(), tried_.end() - (tried_.size() > 1 ? 1 : 0));
  question_.tried = tried_;
  return backend_.choose(question_);
}

// Whether what is to be waited for is there already. Who waits for one server looks at that one
// only: to decide anew would count the own place in its queue.
bool Attempts::found_place(const balance::Choice& awaited) {
  if (!awaited.server) return backend_.has_place(question_);
  const balance::ServerView& server = backend_.server(*awaited.server).view();
  return server.has_free_slot() || !server.serves_sessions();
}

// Waits in the backend's queue until a slot is handed over, the servers change, or time is over.
net::Task<std::optional<Failure>> Attempts::wait_for_place(balance::Choice choice) {
  if (!queue_limit_) queue_limit_.emplace(backend_.settings().timeouts.queue, nullptr);
  backend::QueueTicket ticket(backend_, choice.server, balance::servers_awaited(question_, choice));
  // What was freed a moment before we entered is not announced.
  if (found_place(choice)) co_return std::nullopt;
  note_position(ticket, choice.server.has_value());
  queue_limit_->guard(&ticket.slot());
  waiting_in_ = &ticket.slot();
  ClientWatch watch(client_, &waiting_in_);
  net::Wake woke = net::Wake::timed_out;
  if (!queue_limit_->expired() && !client_.gone()) {
    woke = co_await ticket.woken(kNoLimit);
  }
  queue_limit_->guard(nullptr);
  waiting_in_ = nullptr;
  if (std::optional<std::size_t> granted = ticket.leave()) slot_ = {backend_, *granted};
  if (slot_ && !may_take(choice, backend_.server(slot_.server()).view())) slot_.give_back();
  if (client_.gone()) co_return Failure{Who::client, Phase::queue, Why::closed};
  if (!slot_ && woke == net::Wake::timed_out) {
    co_return Failure{Who::server, Phase::queue, Why::timed_out};
  }
  co_return std::nullopt;
}

}  // namespace stickler::proxy
