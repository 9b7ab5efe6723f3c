// SPDX-License-Identifier: MIT
#include "balance/algorithms.h"

#include "balance/first.h"
#include "balance/least_conn.h"
#include "balance/round_robin.h"
#include "balance/source_hash.h"
#include "base/assert.h"

namespace stickler::balance {

std::unique_ptr<Algorithm> make_algorithm(config::Backend::Balance kind, Servers servers) {
  switch (kind) {
    case config::Backend::Balance::roundrobin:
      return std::make_unique<RoundRobin>(servers);
    case config::Backend::Balance::leastconn:
      return std::make_unique<LeastConn>();
    case config::Backend::Balance::source:
      return std::make_unique<SourceHash>(servers);
    case config::Backend::Balance::first:
      return std::make_unique<First>();
  }
  ASSERT(false);
  return nullptr;
}

}  // namespace stickler::balance
