// SPDX-License-Identifier: MIT
// What the log says of a node that is registered by `stickler register`: a sentence for each change
// of stage. Pure.
#pragma once

#include <string>

#include "cluster/registration_rules.h"
#include "config/config.h"

namespace stickler::cluster {

struct RegistrationNews {
  enum class Weight : std::uint8_t { info, warning, error };
  Weight weight = Weight::info;
  std::string text;
};

struct RegistrationChange {
  RegistrationRules::Stage before;
  RegistrationRules::Stage after;
  KeyLoss loss = KeyLoss::none;  // of the last one
  std::string check;             // what the last check found
};

// `cluster` has a registration.
RegistrationNews news_of(const config::Cluster& cluster, const RegistrationChange& change);

}  // namespace stickler::cluster
