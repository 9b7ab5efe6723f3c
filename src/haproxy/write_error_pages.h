// SPDX-License-Identifier: MIT
// Error pages, `error_pages` of the file or of listeners. HAProxy takes those of whoever is about
// to answer: the frontend's, or, once a backend is chosen, the backend's.
#pragma once

#include "haproxy/draft.h"
#include "haproxy/ledger.h"
#include "haproxy/plan.h"
#include "haproxy/proxy.h"

namespace stickler::haproxy {

// Of a listener whose requests go by `plan`. Reports what cannot be said of a listener.
ErrorPages error_pages_of(const Proxy& front, const Plan& plan, Ledger& ledger);

bool same_pages(const ErrorPages& one, const ErrorPages& other);

// `group`: a listener, or the file.
void write_error_pages(const ErrorPages& pages, Draft& group);

}  // namespace stickler::haproxy
