// SPDX-License-Identifier: MIT
#include "app/load_config.h"

#include <string>
#include <utility>

#include "net/certificates.h"
#include "net/tls_context.h"

namespace stickler::app {
namespace {

using Facts = std::vector<config::CertificateFacts>;

config::CertificateFacts facts_of(const net::Certificate& certificate) {
  return {.file = certificate.file,
          .name = certificate.first_name(),
          .from = certificate.valid_from(),
          .until = certificate.valid_until()};
}

net::TlsPreset preset_of(const config::Tls& tls) {
  switch (tls.preset) {
    case config::Tls::Preset::modern:
      return net::TlsPreset::modern;
    case config::Tls::Preset::intermediate:
      return net::TlsPreset::intermediate;
    case config::Tls::Preset::old:
      return net::TlsPreset::old;
  }
  return net::TlsPreset::intermediate;
}

Result<Facts, std::string> read_certificates(const config::Tls& tls) {
  auto certificates = net::load_certificates(tls.certificates, tls.key);
  if (!certificates) return Failed{std::move(certificates.error())};
  net::TlsSettings settings{.certificates = tls.certificates,
                            .key = tls.key,
                            .preset = preset_of(tls),
                            .ciphers = tls.ciphers};
  auto context = net::TlsContext::create(settings, *certificates, net::TicketKeys::random());
  if (!context) return Failed{std::move(context.error())};
  Facts facts;
  for (const net::Certificate& certificate : *certificates) facts.push_back(facts_of(certificate));
  return facts;
}

}  // namespace

config::LoadResult load_config(const std::vector<std::filesystem::path>& files) {
  return config::load(files, read_certificates);
}

}  // namespace stickler::app
