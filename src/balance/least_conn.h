// SPDX-License-Identifier: MIT
// leastconn: fewest requests, served and queued, per weight; in turn among equals, so that an idle
// backend does not give everything to its first server.
#pragma once

#include "balance/algorithms.h"

namespace stickler::balance {

class LeastConn final : public Algorithm {
 public:
  std::optional<std::size_t> choose(const Candidates& candidates, std::string_view key) override;
  // Equals take turns.
  void narrow(Candidates& candidates, std::string_view key) const override;
  std::string_view name() const override { return "leastconn"; }

 private:
  std::size_t next_ = 0;  // where the search begins: behind the server chosen last
};

}  // namespace stickler::balance
