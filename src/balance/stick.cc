// SPDX-License-Identifier: MIT
#include "balance/stick.h"

#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "http/cookie.h"

namespace stickler::balance {
namespace {

// "NAME=value; path=/" → "value"
std::string_view value_set(std::string_view set_cookie) {
  set_cookie = set_cookie.substr(0, set_cookie.find(';'));
  const std::size_t equals = set_cookie.find('=');
  return equals == set_cookie.npos ? "" : trim(set_cookie.substr(equals + 1));
}

}  // namespace

Result<std::unique_ptr<Stick>, std::string> Stick::make(const config::Backend& settings,
                                                        const config::Table& table,
                                                        StickTables& tables) {
  auto reader = StickyKeyReader::compile(settings.stick->key, table, tables.hash());
  if (!reader) return Failed{"backends." + settings.name + ".stick.key.path: " + reader.error()};
  auto stick = std::make_unique<Stick>(Private{}, *settings.stick, std::move(*reader), tables);
  for (const config::Server& server : settings.servers) {
    stick->numbers_.push_back(tables.number_of_configured(server.name));
    stick->names_.push_back(tables.server_name(stick->numbers_.back()));
  }
  return stick;
}

Stick::Stick(Private, const config::Stick& settings, StickyKeyReader reader, StickTables& tables)
    : settings_(settings),
      reader_(std::move(reader)),
      tables_(tables),
      table_(tables.find(settings.table)) {}

KeyVerdict Stick::find(const KeyFacts& facts, TimePoint now, std::string& scratch) const {
  KeyVerdict verdict = read(facts, scratch);
  if (verdict.text.empty()) return verdict;
  if (auto owner = table_->find(verdict.text, now)) name_owner(verdict, *owner);
  return verdict;
}

KeyVerdict Stick::look(const KeyFacts& facts, TimePoint now, std::string& scratch) const {
  KeyVerdict verdict = read(facts, scratch);
  if (verdict.text.empty()) return verdict;
  if (auto entry = table_->peek(verdict.text, now)) {
    name_owner(verdict, {entry->server, false});
    verdict.unused = entry->unused;
  }
  return verdict;
}

KeyVerdict Stick::read(const KeyFacts& facts, std::string& scratch) const {
  const StickyKeyReader::Key key = reader_.read(facts, scratch);
  KeyVerdict verdict;
  verdict.text = key.text;
  verdict.source = key.source;
  verdict.table = settings_.table;
  return verdict;
}

void Stick::name_owner(KeyVerdict& verdict, KeyOwner owner) const {
  verdict.owner = owner.server;
  verdict.asked = owner.asked;
  const auto at = std::ranges::find(numbers_, owner.server);
  if (at != numbers_.end()) {
    verdict.server = static_cast<std::size_t>(at - numbers_.begin());
    verdict.owner_name = names_[*verdict.server];
    verdict.foreign = false;
  } else {
    verdict.server.reset();
    verdict.owner_name = tables_.server_name(owner.server);
    verdict.foreign = table_->sharing() != nullptr && !tables_.was_configured(owner.server);
  }
}

void Stick::settle(KeyVerdict& verdict, std::size_t position, TimePoint now) const {
  if (verdict.text.empty() || verdict.server == position || verdict.foreign) return;
  const ServerNumber wanted = numbers_[position];
  const ServerNumber before = verdict.owner.value_or(wanted);
  name_owner(verdict, table_->move(verdict.text, before, wanted, now));
}

void Stick::join(KeyVerdict& verdict, std::size_t position, TimePoint now) const {
  if (verdict.text.empty() || verdict.owner) return;
  name_owner(verdict, table_->claim(verdict.text, numbers_[position], now));
}

std::vector<std::string> Stick::learn(std::span<const http::Field> answer, std::size_t position,
                                      TimePoint now) const {
  std::vector<std::string> asked;
  if (!learns()) return asked;
  const config::KeyLearned& from = *settings_.learn;
  std::string scratch;
  for (const http::Field& field : answer) {
    std::string_view key;
    if (field.id == http::FieldId::set_cookie && !from.set_cookie.empty() &&
        http::set_cookie_name(field.value) == from.set_cookie) {
      key = value_set(field.value);
    } else if (!from.field.empty() && equals_ignoring_case(field.name, from.field)) {
      key = field.value;
    }
    if (key.empty()) continue;
    const std::string_view kept = reader_.as_kept(key, scratch);
    if (table_->set(kept, numbers_[position], now).asked) asked.emplace_back(kept);
  }
  return asked;
}

// ---- tables that others keep, too ----

Duration Stick::patience() const {
  const TableSharing* const with = table_->sharing();
  return with == nullptr ? Duration{0} : with->patience();
}

void Stick::when_settled(std::string_view key, std::function<void()> call) const {
  TableSharing* const with = table_->sharing();
  if (with == nullptr) return call();
  with->when_settled(key, std::move(call));
}

void Stick::stand_alone(std::string_view key, TimePoint now) const {
  if (TableSharing* const with = table_->sharing()) with->waited_in_vain();
  table_->stand_alone(key, now);
}

bool Stick::is_first_of(const KeyVerdict& verdict) const {
  return tables_.is_first_of(*verdict.owner);
}

void Stick::renew(KeyVerdict& verdict, TimePoint now) const {
  verdict.asked = false;
  if (auto owner = table_->find(verdict.text, now)) {
    name_owner(verdict, *owner);
  } else {
    verdict.owner.reset();
    verdict.server.reset();
  }
}

}  // namespace stickler::balance
