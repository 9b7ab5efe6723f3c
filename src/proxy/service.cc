// SPDX-License-Identifier: MIT
#include "proxy/service.h"

#include <utility>

#include "proxy/http1_client.h"

namespace stickler::proxy {

Service::Service(std::shared_ptr<const Snapshot> snapshot, RecordSink& sink, LocalPages* pages)
    : generation_(std::make_shared<Generation>(std::move(snapshot))),
      sink_(sink),
      pages_(pages),
      scratch_(std::make_unique<char[]>(kScratch)) {}

void Service::adopt(std::shared_ptr<const Snapshot> snapshot) {
  generation_->retire();
  generation_ = std::make_shared<Generation>(std::move(snapshot));
  clients_.for_each([](Http1Client& client) { client.reloaded(); });
  announce_to_gates();
}

BucketGate& Service::gate(std::string_view cluster, std::size_t buckets) {
  for (const NamedGate& known : gates_) {
    if (known.cluster == cluster && known.gate->buckets() == buckets) return *known.gate;
  }
  gates_.push_back({std::string(cluster), std::make_unique<BucketGate>(buckets)});
  return *gates_.back().gate;
}

void Service::announce_to_gates() {
  for (const NamedGate& known : gates_) known.gate->announce();
}

void Service::stop() {
  stopping_ = true;
  close_idle_connections();
  clients_.for_each([](Http1Client& client) { client.end_idle(); });
}

}  // namespace stickler::proxy
