// SPDX-License-Identifier: MIT
// One table that several balancers keep: stands between the stick table, which any thread uses, and
// the conversation with Redis, which is the control thread's. Lives as long as the program.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "balance/stick_tables.h"
#include "balance/sticky_table.h"
#include "balance/table_sharing.h"
#include "cluster/table_text.h"

namespace stickler::cluster {

class SharedTable;

// Who carries proposals to the others. Any thread.
class Carrier {
 public:
  virtual ~Carrier() = default;
  virtual bool answers() const = 0;
  virtual bool answers_soon() const = 0;
  virtual Duration patience() const = 0;
  virtual void carry(SharedTable& table, balance::Proposal proposal) = 0;
  virtual void forget_all_of(SharedTable& table, std::optional<balance::ServerNumber> server) = 0;
  virtual void when_settled(SharedTable& table, std::string key, std::function<void()> call) = 0;
  virtual void waited_in_vain() = 0;
};

class SharedTable final : public balance::TableSharing {
 public:
  SharedTable(std::string name, balance::StickTables& tables, Carrier& carrier)
      : name_(std::move(name)), tables_(tables), carrier_(carrier) {}

  const std::string& name() const { return name_; }

  // TableSharing
  bool answers() const override { return carrier_.answers(); }
  bool answers_soon() const override { return carrier_.answers_soon(); }
  Duration patience() const override { return carrier_.patience(); }
  void propose(balance::Proposal proposal) override { carrier_.carry(*this, std::move(proposal)); }
  void forget_all_of(std::optional<balance::ServerNumber> server) override {
    carrier_.forget_all_of(*this, server);
  }
  void when_settled(std::string_view key, std::function<void()> call) override {
    carrier_.when_settled(*this, std::string(key), std::move(call));
  }
  void waited_in_vain() override { carrier_.waited_in_vain(); }

  // ---- control thread ----

  // The stick table that this is about: now another one, or none any more.
  void serve(std::shared_ptr<balance::StickyTable> table, TimePoint now);
  // Null while no configuration shares the table.
  balance::StickyTable* table() const { return table_.get(); }

  // What Redis says of a key after a proposal of ours; nothing: it does not answer.
  void settle(const std::string& key, std::optional<EntryText> entry, TimePoint now, WallTime wall);
  // What another balancer says.
  void hear(const KeyNews& news, TimePoint now, WallTime wall);
  void hear(const ForgetNews& news);
  // Calls when the key is not asked for any more, which may be at once.
  void add_waiting(std::string key, std::function<void()> call, TimePoint now);
  // All who wait go on with what is known.
  void stop_waiting(TimePoint now);

  std::string_view server_name(balance::ServerNumber number) const {
    return tables_.server_name(number);
  }
  // How long an entry lives in Redis that is not renewed: longer than here, where uses are seen.
  Duration life(Duration age) const;

 private:
  balance::Agreement agreement_of(const EntryText& entry, WallTime wall) const;
  void call_waiting(const std::string& key);

  const std::string name_;
  balance::StickTables& tables_;
  Carrier& carrier_;
  std::shared_ptr<balance::StickyTable> table_;
  std::map<std::string, std::vector<std::function<void()>>, std::less<>> waiting_;
};

}  // namespace stickler::cluster
