// SPDX-License-Identifier: MIT
// The guard of maps: a reload that gives keys to another server is refused, unless the
// administrator knows; then these keys are held until he says that their servers have been
// restarted. A server that still has a base in memory would overwrite what another one writes.
#include "app/program.h"
#include "balance/moved_keys.h"

namespace stickler::app {
namespace {

constexpr std::size_t kShown = 8;

std::string listed(const std::vector<std::string>& texts, const char* between) {
  std::string all;
  for (std::size_t i = 0; i < std::min(texts.size(), kShown); ++i) {
    all += (i == 0 ? "" : between) + texts[i];
  }
  return texts.size() > kShown ? all + between + "…" : all;
}

}  // namespace

// Nothing, or why there is no reload. What was held before is held on, unless it is said once more
// that keys may move.
std::optional<std::string> Program::hold_moved_keys(const proxy::Snapshot& next, MovedKeys moved) {
  for (const auto& before : snapshot_->backends) {
    if (before->map() == nullptr || !before->settings().cluster.empty()) continue;
    backend::Backend* const after = next.find_backend(before->name());
    if (after == nullptr) continue;
    balance::MovedKeys keys = balance::moved_keys(before->settings(), after->settings());
    if (keys.any() && moved == MovedKeys::refuse) {
      return "backends." + std::string(before->name()) + ".map: " + listed(keys.sentences, "; ") +
             ". A server that has them in memory would overwrite what another one writes: "
             "`stickler reload --moved-bases` holds them until " +
             listed(keys.servers, ", ") + " have been restarted";
    }
    if (moved == MovedKeys::refuse) {
      const std::vector<std::string>& held = before->map()->held();
      keys.beginnings.insert(keys.beginnings.end(), held.begin(), held.end());
    }
    if (after->map() != nullptr) after->hold_keys(std::move(keys.beginnings));
  }
  return std::nullopt;
}

std::string Program::what_is_held() const {
  std::string text;
  for (const auto& backend : snapshot_->backends) {
    if (backend->map() == nullptr || backend->map()->held().empty()) continue;
    text += "; backend " + std::string(backend->name()) + " answers 503 for keys that begin with " +
            listed(backend->map()->held(), ", ") +
            ": restart their servers, old and new, then say `stickler reload --moved-bases` once "
            "more";
  }
  return text;
}

}  // namespace stickler::app
