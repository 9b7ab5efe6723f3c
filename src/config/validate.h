// SPDX-License-Identifier: MIT
// Relations: what one setting says about another, about files, and about this machine. Errors for
// what cannot work, warnings for what works but hardly as meant. Loading thread only.
#pragma once

#include <string>
#include <vector>

#include "config/certificate_facts.h"
#include "config/config.h"
#include "config/diagnostics.h"
#include "config/places.h"

namespace stickler::config {

// `certificates` receives a sentence for each that is good. Without `read` they are not looked at.
void validate(const Config& config, const Places& places, const CertificateReader& read,
              Report& report, std::vector<std::string>& certificates);

}  // namespace stickler::config
