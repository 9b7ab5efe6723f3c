// SPDX-License-Identifier: MIT
// What the check of a configuration wants to know of certificates. Reading them is the trade of
// another room, which this one does not know: whoever loads a configuration hands the reader in, so
// that `check` and the listener that uses the files can never disagree.
#pragma once

#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/config.h"

namespace stickler::config {

struct CertificateFacts {
  std::string file;
  std::string name;  // the first it is good for
  std::time_t from = 0;
  std::time_t until = 0;
};

// All certificates that `tls` names; or a sentence that says which file is to blame, and why.
using CertificateReader =
    std::function<Result<std::vector<CertificateFacts>, std::string>(const Tls& tls)>;

}  // namespace stickler::config
