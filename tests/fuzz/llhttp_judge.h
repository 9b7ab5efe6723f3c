// SPDX-License-Identifier: MIT
// llhttp, which Node.js reads HTTP with, as a judge: what Stickler accepts, a server behind it must
// accept as well, and must see the same messages in the same bytes. Built from Debian's
// node-llhttp; without it (llhttp_absent.cc) the judge has no objections.
#pragma once

#include <string>
#include <string_view>

#include "http/head.h"

namespace stickler::http::testing {

enum class Agreement { agreed, refused_by_us, not_judged, disagreed };

struct Judgement {
  Agreement agreement = Agreement::not_judged;
  std::string objection;  // if disagreed
};

// On the first message in `bytes`.
Judgement judge_request(std::string_view bytes);
Judgement judge_response(std::string_view bytes, Method request);

}  // namespace stickler::http::testing
