// SPDX-License-Identifier: MIT
// What a PEM file holds of certificates and keys, in whatever order and among whatever else.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/openssl.h"

namespace stickler::net {

struct PemFile {
  std::vector<X509Ptr> certificates;  // in the order of the file
  PkeyPtr key;                        // the first one; null if there is none that can be read
  bool key_is_encrypted = false;      // there is one, but nobody to ask for its pass phrase
};

PemFile parse_pem(std::string_view text);

// The error says why the file could not be read, without its name.
Result<PemFile, std::string> read_pem_file(const std::string& path);

}  // namespace stickler::net
