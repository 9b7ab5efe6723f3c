// SPDX-License-Identifier: MIT
// What the exchanges of one worker have in common: the configuration in force, memory that is used
// between two waits, and whether the process is stopping. One thread.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/intrusive_list.h"
#include "proxy/bucket_gate.h"
#include "proxy/connection_count.h"
#include "proxy/exchange_record.h"
#include "proxy/field_list.h"
#include "proxy/generation.h"
#include "proxy/live_exchange.h"
#include "proxy/local_pages.h"
#include "proxy/request_id.h"

namespace stickler::proxy {

class Http1Client;
struct UpgradedConnection;

class Service {
 public:
  // `pages` may be null where no listener has any.
  Service(std::shared_ptr<const Snapshot> snapshot, RecordSink& sink, LocalPages* pages = nullptr);

  // What new connections and new requests go by.
  const std::shared_ptr<Generation>& generation() const { return generation_; }
  // A reload: from now on this snapshot. Idle clients of listeners that are gone are sent away.
  void adopt(std::shared_ptr<const Snapshot> snapshot);

  RecordSink& sink() { return sink_; }
  LocalPages* pages() { return pages_; }

  // Client connections of the whole process, for records; 0 until somebody counts them.
  std::size_t open_connections() const {
    return connections_ == nullptr ? 0 : connections_->open();
  }
  void count_connections_by(const ConnectionCount& count) { connections_ = &count; }

  // A piece of a body passes through here; whoever waits before it is sent copies it (write_all).
  static constexpr std::size_t kScratch = 512 * 1024;
  std::span<char> scratch() { return {scratch_.get(), kScratch}; }

  RequestIds& request_ids() { return request_ids_; }

  // Heads under way to a server and to a client.
  FieldList& request_fields() { return request_fields_; }
  FieldList& response_fields() { return response_fields_; }

  // Every HTTP/1 connection joins; see stop().
  void join(ListMember<Http1Client>& client) { clients_.join(client); }

  // Every exchange joins, and every tunnel.
  IntrusiveList<LiveExchange>& exchanges() { return exchanges_; }
  IntrusiveList<UpgradedConnection>& tunnels() { return tunnels_; }

  // A cluster's, made at its first use.
  BucketGate& gate(std::string_view cluster, std::size_t buckets);
  // Servers may have come to every cluster.
  void announce_to_gates();

  // From now on connections are not kept open behind an answer; idle ones end at once.
  bool stopping() const { return stopping_; }
  void stop();

  // Connections to servers that nobody uses give up their descriptors.
  void close_idle_connections() { generation_->close_idle_connections(); }

 private:
  std::shared_ptr<Generation> generation_;
  RecordSink& sink_;
  LocalPages* const pages_;
  const ConnectionCount* connections_ = nullptr;
  std::unique_ptr<char[]> scratch_;
  RequestIds request_ids_;
  FieldList request_fields_;
  FieldList response_fields_;
  IntrusiveList<Http1Client> clients_;
  IntrusiveList<LiveExchange> exchanges_;
  IntrusiveList<UpgradedConnection> tunnels_;
  struct NamedGate {
    std::string cluster;
    std::unique_ptr<BucketGate> gate;
  };
  std::vector<NamedGate> gates_;
  bool stopping_ = false;
};

}  // namespace stickler::proxy
