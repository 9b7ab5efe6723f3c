// SPDX-License-Identifier: MIT
#include "net/certificates.h"

#include <openssl/err.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/strings.h"

namespace stickler::net {
namespace {

namespace fs = std::filesystem;
using Certificates = std::vector<Certificate>;

Failed<std::string> failure(const std::string& file, const std::string& what) {
  return {file + ": " + what};
}

// ---- One certificate ----

std::string text_of(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<std::size_t>(ASN1_STRING_length(string))};
}

std::vector<std::string> dns_names_of(const X509* certificate) {
  std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<std::string> names;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type == GEN_DNS) names.push_back(lower_case(text_of(name->d.dNSName)));
  }
  return names;
}

// Puts the issuers in the order that TLS 1.2 demands (RFC 5246 §7.4.2); strays keep their place at
// the end.
std::vector<X509Ptr> chain_in_order(X509* leaf, std::vector<X509Ptr> issuers) {
  X509* last = leaf;
  for (auto next = issuers.begin(); next != issuers.end(); ++next) {
    auto issuer = std::find_if(next, issuers.end(), [last](const X509Ptr& candidate) {
      return X509_check_issued(candidate.get(), last) == X509_V_OK;
    });
    if (issuer == issuers.end()) break;
    std::rotate(next, issuer, issuer + 1);
    last = next->get();
  }
  return issuers;
}

// ---- One file ----

// Where the key of a file without one is looked for.
std::vector<fs::path> key_neighbours(const fs::path& file) {
  std::vector<fs::path> neighbours{fs::path(file).replace_extension(".key"),
                                   fs::path(file.string() + ".key")};
  if (file.filename() == "fullchain.pem" || file.filename() == "cert.pem") {
    neighbours.push_back(file.parent_path() / "privkey.pem");
  }
  return neighbours;
}

Result<PkeyPtr, std::string> read_key(const std::string& file) {
  Result<PemFile, std::string> contents = read_pem_file(file);
  if (!contents) return failure(file, "the private key cannot be read: " + contents.error());
  if (contents->key_is_encrypted) {
    return failure(file,
                   "the private key is encrypted, and nobody can be asked for its pass phrase");
  }
  if (contents->key == nullptr) return failure(file, "holds no private key");
  return std::move(contents->key);
}

// Fills in the key that `contents` lacks.
Result<PemFile, std::string> with_key(PemFile contents, const fs::path& file) {
  if (contents.key != nullptr || contents.key_is_encrypted) return contents;
  for (const fs::path& neighbour : key_neighbours(file)) {
    std::error_code ignored;
    if (!fs::exists(neighbour, ignored)) continue;
    Result<PkeyPtr, std::string> key = read_key(neighbour.string());
    if (!key) return Failed{std::move(key.error())};
    contents.key = std::move(*key);
    break;
  }
  return contents;
}

Result<Certificate, std::string> certificate_of(PemFile contents, const std::string& file) {
  Result<PemFile, std::string> complete = with_key(std::move(contents), file);
  if (!complete) return Failed{std::move(complete.error())};
  return make_certificate(std::move(*complete), file);
}

Result<Certificate, std::string> load_file(const std::string& file, const std::string& key_file) {
  Result<PemFile, std::string> contents = read_pem_file(file);
  if (!contents) return failure(file, "cannot be read: " + contents.error());
  if (key_file.empty()) return certificate_of(std::move(*contents), file);
  Result<PkeyPtr, std::string> key = read_key(key_file);
  if (!key) return Failed{std::move(key.error())};
  contents->key = std::move(*key);
  contents->key_is_encrypted = false;
  return make_certificate(std::move(*contents), file);
}

// ---- A directory ----

// The parts of which fullchain.pem is made, beside it in certbot's directories.
bool is_part_of_fullchain(const fs::path& file) {
  std::error_code ignored;
  return (file.filename() == "cert.pem" || file.filename() == "chain.pem") &&
         fs::exists(file.parent_path() / "fullchain.pem", ignored);
}

Result<std::vector<fs::path>, std::string> candidates_in(const fs::path& directory) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const fs::path& path = entry->path();
    if (path.filename().string().starts_with('.')) continue;
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      if (fs::exists(path / "fullchain.pem", ignored)) files.push_back(path / "fullchain.pem");
    } else if (path.extension() == ".pem" || path.extension() == ".crt") {
      if (!is_part_of_fullchain(path)) files.push_back(path);
    }
  }
  if (error) return failure(directory.string(), "cannot be read: " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

// A file of keys, parameters or an authority's certificate: no server certificate is missed by
// passing over it.
bool is_mere_accessory(const fs::path& file, PemFile& contents) {
  if (contents.certificates.empty()) return true;
  if (contents.key != nullptr || contents.key_is_encrypted) return false;
  bool has_key_beside = std::ranges::any_of(key_neighbours(file), [](const fs::path& neighbour) {
    std::error_code ignored;
    return fs::exists(neighbour, ignored);
  });
  return !has_key_beside && X509_check_ca(contents.certificates.front().get()) != 0;
}

Result<Certificates, std::string> load_directory(const std::string& directory) {
  Result<std::vector<fs::path>, std::string> files = candidates_in(directory);
  if (!files) return Failed{std::move(files.error())};
  Certificates found;
  for (const fs::path& file : *files) {
    Result<PemFile, std::string> contents = read_pem_file(file.string());
    if (!contents) return failure(file.string(), "cannot be read: " + contents.error());
    if (is_mere_accessory(file, *contents)) continue;
    Result<Certificate, std::string> certificate =
        certificate_of(std::move(*contents), file.string());
    if (!certificate) return Failed{std::move(certificate.error())};
    found.push_back(std::move(*certificate));
  }
  if (found.empty()) return failure(directory, "no certificate with a key in this directory");
  return found;
}

}  // namespace

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> names = dns_names_of(certificate);
  if (!names.empty()) return names;
  const X509_NAME* subject = X509_get_subject_name(certificate);
  int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return names;
  names.push_back(
      lower_case(text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)))));
  return names;
}

namespace {

std::time_t seconds_of(const ASN1_TIME* time) {
  std::tm utc{};
  ASN1_TIME_to_tm(time, &utc);
  return ::timegm(&utc);
}

}  // namespace

bool Certificate::valid_at(std::time_t time) const {
  return X509_cmp_time(X509_get0_notBefore(leaf.get()), &time) < 0 &&
         X509_cmp_time(X509_get0_notAfter(leaf.get()), &time) > 0;
}

std::time_t Certificate::valid_from() const { return seconds_of(X509_get0_notBefore(leaf.get())); }

std::time_t Certificate::valid_until() const { return seconds_of(X509_get0_notAfter(leaf.get())); }

Result<Certificate, std::string> make_certificate(PemFile contents, std::string file) {
  if (contents.certificates.empty()) return failure(file, "no certificate in this file");
  if (contents.key_is_encrypted) {
    return failure(file,
                   "the private key is encrypted, and nobody can be asked for its pass phrase");
  }
  if (contents.key == nullptr) {
    return failure(file,
                   "no private key in this file, and no file with its name and .key beside it");
  }
  auto leaf = std::ranges::find_if(contents.certificates, [&contents](const X509Ptr& candidate) {
    return X509_check_private_key(candidate.get(), contents.key.get()) == 1;
  });
  ERR_clear_error();  // those that do not fit are no errors
  if (leaf == contents.certificates.end()) {
    return failure(file, "the private key does not belong to any certificate in this file");
  }
  Certificate certificate;
  certificate.file = std::move(file);
  certificate.leaf = std::move(*leaf);
  certificate.key = std::move(contents.key);
  certificate.names = names_of(certificate.leaf.get());
  contents.certificates.erase(leaf);
  certificate.chain = chain_in_order(certificate.leaf.get(), std::move(contents.certificates));
  return certificate;
}

Result<Certificates, std::string> load_certificates(const std::vector<std::string>& paths,
                                                    const std::string& key_file) {
  if (paths.empty()) return Failed{std::string("no certificate file is given")};
  if (!key_file.empty() && paths.size() > 1) {
    return failure(key_file, "a key belongs to one certificate file, but several are given");
  }
  Certificates all;
  for (const std::string& path : paths) {
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      if (!key_file.empty()) return failure(key_file, "a key does not go with a directory");
      Result<Certificates, std::string> some = load_directory(path);
      if (!some) return some;
      std::ranges::move(*some, std::back_inserter(all));
    } else {
      Result<Certificate, std::string> one = load_file(path, key_file);
      if (!one) return Failed{std::move(one.error())};
      all.push_back(std::move(*one));
    }
  }
  return all;
}

}  // namespace stickler::net
