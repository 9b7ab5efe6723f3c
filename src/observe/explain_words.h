// SPDX-License-Identifier: MIT
// Words that explanations for people and for programs share.
#pragma once

#include <string>

#include "balance/routes.h"
#include "proxy/local_pages.h"
#include "proxy/own_answer.h"

namespace stickler::observe {

// What of a route is not met: "path does not begin with /git/".
std::string describe(const config::Route& route, const balance::Mismatch& mismatch);

// What answers: "redirect of listener http", "route robots".
std::string describe(proxy::OwnAnswer::Why why, const config::Listener& listener,
                     const config::Route* route);

// "the statistics page"
std::string describe(proxy::PageRequest::Kind page);

}  // namespace stickler::observe
