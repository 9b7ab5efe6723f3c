// SPDX-License-Identifier: MIT
// Certificates made on the fly, and a directory to put them in.
#pragma once

#include <gtest/gtest.h>
#include <openssl/pem.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "net/certificates.h"
#include "net/openssl.h"
#include "net/pem_file.h"

namespace stickler::net::test {

struct CertificateOptions {
  std::string subject = "test";
  std::vector<std::string> names = {};  // SAN; none: no SAN
  bool rsa = false;
  bool expired = false;
  bool authority = false;
};

struct TestCertificate {
  std::string subject;
  X509Ptr x509;
  PkeyPtr key;

  std::string certificate_pem() const {
    BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), x509.get());
    return contents(out.get());
  }
  std::string key_pem(const char* pass_phrase = nullptr) const {
    BioPtr out(BIO_new(BIO_s_mem()));
    PEM_write_bio_PrivateKey(out.get(), key.get(),
                             pass_phrase == nullptr ? nullptr : EVP_aes_128_cbc(), nullptr, 0,
                             nullptr, const_cast<char*>(pass_phrase));
    return contents(out.get());
  }
  std::string bundle_pem() const { return certificate_pem() + key_pem(); }

 private:
  static std::string contents(BIO* memory) {
    char* data = nullptr;
    long size = BIO_get_mem_data(memory, &data);
    return {data, static_cast<std::size_t>(size)};
  }
};

inline void add_extension(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  ASSERT_NE(extension, nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

// RSA keys take long to make, and may be shared by certificates.
inline EVP_PKEY* shared_rsa_key() {
  static const PkeyPtr kKey(EVP_RSA_gen(2048));
  return kKey.get();
}

inline PkeyPtr make_key(bool rsa) {
  if (!rsa) return PkeyPtr(EVP_EC_gen("P-256"));
  EVP_PKEY_up_ref(shared_rsa_key());
  return PkeyPtr(shared_rsa_key());
}

inline void add_extensions(X509* certificate, const CertificateOptions& options) {
  if (options.authority) add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  std::string names;
  for (const std::string& name : options.names) {
    names += (names.empty() ? "DNS:" : ",DNS:") + name;
  }
  if (!names.empty()) add_extension(certificate, NID_subject_alt_name, names);
}

// Signed by `issuer`, or by itself.
inline TestCertificate make_test_certificate(const CertificateOptions& options,
                                             const TestCertificate* issuer = nullptr) {
  constexpr long kHour = 3600;
  TestCertificate made{options.subject, X509Ptr(X509_new()), make_key(options.rsa)};
  X509* x509 = made.x509.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -2 * kHour);
  X509_gmtime_adj(X509_getm_notAfter(x509), options.expired ? -kHour : kHour);
  X509_NAME* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(options.subject.c_str()), -1,
                             -1, 0);
  X509_set_issuer_name(x509, issuer ? X509_get_subject_name(issuer->x509.get()) : subject);
  X509_set_pubkey(x509, made.key.get());
  add_extensions(x509, options);
  X509_sign(x509, issuer ? issuer->key.get() : made.key.get(), EVP_sha256());
  return made;
}

// As if it had been read from a file with the subject's name.
inline Certificate loaded(const TestCertificate& made) {
  return std::move(*make_certificate(parse_pem(made.bundle_pem()), made.subject));
}

// The subject's CN.
inline std::string subject_of(const X509* certificate) {
  if (certificate == nullptr) return "";
  std::string name(256, '\0');
  int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                       name.data(), static_cast<int>(name.size()));
  name.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return name;
}

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "stickler-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

  std::string path(const std::string& name = "") const {
    return name.empty() ? path_.string() : (path_ / name).string();
  }
  std::string write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

}  // namespace stickler::net::test
