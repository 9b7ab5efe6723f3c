// SPDX-License-Identifier: MIT
#include "balance/forecast.h"

#include <utility>

namespace stickler::balance {
namespace {

// Answers for an algorithm, and notes all that it might have answered.
class Probe final : public Algorithm {
 public:
  explicit Probe(const Algorithm& asked) : asked_(asked) {}

  std::optional<std::size_t> choose(const Candidates& candidates, std::string_view key) override {
    Candidates left = candidates;
    asked_.narrow(left, key);
    possible.clear();
    for (std::size_t position = 0; position < left.servers().size(); ++position) {
      if (left.allowed(position)) possible.push_back(position);
    }
    return possible.empty() ? std::nullopt : std::optional(possible.front());
  }
  void narrow(Candidates& candidates, std::string_view key) const override {
    asked_.narrow(candidates, key);
  }
  std::string_view name() const override { return asked_.name(); }

  std::vector<std::size_t> possible;

 private:
  const Algorithm& asked_;
};

}  // namespace

Forecast forecast(const Question& question, const Algorithm& algorithm) {
  Probe probe(algorithm);
  Forecast seen;
  seen.choice = decide(question, probe);
  seen.servers =
      probe.possible.empty() ? servers_awaited(question, seen.choice) : std::move(probe.possible);
  return seen;
}

}  // namespace stickler::balance
