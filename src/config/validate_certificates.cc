// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <optional>

#include "config/access.h"
#include "config/validate_parts.h"

namespace stickler::config {
namespace {

namespace fs = std::filesystem;

constexpr std::time_t kSecondsPerDay = 24 * 60 * 60;
// Let's Encrypt's certificates are renewed 30 days before their end: later, something is broken.
constexpr std::time_t kRenewalDue = 30;

std::string date(std::time_t time) {
  std::array<char, 32> text{};
  std::tm utc{};
  ::gmtime_r(&time, &utc);
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &utc)};
}

class CertificateValidation {
 public:
  CertificateValidation(const Validation& all, const CertificateReader& read,
                        std::vector<std::string>& good)
      : all_(all),
        read_(read),
        good_(good),
        now_(std::time(nullptr)),
        later_reader_(later_account(all.config.process)) {}

  // Path by path, so that each error points at its own.
  void validate(const Listener& listener) {
    std::string path = "listeners." + listener.name + ".tls.certificates";
    const Tls& tls = *listener.tls;
    if (!tls.key.empty() && tls.certificates.size() > 1) {
      std::string key = "listeners." + listener.name + ".tls.key";
      return all_.report.error(all_.places.value(key),
                               key + " belongs to one certificate, but there are several",
                               "put each key into the file of its certificate");
    }
    std::vector<Found> all;
    for (std::size_t i = 0; i < tls.certificates.size(); ++i) {
      Tls one = tls;
      one.certificates = {tls.certificates[i]};
      read(one, path, all_.places.element(path, i), all);
    }
    for (const Found& found : all) {
      validate_dates(found, path, all);
      validate_access(found.facts, found.tls, path, found.at);
    }
  }

 private:
  // A certificate, and the one path of the setting that led to it.
  struct Found {
    CertificateFacts facts;
    Tls tls;
    Span at;
  };

  void read(const Tls& tls, const std::string& path, Span at, std::vector<Found>& all) {
    auto certificates = read_(tls);
    if (!certificates) return all_.report.error(at, path + ": " + certificates.error());
    for (CertificateFacts& facts : *certificates) all.push_back({std::move(facts), tls, at});
  }

  bool valid_now(const CertificateFacts& facts) const {
    return facts.from <= now_ && now_ < facts.until;
  }

  // The listener shows a valid one of the same name instead.
  bool has_substitute(const CertificateFacts& invalid, const std::vector<Found>& all) const {
    return std::ranges::any_of(all, [&](const Found& other) {
      return other.facts.name == invalid.name && valid_now(other.facts);
    });
  }

  void validate_dates(const Found& found, const std::string& path, const std::vector<Found>& all) {
    const CertificateFacts& facts = found.facts;
    std::string about = path + ": " + facts.file;
    if (valid_now(facts)) return note_good(found, about);
    about += facts.until <= now_ ? " expired on " + date(facts.until)
                                 : " is not valid before " + date(facts.from);
    if (has_substitute(facts, all)) {
      all_.report.warning(found.at, about + ": the valid one for " + facts.name + " is used");
    } else {
      all_.report.error(found.at, about);
    }
  }

  void note_good(const Found& found, const std::string& about) {
    std::time_t days = (found.facts.until - now_) / kSecondsPerDay;
    good_.push_back("certificate " + found.facts.name + " valid " + std::to_string(days) +
                    " more days");
    if (days >= kRenewalDue) return;
    all_.report.warning(found.at, about + " expires on " + date(found.facts.until), "renew it");
  }

  // Root reads everything now, but a reload reads as the account the process has become.
  void validate_access(const CertificateFacts& certificate, const Tls& tls, const std::string& path,
                       Span at) {
    if (!later_reader_) return;
    for (const fs::path& file : files_of(certificate, tls)) {
      auto obstacle = obstacle_to_reload(*later_reader_, file);
      if (!obstacle) continue;
      all_.report.error(at, path + ": " + *obstacle,
                        "allow it, as with chgrp " + later_reader_->name + " and chmod 640");
    }
  }

  // The chain, and wherever its key may be.
  static std::vector<fs::path> files_of(const CertificateFacts& certificate, const Tls& tls) {
    fs::path chain = certificate.file;
    std::vector<fs::path> files{chain};
    if (!tls.key.empty()) files.emplace_back(tls.key);
    for (const fs::path& key :
         {fs::path(chain).replace_extension(".key"), fs::path(chain.string() + ".key"),
          chain.parent_path() / "privkey.pem"}) {
      std::error_code ignored;
      if (tls.key.empty() && fs::exists(key, ignored)) files.push_back(key);
    }
    return files;
  }

  const Validation& all_;
  const CertificateReader& read_;
  std::vector<std::string>& good_;
  std::time_t now_;
  std::optional<Account> later_reader_;
};

}  // namespace

void validate_certificates(const Validation& all, const CertificateReader& read,
                           std::vector<std::string>& good) {
  CertificateValidation certificates(all, read, good);
  for (const Listener& listener : all.config.listeners) {
    if (listener.tls) certificates.validate(listener);
  }
}

}  // namespace stickler::config
