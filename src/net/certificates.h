// SPDX-License-Identifier: MIT
// Server certificates with their chains and keys, read from files and directories as administrators
// have them: HAProxy's bundles, separate files, a folder of them, certbot's live/. Knows nothing of
// connections; errors are sentences that begin with the file.
#pragma once

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "net/openssl.h"
#include "net/pem_file.h"

namespace stickler::net {

struct Certificate {
  std::string file;
  X509Ptr leaf;
  std::vector<X509Ptr> chain;  // what follows the leaf on the wire: each issued the one before
  PkeyPtr key;
  std::vector<std::string> names;  // lower case; the DNS names of the SAN, without any the CN

  // Certificates of one type compete for a name; of different types they stand side by side.
  int key_type() const { return EVP_PKEY_get_base_id(key.get()); }
  bool valid_at(std::time_t time) const;
  std::time_t valid_from() const;
  std::time_t valid_until() const;
  // The first it is good for; without any, its file.
  const std::string& first_name() const { return names.empty() ? file : names.front(); }
};

// What Certificate::names holds.
std::vector<std::string> names_of(const X509* certificate);

// The certificate that fits the key is the leaf, wherever it stands in the file.
Result<Certificate, std::string> make_certificate(PemFile contents, std::string file);

// Each path is a file, or a directory of which every *.pem and *.crt with a certificate counts, in
// the order of names, and every subdirectory with a fullchain.pem. A file's key is in it, in
// `key_file`, or beside it: x.key for x.pem, privkey.pem for fullchain.pem. All are good, or the
// first error is told.
Result<std::vector<Certificate>, std::string> load_certificates(
    const std::vector<std::string>& paths, const std::string& key_file);

}  // namespace stickler::net
