// SPDX-License-Identifier: MIT
#include "observe/sharing_words.h"

#include <spdlog/fmt/fmt.h>

#include "base/assert.h"
#include "observe/readable.h"

namespace stickler::observe {
namespace {

using cluster::SharingReport;

// Nobody has been asked yet: then there is no address.
std::string redis_at(const SharingReport& report) {
  return report.address.empty() ? "Redis" : "Redis at " + report.address;
}

std::string others_in_words(unsigned others) {
  if (others == 0) return "no other balancer was heard of";
  return fmt::format("{} other balancer{}", others, others == 1 ? "" : "s");
}

std::string waiting_in_words(std::size_t waiting) {
  if (waiting == 0) return "nothing waits";
  return fmt::format("{} key{} for an answer", waiting, waiting == 1 ? " waits" : "s wait");
}

}  // namespace

std::string sharing_state(const SharingReport& report, WallTime now) {
  std::string text(name_of(report.state));
  if (report.since != WallTime{}) text += " for " + readable_span(now - report.since);
  return text;
}

std::string sharing_details(const SharingReport& report) {
  const std::string redis = redis_at(report);
  switch (report.state) {
    case SharingReport::State::alone: {
      const std::string why = report.trouble.empty() ? "" : " (" + report.trouble + ")";
      return redis + " does not answer" + why + ": each balancer decides by itself";
    }
    case SharingReport::State::settling:
      return redis + " answers again: what is known here is told first, " +
             waiting_in_words(report.waiting);
    case SharingReport::State::shared:
      return fmt::format("{}, lag {}, {}, {}", redis, readable_latency(report.lag),
                         others_in_words(report.others), waiting_in_words(report.waiting));
  }
  ASSERT(false);
  return {};
}

}  // namespace stickler::observe
