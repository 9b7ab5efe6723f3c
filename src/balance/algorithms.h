// SPDX-License-Identifier: MIT
// The balancing algorithms: each picks one server among those that may take a new session, or none.
// Pure but for their own small state; called under the backend's lock where they have state. They
// judge nobody's health: that is done by whoever fills in the candidates.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "balance/candidates.h"
#include "balance/server_view.h"
#include "config/config.h"

namespace stickler::balance {

class Algorithm {
 public:
  virtual ~Algorithm() = default;
  // The position chosen, or nothing if no candidate is allowed. `key`: bytes of the client address
  // (4 or 16), used by hashes only. Does not allocate.
  virtual std::optional<std::size_t> choose(const Candidates& candidates, std::string_view key) = 0;
  // Forbids all candidates that choose() would not take, now or in a later turn, as long as the
  // servers stay as they are. Takes no turn; for who explains.
  virtual void narrow(Candidates& candidates, std::string_view key) const = 0;
  // The configuration's word for it; static.
  virtual std::string_view name() const = 0;
};

// `servers`: those of all candidates to come. The kinds are described in a header each.
std::unique_ptr<Algorithm> make_algorithm(config::Backend::Balance kind, Servers servers);

}  // namespace stickler::balance
