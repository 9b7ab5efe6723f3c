// SPDX-License-Identifier: MIT
// The parts of validate.h, one file per kind of group. Loading thread only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/certificate_facts.h"
#include "config/config.h"
#include "config/diagnostics.h"
#include "config/places.h"

namespace stickler::config {

struct Validation {
  const Config& config;
  const Places& places;
  Report& report;
};

void validate_process(const Validation& all);
void validate_log(const Validation& all);
void validate_listeners(const Validation& all);
void validate_routes(const Validation& all, const Listener& listener);
void validate_backends(const Validation& all);
void validate_sharing(const Validation& all);
void validate_maps(const Validation& all);
void validate_clusters(const Validation& all);
void validate_certificates(const Validation& all, const CertificateReader& read,
                           std::vector<std::string>& good);

// An error unless the backend exists.
void validate_reference(const Validation& all, const std::string& path, const std::string& backend);

// Whether a request of the listener can come to that backend.
bool leads_to(const Listener& listener, const std::string& backend);

// Whether any request can.
bool is_used(const Config& config, const std::string& backend);

// "did you mean 'a'?", or what there is; `what` is "backend", for example.
std::string choose_from(std::string_view wrong, const std::vector<std::string_view>& names,
                        std::string_view what);

}  // namespace stickler::config
