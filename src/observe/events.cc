// SPDX-License-Identifier: MIT
#include "observe/events.h"

#include <utility>

namespace stickler::observe {
namespace {

template <typename T>
void keep(T note, std::deque<T>& notes) {
  notes.push_front(std::move(note));
  if (notes.size() > Events::kKept) notes.pop_back();
}

}  // namespace

void Events::note(Event event) {
  std::lock_guard lock(mutex_);
  keep(std::move(event), events_);
}

void Events::note(Move move) {
  std::lock_guard lock(mutex_);
  keep(std::move(move), moves_);
}

std::vector<Event> Events::events() const {
  std::lock_guard lock(mutex_);
  return {events_.begin(), events_.end()};
}

std::vector<Move> Events::moves() const {
  std::lock_guard lock(mutex_);
  return {moves_.begin(), moves_.end()};
}

}  // namespace stickler::observe
