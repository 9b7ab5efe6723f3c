// SPDX-License-Identifier: MIT
#include "cluster/shared_tables.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "net/signature.h"

namespace stickler::cluster {
namespace {

// Commands under way at most; what comes on top waits here, and up to how much.
constexpr std::size_t kMostUnderWay = 4096;
constexpr std::size_t kMostQueued = 100'000;
constexpr std::size_t kMostClearings = 1000;

// What is in doubt is looked for in a table, which nobody else can use meanwhile, and then asked
// for in portions, with pauses in which others have their turn.
constexpr std::size_t kLookedFor = 16;
constexpr std::size_t kPortion = 128;
constexpr std::size_t kMostAsked = 1024;
constexpr Duration kPortionPause = std::chrono::milliseconds(5);
// A tick of the tables' clock, and some.
constexpr Duration kOneTick = std::chrono::milliseconds(100);

// Who was not heard of for so many times redis.timeout is gone.
constexpr int kSilences = 3;

const char* const kScanned = "1000";

// Tells balancers apart.
std::string random_name() { return net::sign(net::random_key(), "balancer").substr(0, 8); }

std::string_view word_of(balance::Proposal::Kind kind) {
  switch (kind) {
    case balance::Proposal::Kind::keep:
      return "keep";
    case balance::Proposal::Kind::insist:
      return "insist";
    case balance::Proposal::Kind::forget:
      return "forget";
  }
  return "";
}

}  // namespace

SharedTables::SharedTables(balance::StickTables& tables, net::EventLoop& loop, News news)
    : tables_(tables),
      loop_(loop),
      news_(std::move(news)),
      link_(loop, random_name(),
            {[this](bool other) { come_up(other); }, [this] { go_down(); },
             [this](std::string_view message) { hear(message); },
             [this] { slow_.store(false, std::memory_order_relaxed); },
             [this](const std::string& text) {
               if (news_) news_("redis " + text + "; each balancer goes on alone", true);
             }}) {}

SharedTables::~SharedTables() = default;

void SharedTables::follow(const config::Config& config) {
  configured_ = config.redis.has_value();
  if (config.redis) patience_ = config.redis->wait;
  link_.use(config.redis);
  if (!configured_) set_state(State::alone);
  if (since_ == WallTime{}) since_ = loop_.wall_now();
  for (auto& [name, shared] : shared_) {
    const config::Table* table = config::find_table(config, name);
    if (table == nullptr || !table->shared()) shared->serve(nullptr, loop_.now());
  }
  Carrier& carrier = *this;
  for (const config::Table& table : config.tables) {
    if (!table.shared()) continue;
    std::unique_ptr<SharedTable>& shared = shared_[table.name];
    if (shared == nullptr) shared = std::make_unique<SharedTable>(table.name, tables_, carrier);
    shared->serve(tables_.find(table.name), loop_.now());
  }
  // The first try to connect will soon be over: until then it is worth waiting for.
  if (configured_ && link_.is_new()) answers_now_ = true;
  if (link_.is_up() && state_ == State::shared) {
    tasks_.start(ask_again(session_, balance::StickyTable::Doubted::alone));
  }
}

void SharedTables::stop() {
  stopping_ = true;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    carried_.clear();
  }
  answers_now_ = false;
  ++session_;
  link_.stop();
  tasks_.start(await_link());
}

net::Task<> SharedTables::await_link() { co_await link_.stopped(kNoLimit); }

// ---- any thread ----

void SharedTables::carry(SharedTable& table, balance::Proposal proposal) {
  std::lock_guard lock(mutex_);
  if (closed_) return;
  const bool first = carried_.empty();
  carried_.push_back({&table, std::move(proposal)});
  if (first) loop_.post([this] { deliver(); });
}

void SharedTables::forget_all_of(SharedTable& table, std::optional<balance::ServerNumber> server) {
  const std::string name(server ? tables_.server_name(*server) : "");
  loop_.post([this, clearing = Clearing{&table, name, ""}] { clear(clearing); });
}

void SharedTables::when_settled(SharedTable& table, std::string key, std::function<void()> call) {
  loop_.post([this, &table, key = std::move(key), call = std::move(call)] {
    if (!stopping_) table.add_waiting(key, call, loop_.now());
  });
}

void SharedTables::waited_in_vain() {
  slow_.store(true, std::memory_order_relaxed);
  decided_alone_.fetch_add(1, std::memory_order_relaxed);
}

// ---- what is proposed ----

void SharedTables::deliver() {
  std::vector<Carried> carried;
  {
    std::lock_guard lock(mutex_);
    carried.swap(carried_);
  }
  for (Carried& each : carried) queued_.push_back(std::move(each));
  send_queued();
}

void SharedTables::send_queued() {
  const bool may_come = configured_ && link_.is_new() && !stopping_;
  while (!queued_.empty()) {
    const bool takes = link_.is_up() && state_ == State::shared;
    if (takes && link_.waiting() < kMostUnderWay) {
      send(queued_.front());
    } else if ((takes || may_come) && queued_.size() <= kMostQueued) {
      return;
    } else {
      refuse(queued_.front());
    }
    queued_.pop_front();
  }
}

void SharedTables::refuse(const Carried& carried) {
  using Kind = balance::Proposal::Kind;
  if (carried.proposal.kind == Kind::forget) {
    clear({carried.table, "", carried.proposal.key});
  } else {
    carried.table->settle(carried.proposal.key, std::nullopt, loop_.now(), loop_.wall_now());
  }
}

std::string SharedTables::name_in_redis(const SharedTable& table, std::string_view key) const {
  return link_.settings().prefix + "table:" + table.name() + ":" + std::string(key);
}

void SharedTables::send(const Carried& carried) {
  const balance::Proposal& proposal = carried.proposal;
  SharedTable& table = *carried.table;
  const auto number = [](auto value) { return std::to_string(value); };
  const WallTime chosen = loop_.wall_now() - proposal.age;
  const auto since = std::chrono::duration_cast<std::chrono::seconds>(chosen.time_since_epoch());
  const auto life = std::chrono::duration_cast<std::chrono::milliseconds>(table.life(proposal.age));
  const bool forgets = proposal.kind == balance::Proposal::Kind::forget;
  const std::string_view base =
      proposal.base_server ? table.server_name(*proposal.base_server) : "";
  RedisWords words{"EVALSHA",
                   link_.script(),
                   "1",
                   name_in_redis(table, proposal.key),
                   std::string(word_of(proposal.kind)),
                   number(proposal.base_version),
                   std::string(base),
                   number(proposal.version),
                   std::string(forgets ? "" : table.server_name(proposal.server)),
                   number(since.count()),
                   number(life.count()),
                   link_.channel(),
                   key_message_head(link_.balancer(), table.name()),
                   proposal.key};
  ++proposals_;
  link_.send(words, [this, &table, key = proposal.key](const RedisReply* reply) {
    std::optional<EntryText> entry;
    if (reply != nullptr) {
      ++answers_;
      entry = read_entry(reply->text);
    }
    table.settle(key, entry, loop_.now(), loop_.wall_now());
    if (reply != nullptr && !queued_.empty()) send_queued();
  });
}

// ---- what is heard ----

void SharedTables::hear(std::string_view text) {
  const auto message = read_message(text);
  if (!message) return;
  ++messages_;
  auto heard = heard_.find(message->balancer);
  if (heard == heard_.end()) heard = heard_.emplace(message->balancer, TimePoint{}).first;
  heard->second = loop_.now();
  const auto table_of = [this](std::string_view name) {
    const auto found = shared_.find(name);
    return found == shared_.end() ? nullptr : found->second.get();
  };
  if (const auto* key = std::get_if<KeyNews>(&message->news)) {
    if (SharedTable* table = table_of(key->table)) {
      table->hear(*key, loop_.now(), loop_.wall_now());
    }
  } else if (const auto* forget = std::get_if<ForgetNews>(&message->news)) {
    if (SharedTable* table = table_of(forget->table)) table->hear(*forget);
  }
}

unsigned SharedTables::others() const {
  const TimePoint lately = loop_.now() - kSilences * link_.settings().timeout;
  return static_cast<unsigned>(
      std::ranges::count_if(heard_, [&](const auto& each) { return each.second >= lately; }));
}

// ---- what an administrator has cleared ----

void SharedTables::clear(const Clearing& clearing) {
  if (!configured_ || stopping_) return;
  if (!link_.is_up()) {
    // Redis would bring the keys back.
    if (clearings_.size() < kMostClearings) clearings_.push_back(clearing);
    return;
  }
  if (!clearing.key.empty()) {
    balance::Proposal proposal;
    proposal.kind = balance::Proposal::Kind::forget;
    proposal.key = clearing.key;
    return send({clearing.table, std::move(proposal)});
  }
  link_.publish(forget_message(link_.balancer(), clearing.table->name(), clearing.server));
  scan(clearing, "0");
}

void SharedTables::scan(const Clearing& clearing, const std::string& cursor) {
  const RedisWords words{"SCAN",  cursor,  "MATCH", name_in_redis(*clearing.table, "*"),
                         "COUNT", kScanned};
  link_.send(words, [this, clearing](const RedisReply* reply) {
    if (reply == nullptr || reply->list.size() != 2) return;
    for (const RedisReply& found : reply->list[1].list) forget_found(clearing, found.text);
    const std::string next = reply->text_at(0);
    if (next != "0" && !stopping_) scan(clearing, next);
  });
}

void SharedTables::forget_found(const Clearing& clearing, const std::string& found) {
  const std::size_t prefix = name_in_redis(*clearing.table, "").size();
  if (found.size() <= prefix) return;
  balance::Proposal proposal;
  proposal.kind = balance::Proposal::Kind::forget;
  proposal.key = found.substr(prefix);
  if (!clearing.server.empty()) proposal.base_server = tables_.number_of(clearing.server);
  send({clearing.table, std::move(proposal)});
}

// ---- away, and back ----

void SharedTables::set_state(State state) {
  if (state != state_ || since_ == WallTime{}) since_ = loop_.wall_now();
  state_ = state;
  answers_now_ = state == State::shared;
}

void SharedTables::come_up(bool other) {
  ++session_;
  heard_.clear();
  for (auto& [name, shared] : shared_) {
    if (shared->table() != nullptr) shared->table()->doubt(loop_.now());
  }
  set_state(other ? State::settling : State::shared);
  for (const Clearing& clearing : std::exchange(clearings_, {})) clear(clearing);
  tasks_.start(reconcile(session_, other));
  send_queued();
}

void SharedTables::go_down() {
  ++session_;
  was_down_ = true;
  set_state(State::alone);
  send_queued();
  for (auto& [name, shared] : shared_) shared->stop_waiting(loop_.now());
}

// What was settled may have changed while nobody listened. In a Redis that was begun anew it is
// missing, perhaps; there nobody's guess may come before what somebody knows, so all wait for a
// moment.
net::Task<> SharedTables::reconcile(unsigned session, bool other) {
  using Doubted = balance::StickyTable::Doubted;
  const std::uint64_t corrected_before = corrected();
  const TimePoint until = loop_.now() + link_.settings().timeout;
  co_await ask_again(session, Doubted::settled);
  net::WaitSlot slot = nullptr;
  while (other && session == session_ && loop_.now() < until) {
    co_await net::pause(kPortionPause, slot);
  }
  if (session != session_) co_return;
  set_state(State::shared);
  co_await ask_again(session, Doubted::alone);
  // And what was decided at the very end of the time alone.
  co_await net::pause(kOneTick, slot);
  co_await ask_again(session, Doubted::alone);
  while (session == session_ && link_.waiting() > 1) co_await net::pause(kPortionPause, slot);
  if (session != session_) co_return;
  tell_of_reunion(corrected() - corrected_before);
}

net::Task<> SharedTables::ask_again(unsigned session, balance::StickyTable::Doubted which) {
  std::vector<SharedTable*> tables;
  for (auto& [name, shared] : shared_) tables.push_back(shared.get());
  for (SharedTable* table : tables) co_await ask_again(session, *table, which);
}

net::Task<> SharedTables::ask_again(unsigned session, SharedTable& table,
                                    balance::StickyTable::Doubted which) {
  for (std::size_t shard = 0; session == session_ && table.table() != nullptr;) {
    auto proposals = next_doubted(*table.table(), which, shard);
    if (proposals.empty()) co_return;
    co_await send_slowly(session, table, std::move(proposals));
  }
}

// A portion, a few of each shard in turns: each tells first what was used last, and so, nearly, do
// all together. Nothing if no shard has any more.
std::vector<balance::Proposal> SharedTables::next_doubted(balance::StickyTable& table,
                                                          balance::StickyTable::Doubted which,
                                                          std::size_t& shard) const {
  std::vector<balance::Proposal> portion;
  for (std::size_t without = 0; without < table.shards() && portion.size() < kPortion; ++shard) {
    auto some = table.doubted(which, shard % table.shards(), kLookedFor, loop_.now());
    without = some.empty() ? without + 1 : 0;
    std::ranges::move(some, std::back_inserter(portion));
  }
  return portion;
}

net::Task<> SharedTables::send_slowly(unsigned session, SharedTable& table,
                                      std::vector<balance::Proposal> proposals) {
  net::WaitSlot slot = nullptr;
  for (std::size_t next = 0; next < proposals.size() && session == session_;) {
    const std::size_t portion = link_.waiting() < kMostAsked ? kPortion : 0;
    const std::size_t end = std::min(next + portion, proposals.size());
    for (; next < end; ++next) send({&table, std::move(proposals[next])});
    co_await net::pause(kPortionPause, slot);
  }
}

void SharedTables::tell_of_reunion(std::uint64_t corrected) {
  if (!was_down_ && has_told_) return;
  std::string text = "redis " + link_.address() + ": tables are shared";
  if (was_down_) text += " again";
  if (corrected > 0) {
    text += "; " + std::to_string(corrected) + " keys had another server meanwhile, and have moved";
  }
  was_down_ = false;
  has_told_ = true;
  if (news_) news_(text, false);
}

// ---- for who looks ----

std::uint64_t SharedTables::corrected() const {
  std::uint64_t sum = 0;
  for (const auto& [name, shared] : shared_) {
    if (shared->table() != nullptr) sum += shared->table()->counts().corrected;
  }
  return sum;
}

std::optional<SharingReport> SharedTables::report() const {
  if (!configured_) return std::nullopt;
  SharingReport report;
  report.state = state_;
  report.since = since_;
  report.address = link_.address();
  report.trouble = link_.is_up() ? "" : link_.trouble();
  report.lag = link_.lag();
  report.others = others();
  report.waiting = link_.waiting() + queued_.size();
  report.proposals = proposals_;
  report.answers = answers_;
  report.messages = messages_;
  report.connections = link_.connections();
  report.decided_alone = decided_alone_.load(std::memory_order_relaxed);
  report.corrected = corrected();
  return report;
}

}  // namespace stickler::cluster
