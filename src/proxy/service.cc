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
}

void Service::stop() {
  stopping_ = true;
  close_idle_connections();
  clients_.for_each([](Http1Client& client) { client.end_idle(); });
}

}  // namespace stickler::proxy
