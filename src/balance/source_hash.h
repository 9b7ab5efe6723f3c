// SPDX-License-Identifier: MIT
// source: the client's address always leads to the same server, over restarts and on every balancer
// with the same servers, whatever their order in the file. See rendezvous.h.
#pragma once

#include <vector>

#include "balance/algorithms.h"

namespace stickler::balance {

class SourceHash final : public Algorithm {
 public:
  explicit SourceHash(Servers servers);
  std::optional<std::size_t> choose(const Candidates& candidates, std::string_view key) override;
  void narrow(Candidates& candidates, std::string_view key) const override;
  std::string_view name() const override { return "source"; }

 private:
  std::optional<std::size_t> pick(const Candidates& candidates, std::string_view key) const;

  std::vector<std::uint64_t> name_hashes_;  // by position
};

}  // namespace stickler::balance
