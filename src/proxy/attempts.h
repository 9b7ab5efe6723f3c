// SPDX-License-Identifier: MIT
// From a question to a server that has begun to answer: decide, wait for a place, connect, send,
// and, as long as the repeat policy allows, all of that again elsewhere. One per exchange that
// needs a server.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.h"
#include "backend/server_connection.h"
#include "balance/decision.h"
#include "net/connect.h"
#include "proxy/bucket_gate.h"
#include "proxy/client_connection.h"
#include "proxy/exchange_record.h"
#include "proxy/failure.h"
#include "proxy/repeat_policy.h"
#include "proxy/response_edits.h"
#include "proxy/server_slot.h"
#include "proxy/service.h"
#include "proxy/upload.h"

namespace stickler::proxy {

class Attempts {
 public:
  Attempts(ClientConnection& client, const http::RequestHead& head, const config::Route* route,
           const Destination& destination, Service& service, ExchangeRecord& record);

  // Until a server's final response head is there, or nothing helps any more.
  net::Task<std::optional<Failure>> run();

  // After success.
  backend::ServerConnection& connection() { return *connection_; }
  std::unique_ptr<backend::ServerConnection> take_connection() { return std::move(connection_); }
  ServerSlot take_slot() { return std::move(slot_); }
  // Null if the request is not about a cluster's bucket.
  std::unique_ptr<BucketPass> take_pass() { return std::move(pass_); }
  std::size_t server() const { return slot_.server(); }
  Upload& upload() { return upload_; }

  // HAProxy's third termination flag: what became of the cookie presented.
  char presented_flag() const;
  // What the answer's cookie depends on; nothing if this request does not touch the session.
  std::optional<SessionContext> session() const;
  // balance/session_key.h; 0 if no session came. One that came from another server is this one's
  // from now on.
  std::uint64_t session_key() const;
  // Whether the answer may tell of keys.
  bool may_learn_keys() const;
  // Its head is there: what it tells of keys is learned, also by those who share the table, if they
  // answer in time. Only if it may.
  net::Task<> learn_keys();
  // The server that the record names: chosen or at least waited for, at last.
  std::optional<std::size_t> named_server() const { return named_; }

 private:
  net::Task<std::optional<Failure>> reserve_server();
  net::Task<std::optional<Failure>> wait_for_place(balance::Choice choice);
  net::Task<std::optional<Failure>> find_bucket();
  net::Task<bool> bucket_changed();
  net::Task<std::optional<Failure>> attempt();
  net::Task<std::optional<Failure>> connect();
  net::Task<net::ConnectResult> connect_with_scarce_descriptors(net::Address address);
  net::Task<std::optional<Failure>> send_request();
  net::Task<std::optional<Failure>> await_response();
  net::Task<std::optional<Failure>> pass_on_interim();
  net::Task<> pause_before_repeat(const Failure& failure);

  std::optional<std::size_t> previewed_server(const Snapshot& snapshot) const;
  void ask_table();
  bool knows_bucket();
  Failure lost_bucket() const;
  bool enter_bucket();
  Failure why_cut(const Failure& failure) const;
  void let_go();
  bool awaits_agreement(const balance::Choice& choice) const;
  net::Task<> await_agreement();
  net::Task<bool> is_settled(std::string_view key);
  balance::Choice choose();
  balance::Choice decide();
  bool found_place(const balance::Choice& awaited);
  bool takes_kept_connection();
  std::unique_ptr<backend::ServerConnection> kept_connection();
  void begin_upload(std::string_view early);
  std::optional<Failure> why_interrupted() const;
  std::optional<Failure> switched_wrongly() const;
  Failure failed_response(backend::Received received) const;
  void tell_not_understood() const;
  bool plan_repeat(const Failure& failure);
  void note_server(std::size_t server);
  void note_connected();
  void note_position(const backend::QueueTicket& ticket, bool of_server);
  bool others_usable(std::size_t than) const;

  ClientConnection& client_;
  const http::RequestHead& head_;
  const config::Route* route_;
  backend::Backend& backend_;
  Service& service_;
  ExchangeRecord& record_;
  Upload upload_;

  balance::Question question_;
  int agreements_awaited_ = 0;
  std::string key_memory_;  // what the key views, if it is not the head
  std::vector<std::size_t> tried_;
  std::optional<std::size_t> insist_;  // the same server again, whatever the algorithm would say
  bool fixed_ = false;                 // the choice must not be replaced by another server
  bool fresh_only_ = false;            // no pooled connection this time
  std::optional<net::TotalLimit> queue_limit_;
  TimePoint began_waiting_;
  TimePoint chosen_at_;     // the server; further attempts at the same one do not count
  TimePoint connected_at_;  // to it
  std::optional<std::size_t> named_;

  ServerSlot slot_;
  std::unique_ptr<backend::ServerConnection> connection_;
  BucketGate* gate_ = nullptr;  // of a request about a cluster's bucket
  std::unique_ptr<BucketPass> pass_;
  std::optional<TimePoint> held_until_;
  net::WaitSlot* waiting_in_ =
      nullptr;  // where this exchange waits now, for who watches the client
};

}  // namespace stickler::proxy
