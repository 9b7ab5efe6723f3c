// SPDX-License-Identifier: MIT
#include "net/pem_file.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <sys/stat.h>

#include <cerrno>
#include <system_error>

#include "net/fd.h"

namespace stickler::net {
namespace {

// A chain of certificates is some 10 kB; this is a file given by mistake.
constexpr off_t kFileMax = 1024 * 1024;

Failed<std::string> system_failure() { return {std::generic_category().message(errno)}; }

// Without it OpenSSL would ask for the pass phrase on the terminal.
int no_pass_phrase(char*, int, int, void*) { return -1; }

bool has_encrypted_key(std::string_view text) {
  return text.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos ||
         text.find("Proc-Type: 4,ENCRYPTED") != std::string_view::npos;
}

BioPtr reader_of(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

Result<std::string, std::string> read_file(const std::string& path) {
  // A fifo would make an open for reading wait for its writer.
  Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return system_failure();
  struct stat facts{};
  if (::fstat(file.get(), &facts) != 0) return system_failure();
  if (!S_ISREG(facts.st_mode)) return Failed{std::string("not a regular file")};
  if (facts.st_size > kFileMax) return Failed{std::string("larger than any certificate file")};

  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  std::size_t length = 0;
  while (length < text.size()) {
    ssize_t got = ::read(file.get(), text.data() + length, text.size() - length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure();
    if (got == 0) break;
    length += static_cast<std::size_t>(got);
  }
  text.resize(length);
  return text;
}

}  // namespace

PemFile parse_pem(std::string_view text) {
  PemFile contents;
  BioPtr certificates = reader_of(text);
  while (X509* found = PEM_read_bio_X509(certificates.get(), nullptr, no_pass_phrase, nullptr)) {
    contents.certificates.emplace_back(found);
  }
  BioPtr key = reader_of(text);
  contents.key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, no_pass_phrase, nullptr));
  contents.key_is_encrypted = contents.key == nullptr && has_encrypted_key(text);
  ERR_clear_error();  // the end of a PEM file is an error to OpenSSL
  return contents;
}

Result<PemFile, std::string> read_pem_file(const std::string& path) {
  Result<std::string, std::string> text = read_file(path);
  if (!text) return Failed{std::move(text.error())};
  return parse_pem(*text);
}

}  // namespace stickler::net
