// SPDX-License-Identifier: MIT
// A certificate nobody vouches for, made on the spot: for a demonstration on one's own machine.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/result.h"

namespace stickler::net {

struct SelfSigned {
  std::string certificate;  // PEM
  std::string key;          // PEM; ECDSA P-256
};

// `names` are DNS names and IP addresses, at least one; the first is the subject, too.
Result<SelfSigned, std::string> make_self_signed(const std::vector<std::string>& names,
                                                 std::chrono::days validity);

}  // namespace stickler::net
