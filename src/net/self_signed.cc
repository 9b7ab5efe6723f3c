// SPDX-License-Identifier: MIT
#include "net/self_signed.h"

#include <openssl/pem.h>

#include <memory>

#include "base/assert.h"
#include "net/openssl.h"

namespace stickler::net {
namespace {

using GeneralNamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, FreeWith<X509_EXTENSION_free>>;

// A peer whose clock is a little behind should not find us in its future.
constexpr std::chrono::seconds kClockSkew = std::chrono::hours(1);
constexpr int kSerialBits = 127;  // positive within 16 bytes; RFC 5280 allows 20

GENERAL_NAME* general_name(const std::string& name) {
  GENERAL_NAME* made = GENERAL_NAME_new();
  if (ASN1_OCTET_STRING* address = a2i_IPADDRESS(name.c_str())) {
    GENERAL_NAME_set0_value(made, GEN_IPADD, address);
    return made;
  }
  ASN1_IA5STRING* text = ASN1_IA5STRING_new();
  ASN1_STRING_set(text, name.data(), static_cast<int>(name.size()));
  GENERAL_NAME_set0_value(made, GEN_DNS, text);
  return made;
}

bool add_names(X509* certificate, const std::vector<std::string>& names) {
  GeneralNamesPtr all(GENERAL_NAMES_new());
  for (const std::string& name : names) sk_GENERAL_NAME_push(all.get(), general_name(name));
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, all.get(), 0, X509V3_ADD_DEFAULT) ==
         1;
}

bool add_extension(X509* certificate, int kind, const char* value) {
  ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value));
  return extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool set_subject_and_issuer(X509* certificate, const std::string& name) {
  X509_NAME* subject = X509_get_subject_name(certificate);
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                    reinterpret_cast<const unsigned char*>(name.data()),
                                    static_cast<int>(name.size()), -1, 0) == 1 &&
         X509_set_issuer_name(certificate, subject) == 1;
}

bool set_random_serial(X509* certificate) {
  std::unique_ptr<BIGNUM, FreeWith<BN_free>> serial(BN_new());
  return BN_rand(serial.get(), kSerialBits, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY) == 1 &&
         BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool fill_in(X509* certificate, EVP_PKEY* key, const std::vector<std::string>& names,
             std::chrono::seconds validity) {
  return X509_set_version(certificate, X509_VERSION_3) == 1 && set_random_serial(certificate) &&
         X509_gmtime_adj(X509_getm_notBefore(certificate), -kClockSkew.count()) != nullptr &&
         X509_gmtime_adj(X509_getm_notAfter(certificate), validity.count()) != nullptr &&
         set_subject_and_issuer(certificate, names.front()) && add_names(certificate, names) &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
         X509_set_pubkey(certificate, key) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0;
}

std::string contents_of(BIO* memory) {
  char* data = nullptr;
  long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

}  // namespace

Result<SelfSigned, std::string> make_self_signed(const std::vector<std::string>& names,
                                                 std::chrono::days validity) {
  ASSERT(!names.empty());
  PkeyPtr key(EVP_EC_gen("P-256"));
  X509Ptr certificate(X509_new());
  if (key == nullptr || !fill_in(certificate.get(), key.get(), names, validity)) {
    return Failed{"a certificate cannot be made: " + take_openssl_reason()};
  }
  BioPtr certificate_text(BIO_new(BIO_s_mem()));
  BioPtr key_text(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(certificate_text.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return Failed{"a certificate cannot be written: " + take_openssl_reason()};
  }
  return SelfSigned{contents_of(certificate_text.get()), contents_of(key_text.get())};
}

}  // namespace stickler::net
