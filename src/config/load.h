// SPDX-License-Identifier: MIT
// From files to a checked configuration. Never throws and never ends the process; everything that
// is wrong is reported in one go, and then there is no configuration. Any thread, one at a time.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/certificate_facts.h"
#include "config/config.h"
#include "config/diagnostics.h"
#include "config/effective.h"
#include "config/written.h"

namespace stickler::config {

struct LoadResult {
  std::shared_ptr<const Config> config;     // null if there are errors
  std::vector<Diagnostic> diagnostics;      // sorted; only warnings if there is a configuration
  std::vector<std::string> certificates;    // "certificate example.com valid 71 more days"
  std::string file;                         // the first file, for the last line of a report
  Written written;                          // what the files say; empty if there are errors
  std::vector<EffectiveSetting> effective;  // what is in force then; ditto
};

// A folder stands for the *.conf in it, by name. Of several files the groups of the same name join.
// Certificates are checked by `read_certificates`; without it they are taken on trust.
LoadResult load(const std::vector<std::filesystem::path>& files,
                const CertificateReader& read_certificates = {});
LoadResult load(const std::filesystem::path& file, const CertificateReader& read_certificates = {});

// The last line of a report: "FILE: OK: 2 listeners, …" or "FILE: 4 errors; nothing was changed".
std::string summary(const LoadResult& result);

}  // namespace stickler::config
