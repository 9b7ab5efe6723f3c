// SPDX-License-Identifier: MIT
// first: fills the first server of the file up to its maxconn, then the second, and so on, so that
// the last ones can sleep. With every slot taken it names the first server, to be queued for.
#pragma once

#include "balance/algorithms.h"

namespace stickler::balance {

class First final : public Algorithm {
 public:
  std::optional<std::size_t> choose(const Candidates& candidates, std::string_view key) override;
  void narrow(Candidates& candidates, std::string_view key) const override;
  std::string_view name() const override { return "first"; }

 private:
  static std::optional<std::size_t> pick(const Candidates& candidates);
};

}  // namespace stickler::balance
