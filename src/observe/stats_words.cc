// SPDX-License-Identifier: MIT
#include "observe/stats_words.h"

#include "base/assert.h"

namespace stickler::observe {

std::string_view word_of(balance::Availability availability) {
  switch (availability) {
    case balance::Availability::unknown:
      return "unknown";
    case balance::Availability::up:
      return "up";
    case balance::Availability::drain:
      return "drain";
    case balance::Availability::down:
      return "down";
    case balance::Availability::maint:
      return "maint";
  }
  ASSERT(false);
  return {};
}

std::string_view word_of(backend::Health health) {
  switch (health) {
    case backend::Health::unknown:
      return "unknown";
    case backend::Health::up:
      return "up";
    case backend::Health::going_down:
      return "going_down";
    case backend::Health::down:
      return "down";
    case backend::Health::going_up:
      return "going_up";
  }
  ASSERT(false);
  return {};
}

std::string_view word_of(backend::Admin admin) {
  switch (admin) {
    case backend::Admin::ready:
      return "ready";
    case backend::Admin::drain:
      return "drain";
    case backend::Admin::maint:
      return "maint";
  }
  ASSERT(false);
  return {};
}

std::string_view word_of(config::Backend::Balance balance) {
  switch (balance) {
    case config::Backend::Balance::roundrobin:
      return "roundrobin";
    case config::Backend::Balance::leastconn:
      return "leastconn";
    case config::Backend::Balance::source:
      return "source";
    case config::Backend::Balance::first:
      return "first";
  }
  ASSERT(false);
  return {};
}

std::string_view word_of(Event::Weight weight) {
  switch (weight) {
    case Event::Weight::info:
      return "info";
    case Event::Weight::warning:
      return "warning";
    case Event::Weight::error:
      return "error";
  }
  ASSERT(false);
  return {};
}

}  // namespace stickler::observe
